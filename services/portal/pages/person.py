"""/o/{organization}/people/{person}: one person's access, seats, jobs, and what changed."""

import asyncio
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.bars import QuotaMeter, quota_meter
from services.portal.sessions import NotFound
from services.portal.undoing import undo_in
from services.portal.views.audit import trail_about
from services.portal.views.changes import called_by, ids_in
from services.portal.views.desk import Desk, open_desk, show_at
from services.portal.views.faces import faces_of
from services.portal.views.people import find_person
from services.portal.views.pool import open_holds
from services.portal.views.rows import Row
from services.portal.views.seats import seats_of
from shared.contracts.money import parse_credits

HISTORY_SHOWN = 10


async def person(request: Request) -> Response:
    desk = await open_desk(request)
    return await person_page(request, desk, await row_of(request, desk))


async def row_of(request: Request, desk: Desk) -> Row:
    """The person in the address; raises NotFound when he is not in this organization."""
    try:
        account = UUID(request.path_params["person"])
    except ValueError:
        raise NotFound from None
    row = await find_person(desk, account)
    if row is None:
        raise NotFound
    return row


async def person_page(
    request: Request,
    desk: Desk,
    row: Row,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    """Show everything about one person, with the refusal of what was tried."""
    holds, seats, history = await asyncio.gather(
        open_holds(desk.all, row.id),
        seats_of(desk),
        trail_about(desk, row.id, HISTORY_SHOWN),
    )
    faces = await faces_of(desk.asking, ids_in(done.changes for done in history))
    return await show_at(
        request,
        desk,
        "person.html",
        "person",
        row=row,
        holds=holds,
        seats=seats,
        others=[
            product for product in seats if product.product not in row.seats and not product.is_over
        ],
        meter=meter_of(row),
        history=history,
        called=called_by(faces),
        undo=undo_in(request, desk.home),
        **shown,
    )


def meter_of(row: Row) -> QuotaMeter | None:
    """The meter of somebody with a quota."""
    access = row.access
    if access is None or row.mode != "quota":
        return None
    return quota_meter(
        limit=parse_credits(access["limit"]),
        used=parse_credits(access["used"]),
        held=parse_credits(access["held"]),
        available=row.available,
    )


routes = [Route("/o/{organization}/people/{person}", person, methods=["GET"])]
