"""The door: the sign-in page, the story's people, and the way out."""

from collections.abc import Iterator
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from services.portal.forms import check_origin, read_form
from services.portal.live.hub import hub_of
from services.portal.rooms import rooms_in
from services.portal.sessions import (
    NotFound,
    begin_session,
    current_session,
    current_viewer,
    end_session,
    require_viewer,
    seconds_left,
)
from services.portal.settings import PortalSettings
from services.portal.show import DENSITIES, THEMES, is_own_path, show
from services.portal.sign_in import personas

A_YEAR_SECONDS = 365 * 86_400


async def home(request: Request) -> Response:
    """Send everybody to the page he came for."""
    viewer = await current_viewer(request)
    return RedirectResponse("/sign-in" if viewer is None else viewer.home, HTTPStatus.SEE_OTHER)


async def sign_in(request: Request) -> Response:
    rooms = rooms_in(request)
    present = await personas.present(rooms) if rooms.settings.has_personas else []
    return await show(
        request,
        "sign_in.html",
        personas=present,
        next=_next(request.query_params.get("next", "")),
        has_provider=bool(rooms.settings.oidc_issuer),
        has_left="out" in request.query_params,
    )


async def as_persona(request: Request) -> Response:
    """Come in as somebody of the story."""
    rooms = rooms_in(request)
    if not rooms.settings.has_personas:
        raise NotFound
    check_origin(request)
    given = await request.form(max_files=0, max_fields=4)
    persona = personas.persona_named(str(given.get("persona", "")))
    account = None if persona is None else await personas.find(rooms, persona)
    if account is None:
        raise NotFound
    response = RedirectResponse(_next(str(given.get("next", ""))) or "/", HTTPStatus.SEE_OTHER)
    await begin_session(request, response, account.account_id, "demo")
    return response


async def sign_out(request: Request) -> Response:
    await require_viewer(request)
    await read_form(request)
    session = await current_session(request)
    response = RedirectResponse("/sign-in?out=1", HTTPStatus.SEE_OTHER)
    await end_session(request, response)
    if session is not None:
        hub_of(rooms_in(request)).end_session(session.token_hash)
    return response


async def stay(request: Request) -> Response:
    """Prolong the session, and tell for how many seconds."""
    check_origin(request)
    session = await current_session(request)
    if session is None:
        return PlainTextResponse("0", HTTPStatus.UNAUTHORIZED)
    return PlainTextResponse(str(seconds_left(rooms_in(request), session)))


async def appearance(request: Request) -> Response:
    """Remember how somebody likes to look at pages."""
    check_origin(request)
    given = await request.form(max_files=0, max_fields=4)
    response = RedirectResponse(_next(str(given.get("back", ""))) or "/", HTTPStatus.SEE_OTHER)
    for name, choices in (("theme", THEMES), ("density", DENSITIES)):
        if given.get(name) in choices:
            response.set_cookie(
                name,
                str(given[name]),
                max_age=A_YEAR_SECONDS,
                path="/",
                secure=rooms_in(request).settings.is_https,
                samesite="lax",
            )
    return response


ROUTES = (
    Route("/appearance", appearance, methods=["POST"]),
    Route("/sign-in/stay", stay, methods=["POST"]),
    Route("/", home),
    Route("/sign-in", sign_in),
    Route("/sign-in/persona", as_persona, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
)


def routes_for(settings: PortalSettings) -> Iterator[Route]:
    """The doors there are: the provider's only where one is set, for its client loads slowly."""
    yield from ROUTES
    if settings.oidc_issuer:
        from services.portal.sign_in import by_provider  # noqa: PLC0415 -- as said

        yield from by_provider.routes


def _next(asked: str) -> str:
    return asked if is_own_path(asked) else ""
