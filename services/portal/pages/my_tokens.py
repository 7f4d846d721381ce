"""/me/account/tokens: tokens for one's own programs, made, shown once, revoked."""

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.api.problems import ProblemError
from services.portal.api.scopes import MEANINGS_FOR_ONESELF
from services.portal.api.tokens import Allowed, list_tokens, revoke_token
from services.portal.forms import FieldErrors, read_form
from services.portal.pages import token_forms
from services.portal.pages.token_forms import LIVES
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound, require_viewer
from services.portal.show import go, show
from services.portal.store.tokens import Token
from services.portal.viewer import Viewer
from services.portal.views.desk import joined_by

HERE = "/me/account/tokens"
OWN = "Your own account"
OWN_PLACE = "own"
NO_SUCH_PLACE = "Choose one of the options: where you are in changed meanwhile."
NOT_IN_ANY_MORE = "You are in that organization no more. It can be good for your own account."
LEFT = "An organization that you are not in"


async def tokens(request: Request) -> Response:
    return await _tokens(request, await require_viewer(request))


async def new(request: Request) -> Response:
    return await _new(request, await require_viewer(request))


async def make(request: Request) -> Response:
    """Make a token; the page that answers is the only one that ever shows its secret."""
    viewer = await require_viewer(request)
    form = await read_form(request)
    try:
        made = await token_forms.make(
            rooms_in(request),
            Allowed(viewer),
            form,
            scopes=MEANINGS_FOR_ONESELF,
            place=_place(viewer, form.get("place")),
        )
    except FieldErrors as error:
        return await _new(request, viewer, form=form, errors=error.errors)
    return await _tokens(request, viewer, secret=made.secret, secret_of=f"token {made.name}")


async def ask_revoke(request: Request) -> Response:
    viewer = await require_viewer(request)
    return await show(request, "my_token.html", token=await _own(request, viewer))


async def revoke(request: Request) -> Response:
    viewer = await require_viewer(request)
    await read_form(request)
    token = await _own(request, viewer)
    try:
        await revoke_token(rooms_in(request), Allowed(viewer), token.id)
    except ProblemError:
        raise NotFound from None
    return go(request, HERE)


def _place(viewer: Viewer, chosen: str) -> UUID | None:
    """Where it shall be good: in the organization that somebody joined, or for his account.

    He chose while the page was open: where that is no choice any more he is asked again, for a
    token in another place than he meant opens what he did not mean to open.
    """
    joined = viewer.joined_organization_id
    if chosen == OWN_PLACE or (not chosen and joined is None):
        return None
    if joined is None or chosen != str(joined):
        raise FieldErrors({"place": NO_SUCH_PLACE if joined else NOT_IN_ANY_MORE})
    return joined


async def _own(request: Request, viewer: Viewer) -> Token:
    """The token in the address, if it is one that he made."""
    try:
        named = UUID(request.path_params["token"])
    except ValueError:
        raise NotFound from None
    for token in await _made_by(request, viewer):
        if token.id == named:
            return token
    raise NotFound


async def _made_by(request: Request, viewer: Viewer) -> tuple[Token, ...]:
    found = await list_tokens(rooms_in(request), Allowed(viewer))
    return tuple(token for token in found if token.account_id == viewer.account_id)


async def _tokens(
    request: Request,
    viewer: Viewer,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    rooms = rooms_in(request)
    joined = await joined_by(rooms.asking, viewer)
    places: dict[UUID | None, str] = {viewer.organization_id: "Your organization", None: OWN}
    if joined is not None:
        places[joined.profile.organization_id] = joined.name
    made = await _made_by(request, viewer)
    facts = {"secret": None, "secret_of": "", **shown}
    return await show(
        request,
        "my_tokens.html",
        tokens=made,
        said_of={token.id: f"{places.get(token.organization_id, LEFT)}, " for token in made},
        machine_now=rooms.wall.now(),
        **facts,
    )


async def _new(
    request: Request,
    viewer: Viewer,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    joined = await joined_by(rooms_in(request).asking, viewer)
    places = [(OWN_PLACE, OWN)]
    if joined is not None:
        places.insert(0, (str(joined.profile.organization_id), joined.name))
    # Where there is no choice none is shown, but to whom it is told that his is gone.
    is_asked = joined is not None or "place" in shown.get("errors", {})
    return await show(
        request,
        "my_token_new.html",
        scopes=MEANINGS_FOR_ONESELF,
        lives=LIVES,
        places=places if is_asked else [],
        **shown,
    )


routes = [
    Route(HERE, tokens, methods=["GET"]),
    Route(f"{HERE}/new", new, methods=["GET"]),
    Route(f"{HERE}/new", make, methods=["POST"]),
    Route(f"{HERE}/{{token}}/revoke", ask_revoke, methods=["GET"]),
    Route(f"{HERE}/{{token}}/revoke", revoke, methods=["POST"]),
]
