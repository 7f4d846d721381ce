"""/o/{organization}/credits: the pool as a bar, its lots, who may draw on it, what is held."""

import asyncio
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.pages.people import access_words, topic_of_rows
from services.portal.rooms import rooms_in
from services.portal.undoing import undo_in
from services.portal.views.balance import DAYS, DAYS_SHOWN, balance_of, past_of
from services.portal.views.desk import Desk, open_desk, show_at
from services.portal.views.faces import Face, faces_of
from services.portal.views.listing import people_page, unlimited_in
from services.portal.views.places import pager_of, read_place
from services.portal.views.pool import OpenHolds, first_holds, look_at_pool
from services.portal.views.rows import EVERYBODY

HOLDS_SHOWN = 100
Holds = tuple[dict[str, Any], ...]


async def credits(request: Request) -> Response:
    desk = await open_desk(request)
    place = read_place(request.query_params)
    now = rooms_in(request).clock.now()
    days = request.query_params.get("days", DAYS_SHOWN)
    days = days if days in DAYS else DAYS_SHOWN
    pool, holds, page, past = await asyncio.gather(
        look_at_pool(desk.ask, desk.all, now),
        first_holds(desk.ask),
        people_page(desk, EVERYBODY, place),
        past_of(desk.ask, days, now),
    )
    shown, faces = await listed(desk, holds)
    return await show_at(
        request,
        desk,
        "credits.html",
        "pool",
        pool=pool,
        balance=balance_of(past, days, pool.lots, now),
        ranges=DAYS,
        holds=holds,
        holds_shown=shown,
        page=page,
        faces=faces,
        unlimited=unlimited_in(page),
        access_words=lambda row: access_words(desk, row),
        pager=pager_of(f"{desk.home}/credits#access", {}, page.beside, len(page.rows)),
        rows_topic=topic_of_rows(desk, page),
        undo=undo_in(request, desk.home),
    )


async def listed(desk: Desk, holds: OpenHolds) -> tuple[Holds, dict[UUID, Face]]:
    """As many of the open holds as are listed, and whose they are."""
    shown = holds.rows[:HOLDS_SHOWN]
    return shown, await faces_of(desk.asking, (UUID(hold["account_id"]) for hold in shown))


routes = [Route("/o/{organization}/credits", credits)]
