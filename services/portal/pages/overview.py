"""/o/{organization}: how the pool, the people and the seats are, and what waits for an answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.rooms import Rooms, rooms_in
from services.portal.views.desk import Desk, open_desk, show_at
from services.portal.views.faces import faces_of
from services.portal.views.limited import LimitedPeople, limited_people
from services.portal.views.needs import BUY, needs_of
from services.portal.views.people import Surroundings
from services.portal.views.pool import PoolSeen, first_holds, look_at_pool
from services.portal.views.seats import Seats, seats_of
from shared.contracts.credit_queries import ListRequests

OPEN_REQUESTS_MAX = 50
LIMITED_SHOWN = 8
HAS_PEOPLE = 2


@dataclass(frozen=True)
class Step:
    """One of the first things to do in a new organization."""

    words: str
    href: str
    is_done: bool


async def overview(request: Request) -> Response:
    desk = await open_desk(request)
    seen = await look(rooms_in(request), desk)
    return await show_at(request, desk, "overview.html", buy=BUY, **seen)


async def look(rooms: Rooms, desk: Desk) -> dict[str, Any]:
    """All that the page shows, asked at once."""
    now = rooms.clock.now()
    pool, holds, seats, asked = await asyncio.gather(
        look_at_pool(desk.ask, desk.all, now),
        first_holds(desk.ask),
        seats_of(desk, desk.administrator.account_id),
        desk.all(ListRequests(state="open", limit=OPEN_REQUESTS_MAX), "requests"),
    )
    around = Surroundings(pool.bar.available, pool.bar.debt, bool(desk.terms.get("observe")), {})
    limited = await limited_people(desk, around, LIMITED_SHOWN)
    ids = [UUID(one["account_id"]) for one in asked] + [each.account_id for each in limited.shown]
    faces = await faces_of(desk.asking, ids)
    limited = limited.knowing({face.account_id for face in faces.values() if not face.registered})
    return {
        "pool": pool,
        "holds": holds,
        "seats": seats,
        "limited": limited,
        "faces": faces,
        "needs": needs_of(desk, pool, seats, asked, faces, now),
        "steps": first_steps(desk, pool, seats, limited),
    }


def first_steps(
    desk: Desk, pool: PoolSeen, seats: Sequence[Seats], limited: LimitedPeople
) -> list[Step]:
    """What a new organization does first; nothing once people are in and draw on credits.

    Of `seats` the holders are known as far as the Administrator is one.
    """
    others = sum(product.assigned - len(product.holders) for product in seats)
    has_people = limited.count >= HAS_PEOPLE
    is_open = not pool.is_empty and bool(limited.shown)
    steps = [
        Step("Add people", f"{desk.home}/people/new", has_people),
        Step("Assign seats", f"{desk.home}/licenses", others > 0),
        Step("Buy credits and open the pool to somebody", f"{desk.home}/credits#access", is_open),
    ]
    return [] if has_people and is_open else steps


routes = [Route("/o/{organization}", overview)]
