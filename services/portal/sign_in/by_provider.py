"""The way to the identity provider and back: each journey ends once, in the browser it began in."""

import secrets
from datetime import timedelta
from http import HTTPStatus

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.portal.rooms import Rooms, rooms_in
from services.portal.sessions import begin_session, hash_of, set_cookie
from services.portal.settings import PortalSettings
from services.portal.show import is_own_path, show
from services.portal.sign_in.arriving import NotLetIn, account_for
from services.portal.sign_in.provider import CALLBACK, Provider, ProviderError
from services.portal.store import identities
from services.portal.store.identities import Journey

SECRET_BYTES = 32
VERIFIER_BYTES = 48
JOURNEY_LASTS = timedelta(minutes=15)

log = structlog.get_logger()


async def set_out(request: Request) -> Response:
    """Send the browser to the provider, with what it must bring back."""
    rooms, provider = _provider(request)
    state, nonce, browser = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(3))
    verifier = secrets.token_urlsafe(VERIFIER_BYTES)
    asked = request.query_params.get("next", "")
    now = rooms.wall.now()
    try:
        address = await provider.address(state=state, nonce=nonce, verifier=verifier)
    except ProviderError as error:
        return await _failed(request, error)
    journey = Journey(
        state_hash=hash_of(state),
        browser_hash=hash_of(browser),
        nonce=nonce,
        verifier=verifier,
        next=asked if is_own_path(asked) else "/",
        begun_at=now,
    )
    async with rooms.pool.acquire() as database:
        await identities.clear(database, before=now - JOURNEY_LASTS)
        await identities.set_out(database, journey)
    response = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    set_cookie(response, rooms.settings, _cookie(rooms.settings), browser)
    return response


async def come_back(request: Request) -> Response:
    """Let in whom the provider vouches for."""
    rooms, provider = _provider(request)
    given = request.query_params
    try:
        # Before the journey is used up: while the provider does not answer, he may try again.
        is_its_own = await provider.is_its_own(given.get("iss"))
    except ProviderError as error:
        return await _failed(request, error)
    journey = await _journey(rooms, request)
    code = given.get("code")
    if journey is None or code is None or not is_its_own:
        return await _failed(request, ProviderError(given.get("error", "no such journey")))
    try:
        claims = await provider.claims(code=code, nonce=journey.nonce, verifier=journey.verifier)
        account = await account_for(rooms, claims)
    except ProviderError as error:
        return await _failed(request, error)
    except NotLetIn as error:
        status = HTTPStatus.FORBIDDEN
        return await show(request, "sign_in_failed.html", status=status, reason=str(error))
    response = RedirectResponse(journey.next, HTTPStatus.SEE_OTHER)
    await begin_session(request, response, account, "oidc")
    response.delete_cookie(_cookie(rooms.settings), path="/")
    return response


async def sign_out_there(request: Request) -> Response:
    """Sign out of the provider as well; a link, for a form may not lead to another site."""
    rooms, provider = _provider(request)
    try:
        address = await provider.end_address(f"{rooms.settings.address}/sign-in")
    except ProviderError as error:
        return await _failed(request, error)
    return RedirectResponse(address or "/sign-in?out=1", HTTPStatus.SEE_OTHER)


async def _journey(rooms: Rooms, request: Request) -> Journey | None:
    state = request.query_params.get("state")
    browser = request.cookies.get(_cookie(rooms.settings))
    if not state or not browser:
        return None
    async with rooms.pool.acquire() as database:
        return await identities.come_back(
            database,
            hash_of(state),
            hash_of(browser),
            begun_after=rooms.wall.now() - JOURNEY_LASTS,
        )


async def _failed(request: Request, error: ProviderError) -> Response:
    log.warning("sign_in_failed", reason=str(error))
    return await show(request, "sign_in_failed.html", status=HTTPStatus.BAD_REQUEST, reason="")


def _provider(request: Request) -> tuple[Rooms, Provider]:
    """The provider that is set, with what it said of itself."""
    rooms = rooms_in(request)
    if not hasattr(request.app.state, "provider"):
        request.app.state.provider = Provider(rooms.settings)
    provider: Provider = request.app.state.provider
    return rooms, provider


def _cookie(settings: PortalSettings) -> str:
    return "__Host-coffer-journey" if settings.is_https else "coffer-journey"


routes = [
    Route("/sign-in/provider", set_out),
    Route(CALLBACK, come_back),
    Route("/sign-in/provider/out", sign_out_there),
]
