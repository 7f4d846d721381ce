"""/o/{organization}/settings/tokens: tokens of the API, made, shown once, revoked."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.api.problems import ProblemError
from services.portal.api.scopes import MEANINGS
from services.portal.api.tokens import (
    Allowed,
    MakeToken,
    list_tokens,
    make_token,
    revoke_token,
)
from services.portal.forms import FieldErrors, Form, read_form
from services.portal.pages.settings_page import settings_page
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound
from services.portal.show import go
from services.portal.views.desk import Desk, open_own_desk, show_at

SCOPES = tuple((name, told) for name, told in MEANINGS.items() if name != "operator")
LIVES = (("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "until it is revoked"))


async def new(request: Request) -> Response:
    return await _new(request, await open_own_desk(request))


async def make(request: Request) -> Response:
    """Make a token; the page that answers is the only one that ever shows its secret."""
    desk = await open_own_desk(request)
    form = await read_form(request)
    try:
        made = await make_token(
            rooms_in(request), Allowed(desk.viewer), _wanted(request, desk, form), id=form.id
        )
    except FieldErrors as error:
        return await _new(request, desk, form=form, errors=error.errors)
    except ProblemError as error:
        return await _new(request, desk, form=form, errors={"name": str(error.problem.detail)})
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


def _wanted(request: Request, desk: Desk, form: Form) -> MakeToken:
    errors: dict[str, str] = {}
    scopes = tuple(name for name, _ in SCOPES if name in form.every("scopes"))
    if not form.get("name"):
        errors["name"] = "Say what it is for, like Render farm."
    if not scopes:
        errors["scopes"] = "Choose what it may do: one at least."
    days = form.get("days")
    if days not in dict(LIVES):
        errors["days"] = "Choose one of the options."
    if errors:
        raise FieldErrors(errors)
    expires_at = rooms_in(request).wall.now() + timedelta(days=int(days)) if days else None
    return MakeToken(
        name=form.get("name")[:120], scopes=scopes, organization_id=desk.id, expires_at=expires_at
    )


async def _new(
    request: Request,
    desk: Desk,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    return await show_at(
        request, desk, "organization_settings_token_new.html", scopes=SCOPES, lives=LIVES, **shown
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
