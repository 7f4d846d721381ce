"""Keeps what was typed when the session was over, so that signing in does not cost it."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from services.portal.forms import FIELDS_MAX, Forged, check_origin, texts_in
from services.portal.rooms import rooms_in
from services.portal.sessions import hash_of, set_cookie
from services.portal.settings import PortalSettings
from services.portal.show import came_from
from services.portal.store import drafts
from services.portal.store.drafts import Draft

KEY_BYTES = 32
KEPT_FOR = timedelta(hours=1)
CHARACTERS_MAX = 100_000
KEPT_MAX = 1_000
KEPT_OF_A_BROWSER_MAX = 20
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class Kept:
    """Where a draft can be sent from after all, by the browser alone that has the secret."""

    address: str
    browser: str

    def hand_to(self, response: Response, settings: PortalSettings) -> None:
        """Give the browser its secret: an address may be sent to somebody else."""
        set_cookie(response, settings, _cookie(settings), self.browser)


async def keep_draft(request: Request) -> Kept | None:
    """Keep the fields of a form of ours for this browser; nothing when they cannot be kept."""
    if not request.headers.get("content-type", "").startswith(FORM_TYPES):
        return None
    try:
        check_origin(request)
    except Forged:
        return None
    given = await request.form(max_files=1, max_fields=FIELDS_MAX)
    fields = [[name, value] for name, value in texts_in(given.multi_items())]
    if sum(len(name) + len(value) for name, value in fields) > CHARACTERS_MAX:
        return None
    key = secrets.token_urlsafe(KEY_BYTES)
    rooms = rooms_in(request)
    now = rooms.wall.now()
    browser = _browser(request) or secrets.token_urlsafe(KEY_BYTES)
    draft = Draft(
        key_hash=hash_of(key),
        browser_hash=hash_of(browser),
        action=request.url.path,
        page=came_from(request),
        fields=fields,
        kept_at=now,
    )
    async with rooms.pool.acquire() as database, database.transaction():
        await drafts.clear(database, before=now - KEPT_FOR)
        await drafts.keep(database, draft)
        await drafts.clear_oldest(database, of_all=KEPT_MAX, of_a_browser=KEPT_OF_A_BROWSER_MAX)
    return Kept(f"/drafts/{key}", browser)


async def find_draft(request: Request, key: str) -> Draft | None:
    """Find what this browser kept under a key."""
    rooms = rooms_in(request)
    browser = _browser(request)
    if browser is None:
        return None
    async with rooms.pool.acquire() as database:
        return await drafts.find(
            database, hash_of(key), hash_of(browser), kept_after=rooms.wall.now() - KEPT_FOR
        )


def _browser(connection: HTTPConnection) -> str | None:
    return connection.cookies.get(_cookie(rooms_in(connection).settings))


def _cookie(settings: PortalSettings) -> str:
    return "__Host-coffer-drafts" if settings.is_https else "coffer-drafts"
