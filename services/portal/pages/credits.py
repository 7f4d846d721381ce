"""/o/{organization}/credits: the pool as a bar, its lots, who may draw on it, what is held."""

import asyncio
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.pages.people import access_words, read_after
from services.portal.rooms import rooms_in
from services.portal.undoing import undo_in
from services.portal.views.desk import open_desk, show_at
from services.portal.views.faces import faces_of
from services.portal.views.people import people_page
from services.portal.views.pool import look_at_pool, open_holds
from services.portal.views.rows import Filter

HOLDS_SHOWN = 100


async def credits(request: Request) -> Response:
    desk = await open_desk(request)
    after = read_after(request)
    now = rooms_in(request).clock.now()
    pool, holds, page = await asyncio.gather(
        look_at_pool(desk.ask, desk.all, now),
        open_holds(desk.all),
        people_page(desk, Filter(), after),
    )
    # They are counted where all of them are on this page.
    is_whole = after is None and page.after is None
    unlimited = sum(row.mode == "unlimited" for row in page.rows) if is_whole else 0
    faces = await faces_of(desk.asking, (UUID(hold["account_id"]) for hold in holds[:HOLDS_SHOWN]))
    return await show_at(
        request,
        desk,
        "credits.html",
        "pool",
        pool=pool,
        holds=holds,
        holds_shown=holds[:HOLDS_SHOWN],
        page=page,
        faces=faces,
        unlimited=unlimited,
        access_words=lambda row: access_words(desk, row),
        first=f"{desk.home}/credits#access" if after else "",
        next=f"{desk.home}/credits?after={page.after}#access" if page.after else "",
        undo=undo_in(request, desk.home),
    )


routes = [Route("/o/{organization}/credits", credits)]
