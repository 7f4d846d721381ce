"""Sessions in cookies: a random token, of which the database knows the hash alone."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic
from typing import Literal
from uuid import UUID

from starlette.requests import HTTPConnection
from starlette.responses import Response

from services.portal.asking import RefusedError
from services.portal.rooms import Rooms, rooms_in
from services.portal.settings import PortalSettings
from services.portal.store import sessions as store
from services.portal.store.sessions import Session
from services.portal.viewer import Viewer, viewer_of
from shared.contracts.accounts import AccountProfile, ShowAccount
from shared.messaging.ask import NoAnswer

TOKEN_BYTES = 32
FORM_KEY_BYTES = 32
BROWSER_CHARACTERS_MAX = 200
SEEN_EVERY = timedelta(seconds=30)
WARNED_BEFORE = timedelta(minutes=2)
SEEN_FOR_SECONDS = 600.0
SEEN_MAX = 20_000
Door = Literal["oidc", "demo"]
_SEEN: dict[UUID, tuple[float, Viewer]] = {}


class SignInNeeded(Exception):  # noqa: N818  # reads as a sentence
    """Nobody is signed in: the way leads over the sign-in and back."""


class NotFound(Exception):  # noqa: N818  # reads as a sentence
    """There is no such page, or not for this viewer, which looks the same."""


async def current_session(connection: HTTPConnection) -> Session | None:
    """The session of this browser, read once a request; it is seen by that."""
    if not hasattr(connection.state, "session"):
        connection.state.session = await _read_session(rooms_in(connection), connection.cookies)
    session: Session | None = connection.state.session
    return session


async def current_viewer(connection: HTTPConnection) -> Viewer | None:
    """Who is clicking, as membership knows him now; nobody when nobody is signed in."""
    if not hasattr(connection.state, "viewer"):
        session = await current_session(connection)
        rooms = rooms_in(connection)
        connection.state.viewer = session and await last_known(rooms, session.account_id)
    viewer: Viewer | None = connection.state.viewer
    return viewer


async def require_viewer(connection: HTTPConnection) -> Viewer:
    """Who is clicking; raises SignInNeeded."""
    viewer = await current_viewer(connection)
    if viewer is None:
        raise SignInNeeded
    return viewer


async def require_staff(connection: HTTPConnection) -> Viewer:
    """An operator; to anybody else the page does not exist."""
    viewer = await require_viewer(connection)
    if not viewer.is_staff:
        raise NotFound
    return viewer


async def require_ops(connection: HTTPConnection) -> Viewer:
    """Somebody of the vendor's who watches the machines."""
    viewer = await require_viewer(connection)
    if not (viewer.is_ops or viewer.is_staff):
        raise NotFound
    return viewer


def organization_in(connection: HTTPConnection, viewer: Viewer) -> UUID:
    """The organization in the address, if it is the viewer's business; raises NotFound."""
    try:
        organization = UUID(connection.path_params["organization"])
    except ValueError:
        raise NotFound from None
    if not viewer.may_see(organization):
        raise NotFound
    return organization


async def find_viewer(rooms: Rooms, account_id: UUID) -> Viewer | None:
    """Ask membership about an account, as it does itself; nobody when it was forgotten.

    Raises NoAnswer, for whoever goes on with what is not asked again must not go on by old rights.
    """
    try:
        shown = await rooms.asking.show(
            ShowAccount(account_id=account_id), AccountProfile, viewer=asking_as(account_id)
        )
    except RefusedError:
        _SEEN.pop(account_id, None)
        return None
    viewer = viewer_of(shown, rooms.settings)
    _remember(viewer)
    return viewer


async def last_known(rooms: Rooms, account_id: UUID) -> Viewer | None:
    """Who an account is; while membership does not answer, who it last was.

    So pages go on: services decide for themselves what he may do. Raises NoAnswer for whom we have
    not seen lately.
    """
    try:
        return await find_viewer(rooms, account_id)
    except NoAnswer:
        return _remembered(account_id)


def asking_as(account_id: UUID) -> Viewer:
    """An account before anything is known of it but its id."""
    return Viewer(account_id=account_id, email="", name="", customer_number="")


async def begin_session(
    connection: HTTPConnection,
    response: Response,
    account_id: UUID,
    door: Door,
) -> None:
    """Sign somebody in: a new token each time, so that none can be planted beforehand."""
    rooms = rooms_in(connection)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = rooms.wall.now()
    browser = connection.headers.get("user-agent", "")[:BROWSER_CHARACTERS_MAX]
    old = connection.cookies.get(cookie_name(rooms.settings))
    session = new_session(
        token, account_id, door, now=now, browser=browser, settings=rooms.settings
    )
    async with rooms.pool.acquire() as database, database.transaction():
        if old:
            await store.end(database, hash_of(old))
        await store.begin(database, session)
        await store.clear(database, now=now, seen_before=now - _idle(rooms.settings))
    set_cookie(response, rooms.settings, cookie_name(rooms.settings), token)


def new_session(
    token: str,
    account_id: UUID,
    door: Door,
    *,
    now: datetime,
    browser: str,
    settings: PortalSettings,
) -> Session:
    return Session(
        token_hash=hash_of(token),
        account_id=account_id,
        door=door,
        browser=browser,
        form_key=secrets.token_bytes(FORM_KEY_BYTES),
        begun_at=now,
        seen_at=now,
        ends_at=now + timedelta(hours=settings.session_hours),
    )


async def end_session(connection: HTTPConnection, response: Response) -> None:
    """Sign out of this browser."""
    rooms = rooms_in(connection)
    name = cookie_name(rooms.settings)
    token = connection.cookies.get(name)
    if token:
        async with rooms.pool.acquire() as database:
            await store.end(database, hash_of(token))
    response.delete_cookie(name, path="/", secure=rooms.settings.is_https, httponly=True)


async def list_sessions(connection: HTTPConnection, account_id: UUID) -> tuple[Session, ...]:
    """Where somebody is signed in."""
    rooms = rooms_in(connection)
    now = rooms.wall.now()
    async with rooms.pool.acquire() as database:
        return await store.list_of(
            database, account_id, now=now, seen_after=now - _idle(rooms.settings)
        )


async def end_other_sessions(connection: HTTPConnection, account_id: UUID) -> None:
    """Sign somebody out everywhere but in this browser."""
    session = await current_session(connection)
    assert session is not None
    async with rooms_in(connection).pool.acquire() as database:
        await store.end_others(database, account_id, but=session.token_hash)


def lasts_until(session: Session, settings: PortalSettings) -> datetime:
    """When a session ends if nothing more is clicked."""
    return min(session.ends_at, session.seen_at + _idle(settings))


def seconds_left(rooms: Rooms, session: Session) -> int:
    """How long a session lasts, counted from this request, which prolonged it."""
    now = rooms.wall.now()
    return int((min(session.ends_at, now + _idle(rooms.settings)) - now).total_seconds())


def cookie_name(settings: PortalSettings) -> str:
    """A browser takes a `__Host-` cookie over TLS alone; the demo on loopback has none."""
    return "__Host-coffer" if settings.is_https else "coffer"


def set_cookie(response: Response, settings: PortalSettings, name: str, value: str) -> None:
    """Set a cookie that no script reads and no other site sends along with a form."""
    response.set_cookie(
        name, value, path="/", secure=settings.is_https, httponly=True, samesite="lax"
    )


def hash_of(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _remember(viewer: Viewer) -> None:
    if len(_SEEN) >= SEEN_MAX:
        _SEEN.clear()
    _SEEN[viewer.account_id] = (monotonic(), viewer)


def _remembered(account_id: UUID) -> Viewer:
    seen_at, viewer = _SEEN.get(account_id, (float("-inf"), None))
    if viewer is None or monotonic() - seen_at > SEEN_FOR_SECONDS:
        raise NoAnswer
    return viewer


async def _read_session(rooms: Rooms, cookies: Mapping[str, str]) -> Session | None:
    token = cookies.get(cookie_name(rooms.settings))
    if not token:
        return None
    now = rooms.wall.now()
    async with rooms.pool.acquire() as database:
        session = await store.find(
            database, hash_of(token), now=now, seen_after=now - _idle(rooms.settings)
        )
        if session is not None and now - session.seen_at > SEEN_EVERY:
            await store.see(database, session.token_hash, now)
    return session


def _idle(settings: PortalSettings) -> timedelta:
    return timedelta(minutes=settings.idle_minutes)
