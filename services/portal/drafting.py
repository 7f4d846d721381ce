"""Keeps what was typed when the session was over, so that signing in does not cost it."""

import secrets
from datetime import timedelta

from starlette.requests import Request

from services.portal.forms import FIELDS_MAX, Forged, check_origin, texts_in
from services.portal.rooms import rooms_in
from services.portal.sessions import hash_of
from services.portal.show import came_from
from services.portal.store import drafts
from services.portal.store.drafts import Draft

KEY_BYTES = 32
KEPT_FOR = timedelta(hours=1)
CHARACTERS_MAX = 100_000
KEPT_MAX = 1_000
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


async def keep_draft(request: Request) -> str | None:
    """Keep the fields of a form of ours; the key of the draft, or nothing that can be kept."""
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
    draft = Draft(hash_of(key), request.url.path, came_from(request), fields, now)
    async with rooms.pool.acquire() as database:
        await drafts.clear(database, before=now - KEPT_FOR)
        await drafts.keep(database, draft, most=KEPT_MAX)
    return key


async def find_draft(request: Request, key: str) -> Draft | None:
    """Find what was kept under a key."""
    rooms = rooms_in(request)
    async with rooms.pool.acquire() as database:
        return await drafts.find(database, hash_of(key), kept_after=rooms.wall.now() - KEPT_FOR)
