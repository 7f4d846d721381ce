"""Every topic that pages can be watched by."""

import asyncio
from typing import Any

from services.portal.live.desks import at_desk
from services.portal.live.topics import (
    LEDGER,
    LICENSING,
    MEMBERSHIP,
    Topic,
    Topics,
    of_administrators,
    of_ops,
    of_staff,
)
from services.portal.pages import operator_reconcile, operator_work, ops, overview
from services.portal.rooms import Rooms
from services.portal.views.desk import Desk
from services.portal.views.needs import BUY
from services.portal.views.people import Filter, people_page
from services.portal.views.pool import look_at_pool, open_holds
from services.portal.views.seats import seats_of


async def look_at_overview(rooms: Rooms, desk: Desk) -> dict[str, Any]:
    return {"buy": BUY, **await overview.look(rooms, desk)}


async def look_at_credits(rooms: Rooms, desk: Desk) -> dict[str, Any]:
    pool, holds, page = await asyncio.gather(
        look_at_pool(desk.ask, desk.all, rooms.clock.now()),
        open_holds(desk.all),
        people_page(desk, Filter(), None),
    )
    unlimited = sum(row.mode == "unlimited" for row in page.rows)
    return {"pool": pool, "holds": holds, "unlimited": unlimited}


async def look_at_licenses(_rooms: Rooms, desk: Desk) -> dict[str, Any]:
    return {"seats": await seats_of(desk)}


TOPICS = Topics()
for topic in (
    Topic(
        name="overview",
        template="overview.html",
        blocks=("pool", "limited", "needs", "seats"),
        may_see=of_administrators,
        look=at_desk(look_at_overview),
        services=frozenset({LEDGER, LICENSING, MEMBERSHIP}),
    ),
    Topic(
        name="credits",
        template="credits.html",
        blocks=("pool",),
        may_see=of_administrators,
        look=at_desk(look_at_credits),
        services=frozenset({LEDGER, MEMBERSHIP}),
    ),
    Topic(
        name="licenses",
        template="licenses.html",
        blocks=("products",),
        may_see=of_administrators,
        look=at_desk(look_at_licenses),
        services=frozenset({LICENSING}),
    ),
    Topic(
        name="ops",
        template="ops.html",
        blocks=("position", "gauges", "refusals", "health", "feed"),
        may_see=of_ops,
        look=ops.watch,
        every_seconds=0.5,
        steady=True,
    ),
    Topic(
        name="work",
        template="operator.html",
        blocks=("summary",),
        may_see=of_staff,
        look=operator_work.watch,
        every_seconds=10.0,
        steady=True,
    ),
    Topic(
        name="reconcile",
        template="operator_reconcile.html",
        blocks=("result",),
        may_see=of_staff,
        look=operator_reconcile.watch,
        every_seconds=2.0,
        steady=True,
    ),
):
    TOPICS.add(topic)
