"""Idempotency keys: the same key is the same command, whatever is lost on the way.

A UUIDv7 is the command's id itself and costs nothing; any other key is remembered for its token.
"""

import re
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from starlette.requests import Request

from services.portal.api.problems import FieldProblem, misread, refused_here
from services.portal.rooms import Rooms, rooms_of
from services.portal.store import calls as store
from services.portal.store.calls import Call
from services.portal.store.tokens import Token
from shared.contracts.refusals import RefusalCode
from shared.service import Running

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,255}")
UUID7: Final = 7
REMEMBERED = timedelta(days=30)
FORGET_EVERY_SECONDS = 600.0


async def command_id(rooms: Rooms, request: Request, token: Token | None, content: bytes) -> UUID:
    """The id of the command that a call stands for; raises ProblemError for a key of another."""
    key = _key_in(request)
    if key is None:
        return rooms.clock.new_id()
    if (given := as_uuid7(key)) is not None:
        return given
    assert token is not None, "commands come with tokens"
    fresh = Call(rooms.clock.new_id(), sha256(content).digest())
    async with rooms.pool.acquire() as connection:
        found = await store.remember_call(connection, token.id, key, fresh, rooms.wall.now())
    if found.content != fresh.content:
        raise refused_here(
            RefusalCode.IDEMPOTENCY_KEY_REUSED, f"{HEADER}: was used for another call"
        )
    return found.command


def no_key(request: Request) -> None:
    """Turn a key away where it would promise what nobody keeps; raises ProblemError."""
    if HEADER in request.headers:
        problem = FieldProblem(field=HEADER, message="is for commands, and this is none")
        raise misread(RefusalCode.MALFORMED, (problem,))


def as_uuid7(key: str) -> UUID | None:
    """The id that a key is, if it is one of ours as it is usually written."""
    try:
        read = UUID(key)
    except ValueError:
        return None
    return read if str(read) == key.lower() and read.version == UUID7 else None


async def forget_keys(running: Running) -> None:
    """Forget the keys that nobody will send again; a work of the portal."""
    rooms = rooms_of(running)
    while not running.stopping.is_set():
        async with rooms.pool.acquire() as connection:
            gone = await store.forget_calls(connection, rooms.wall.now() - REMEMBERED)
        if gone < store.FORGET_ROWS_MAX:
            await running.pause(FORGET_EVERY_SECONDS)


def _key_in(request: Request) -> str | None:
    """The key as it is sent; the quotes of the IETF's draft may stand around it."""
    given = request.headers.get(HEADER)
    if given is None:
        return None
    key = given.strip()
    if len(key) > 2 and key[0] == key[-1] == '"':  # noqa: PLR2004  # two quotes and a key
        key = key[1:-1]
    if KEY.fullmatch(key) is None:
        problem = FieldProblem(field=HEADER, message="is 1 to 255 visible ASCII characters")
        raise misread(RefusalCode.MALFORMED, (problem,))
    return key
