"""What somebody waits for, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.portal.asking import Asking
from services.portal.format import Format
from services.portal.rooms import Rooms
from services.portal.store import awaited
from services.portal.store.awaited import Awaited
from services.portal.views.faces import Face, faces_of

AWAITED_MAX = 20
SHOWN_AFTER_IT_ENDED = timedelta(days=7)


@dataclass(frozen=True)
class Waiting:
    """One thing: what it is, and where one goes once it is true."""

    id: UUID
    words: str
    came_true: str
    href: str
    until: datetime
    told_at: datetime | None


async def awaited_by(rooms: Rooms, account: UUID, reading: Format) -> list[Waiting]:
    """What somebody waits for, and what came true of it in the last days."""
    after = rooms.clock.now() - SHOWN_AFTER_IT_ENDED
    async with rooms.pool.acquire() as database:
        every = await awaited.of_account(database, account, ended_after=after)
    kept = [one for one in every if one.ending in {None, "TOLD"}]
    faces = await _faces(rooms.asking, kept)
    return [_told(one, reading, faces) for one in kept]


async def _faces(asking: Asking, every: list[Awaited]) -> dict[UUID, Face]:
    return await faces_of(asking, {one.person_id for one in every if one.person_id is not None})


def _told(one: Awaited, reading: Format, faces: dict[UUID, Face]) -> Waiting:
    home = f"/o/{one.organization_id}"
    match one.kind:
        case "pool_has":
            amount = reading.credits(one.amount or 0)
            words, came_true = f"the pool has {amount}", f"The pool has {amount} or more"
            href = "/me"
        case "seat_free":
            words = f"a seat of {one.product} is free"
            came_true, href = f"A seat of {one.product} is free", "/me"
        case "access_opens":
            name = "" if one.person_id is None else faces[one.person_id].name
            words = f"access of {name} can be turned on"
            came_true = f"Access of {name} can be turned on"
            href = f"{home}/people/{one.person_id}/access"
    told_at = one.ended_at if one.ending == "TOLD" else None
    return Waiting(one.id, words, came_true, href, one.expires_at, told_at)
