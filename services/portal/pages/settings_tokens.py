"""/o/{organization}/settings/tokens: tokens of the API, made, shown once, revoked."""

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.api.problems import ProblemError
from services.portal.api.scopes import MEANINGS
from services.portal.api.tokens import Allowed, list_tokens, revoke_token
from services.portal.forms import FieldErrors, read_form
from services.portal.pages import token_forms
from services.portal.pages.settings_page import settings_page
from services.portal.pages.token_forms import LIVES
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound
from services.portal.show import go
from services.portal.views.desk import Desk, open_own_desk, show_at

SCOPES = {name: told for name, told in MEANINGS.items() if name != "operator"}


async def new(request: Request) -> Response:
    return await _new(request, await open_own_desk(request))


async def make(request: Request) -> Response:
    """Make a token; the page that answers is the only one that ever shows its secret."""
    desk = await open_own_desk(request)
    form = await read_form(request)
    allowed = Allowed(desk.viewer)
    try:
        made = await token_forms.make(
            rooms_in(request), allowed, form, scopes=SCOPES, place=desk.id
        )
    except FieldErrors as error:
        return await _new(request, desk, form=form, errors=error.errors)
    return await settings_page(request, desk, secret=made.secret, secret_of=f"token {made.name}")


async def ask_revoke(request: Request) -> Response:
    desk = await open_own_desk(request)
    named = _id(request)
    tokens = await list_tokens(rooms_in(request), Allowed(desk.viewer))
    token = next(
        (one for one in tokens if one.id == named and one.organization_id == desk.id), None
    )
    if token is None:
        raise NotFound
    return await show_at(request, desk, "organization_settings_token.html", token=token)


async def revoke(request: Request) -> Response:
    desk = await open_own_desk(request)
    await read_form(request)
    try:
        await revoke_token(rooms_in(request), Allowed(desk.viewer), _id(request))
    except ProblemError:
        raise NotFound from None
    return go(request, f"{desk.home}/settings#tokens")


async def _new(
    request: Request,
    desk: Desk,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    return await show_at(
        request,
        desk,
        "organization_settings_token_new.html",
        scopes=SCOPES,
        lives=LIVES,
        places=(),
        **shown,
    )


def _id(request: Request) -> UUID:
    try:
        return UUID(request.path_params["token"])
    except ValueError:
        raise NotFound from None


TOKENS = "/o/{organization}/settings/tokens"
routes = [
    Route(f"{TOKENS}/new", new, methods=["GET"]),
    Route(f"{TOKENS}/new", make, methods=["POST"]),
    Route(f"{TOKENS}/{{token}}/revoke", ask_revoke, methods=["GET"]),
    Route(f"{TOKENS}/{{token}}/revoke", revoke, methods=["POST"]),
]
