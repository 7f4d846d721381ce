"""Who is on what: seen by everybody who has the work list open, and a lock for nobody.

What keeps a thing from being done twice is its command, which is decided once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.portal.rooms import Rooms
from services.portal.store import taken_work
from services.portal.views.faces import faces_of

LASTS = timedelta(days=7)


@dataclass(frozen=True)
class Owner:
    """Who is on a thing, or that nobody is."""

    id: UUID
    by: UUID | None = None
    name: str = ""
    since: datetime | None = None


async def owners(rooms: Rooms) -> tuple[Owner, ...]:
    """Of everything that was taken or released lately."""
    async with rooms.pool.acquire() as database:
        taken = await taken_work.lately(database, rooms.wall.now() - LASTS)
    faces = await faces_of(rooms.asking, (one.taken_by for one in taken if one.taken_by))
    return tuple(
        Owner(one.subject, one.taken_by, faces[one.taken_by].name, one.changed_at)
        if one.taken_by
        else Owner(one.subject)
        for one in taken
    )


async def owners_of(rooms: Rooms, subjects: Iterable[UUID]) -> dict[UUID, Owner]:
    """Of each of these things; one that was never taken has nobody."""
    known = {owner.id: owner for owner in await owners(rooms)}
    return {subject: known.get(subject, Owner(subject)) for subject in subjects}


async def owner_of(rooms: Rooms, subject: UUID) -> Owner:
    return (await owners_of(rooms, [subject]))[subject]


async def hand_over(rooms: Rooms, subject: UUID, *, holder: UUID | None, to: UUID | None) -> bool:
    """Take a thing, take it over or release it; says whether it was as its page showed it."""
    now = rooms.wall.now()
    async with rooms.pool.acquire() as database:
        await taken_work.clear(database, before=now - LASTS)
        return await taken_work.hand_over(database, subject, holder=holder, to=to, now=now)
