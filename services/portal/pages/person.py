"""/o/{organization}/people/{person}: one person's access, seats, jobs, and what changed."""

import asyncio
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.bars import meter_of
from services.portal.bulk.adding import Added, Part, added_by
from services.portal.explaining import explain
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound
from services.portal.store import uploads
from services.portal.undoing import undo_in
from services.portal.views.audit import trail_about
from services.portal.views.changes import called_by, ids_in
from services.portal.views.desk import Desk, open_desk, show_at
from services.portal.views.faces import faces_of
from services.portal.views.people import find_person
from services.portal.views.pool import open_holds
from services.portal.views.rows import Row
from services.portal.views.seats import seats_of

HISTORY_SHOWN = 10


async def person(request: Request) -> Response:
    """One person; who was just added with more has what became of that above it."""
    desk = await open_desk(request)
    row = await row_of(request, desk)
    added = await _added(request, desk, row)
    shown = {} if added is None else _told(request, desk, row, added)
    return await person_page(request, desk, row, **shown)


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
        meter=meter_of(row.access, row.available),
        history=history,
        called=called_by(faces),
        undo=undo_in(request, desk.home),
        **{"more_panels": (), **shown},
    )


async def _added(request: Request, desk: Desk, row: Row) -> Added | None:
    """What an address says was just done, if it was done to this person by who looks."""
    try:
        named = UUID(request.query_params.get("added", ""))
    except ValueError:
        return None
    async with rooms_in(request).pool.acquire() as database:
        upload = await uploads.find(database, named, desk.id)
    if upload is None or upload.account_id != desk.viewer.account_id:
        return None
    added = added_by(upload)
    is_about_him = added is not None and added.email.casefold() == row.person.email.casefold()
    return added if is_about_him else None


def _told(request: Request, desk: Desk, row: Row, added: Added) -> dict[str, Any]:
    """Its receipt, and a panel for each part that was refused."""
    shown: dict[str, Any] = {"receipt": added}
    refused = [(part.refused, _facts(desk, row, part)) for part in added.parts if part.refused]
    if refused:
        shown["refused"], shown["told"] = refused[0]
    shown["more_panels"] = [
        explain(
            why,
            viewer=desk.viewer,
            settings=rooms_in(request).settings,
            reading=desk.format,
            here=request.url.path,
            facts=facts,
        )
        for why, facts in refused[1:]
    ]
    return shown


def _facts(desk: Desk, row: Row, part: Part) -> dict[str, str]:
    """What the words of a part's refusal can be filled with."""
    asked = {"product": part.cells["product"], "value": part.cells["limit"]}
    return {
        "failed": part.failed,
        "o": str(desk.id),
        "org": desk.name,
        "admin": desk.administrator.name,
        "name": row.name,
        "p": str(row.id),
        **asked,
    }


routes = [Route("/o/{organization}/people/{person}", person, methods=["GET"])]
