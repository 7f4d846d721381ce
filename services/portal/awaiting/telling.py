"""Tells people once what they wait for: facts of the stream say what may have come true.

Facts that this process missed do no harm: everything is looked at when it starts, and sometimes.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import structlog

from services.portal.asking import RefusedError
from services.portal.awaiting.looking import is_meant, is_true
from services.portal.live.hub import hub_of
from services.portal.live.named import ids_in
from services.portal.rooms import Rooms, rooms_of
from services.portal.store import awaited
from services.portal.store.awaited import Awaited
from services.portal.store.letters import NewLetter, add_letters
from shared.contracts.money import format_credits
from shared.messaging.ask import NoAnswer
from shared.service import Running

NAME = "awaiting"
WAITED_FOR = timedelta(days=30)
KEPT = timedelta(days=30)
PACE_SECONDS = 1.0
LOOK_SECONDS = 20.0
ALL_EVERY_SECONDS = 300.0
TOGETHER_MAX = 50

log = structlog.get_logger()


@dataclass
class Ears:
    """Whom somebody waits for, and who of them was named since the last look."""

    listens_for: frozenset[UUID] = frozenset()
    heard: set[UUID] = field(default_factory=set)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, key: str, fact: Mapping[str, Any]) -> None:
        """Take a fact; most name nobody that is waited for."""
        if not self.listens_for or key.endswith(".watermark"):
            return
        named = ids_in(fact) & self.listens_for
        if named:
            self.heard |= named
            self.wake.set()


def ears_of(rooms: Rooms) -> Ears:
    """The ears of this process."""
    ears = rooms.running.rooms.setdefault(NAME, Ears())
    assert isinstance(ears, Ears)
    return ears


async def tell_what_came_true(running: Running) -> None:
    """Look at what may have come true until the portal stops."""
    rooms = rooms_of(running)
    ears = ears_of(rooms)
    all_at = 0.0
    while not running.stopping.is_set():
        is_all = monotonic() >= all_at
        all_at = monotonic() + ALL_EVERY_SECONDS if is_all else all_at
        await _look(rooms, ears, is_all=is_all)
        await running.pause(PACE_SECONDS)
        with suppress(TimeoutError):
            await asyncio.wait_for(ears.wake.wait(), LOOK_SECONDS)


async def _look(rooms: Rooms, ears: Ears, *, is_all: bool) -> None:
    ears.wake.clear()
    named, ears.heard = list(ears.heard), set()
    now = rooms.clock.now()
    async with rooms.pool.acquire() as database:
        await awaited.lapse(database, now)
        await awaited.clear(database, before=now - KEPT)
        ears.listens_for = await awaited.whom(database)
        await awaited.mark_due(database, list(ears.listens_for) if is_all else named)
        due = await awaited.claim(database, TOGETHER_MAX)
    for one in due:
        await _settle(rooms, one)


async def _settle(rooms: Rooms, one: Awaited) -> None:
    """Tell it if it is true now; what could not be looked at stays due."""
    try:
        is_void = not await is_meant(rooms, one)
        if not is_void and not await is_true(rooms, one):
            return
    except (NoAnswer, RefusedError) as error:
        log.info("awaited_not_looked_at", reason=repr(error))
        async with rooms.pool.acquire() as database:
            await awaited.look_again(database, one.id)
        return
    now = rooms.clock.now()
    async with rooms.pool.acquire() as database, database.transaction():
        is_first = await awaited.end(database, one.id, "CANCELLED" if is_void else "TOLD", now)
        if is_first and not is_void:
            letter = (rooms.clock.new_id(), letter_of(one))
            await add_letters(database, [letter], rooms.wall.now())
    for topic in ("me", "awaited"):
        hub_of(rooms).touch(f"{topic}:{one.account_id}")


def letter_of(one: Awaited) -> NewLetter:
    """The one letter that tells of it."""
    told = {
        "amount": None if one.amount is None else format_credits(one.amount),
        "product": one.product,
        "person_id": None if one.person_id is None else str(one.person_id),
    }
    return NewLetter(
        cause=one.id,
        kind=f"awaited_{one.kind}",
        facts={name: value for name, value in told.items() if value is not None},
        account_id=one.account_id,
        organization_id=one.organization_id,
    )


WORKS = (tell_what_came_true,)
