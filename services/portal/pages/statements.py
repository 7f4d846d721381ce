"""/o/{organization}/statements: what each month opened with, what moved, what it closed with."""

import asyncio
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound
from services.portal.tables import download
from services.portal.views.desk import Desk, open_desk, show_at
from services.portal.views.faces import faces_of
from services.portal.views.stated import COLUMNS, columns_for, lot_row
from shared.contracts.credit_reports import (
    ListStatementLots,
    ListStatementPeople,
    ListStatements,
    ShowStatement,
)

PAGE = 500
PEOPLE_SHOWN = 100
EVERYBODY_MAX = 100_000
LOT_COLUMNS = (
    *("lot", "category", "order_id", "opening", "granted", "credited_back", "captured"),
    *("expired", "clawed_back", "adjusted", "closing", "left", "owes"),
    *("currency", "unit_price", "expires_at"),
)


async def statements(request: Request) -> Response:
    desk = await open_desk(request)
    found = await desk.all(ListStatements(limit=PAGE), "statements")
    return await show_at(
        request,
        desk,
        "statements.html",
        statements=found[::-1],
        columns=columns_for(one["totals"] for one in found),
        closes=_end_of_month(rooms_in(request).clock.now(), desk.zone),
    )


def _end_of_month(now: datetime, zone: str) -> datetime:
    """When the month ends that is in the organization's zone now."""
    first = now.astimezone(ZoneInfo(zone)).replace(day=1)
    following = (first + timedelta(days=32)).date().replace(day=1)
    return datetime.combine(following, time(), ZoneInfo(zone)) - timedelta(seconds=1)


async def statement(request: Request) -> Response:
    desk = await open_desk(request)
    shown, lots, people = await _look(request, desk, most=PEOPLE_SHOWN + 1)
    listed, columns = people[:PEOPLE_SHOWN], columns_for(lots)
    faces = await faces_of(desk.asking, (UUID(one["account_id"]) for one in listed))
    rows = [lot_row(lot, columns) for lot in lots]
    return await show_at(
        request,
        desk,
        "statement.html",
        statement=shown,
        lots=rows,
        columns=columns,
        has_debt=any(row.debt for row in rows),
        people=listed,
        more_people=len(people) > len(listed),
        faces=faces,
        lines=[(column.words, column.of(shown["totals"])) for column in COLUMNS],
    )


async def statement_csv(request: Request) -> Response:
    """The statement as a table: its figures, its lots, its people."""
    desk = await open_desk(request)
    shown, lots, people = await _look(request, desk, most=EVERYBODY_MAX)
    faces = await faces_of(desk.asking, (UUID(one["account_id"]) for one in people))
    lines: list[tuple[object, ...]] = [("statement", shown["period"], shown["zone"])]
    lines.append(("opening", shown["opening"]["balance"]))
    lines.extend((column.name, shown["totals"][column.name]) for column in COLUMNS)
    lines.extend((("closing", shown["closing"]["balance"]), ()))
    lines.append(LOT_COLUMNS)
    lines.extend(tuple(lot.get(name) for name in LOT_COLUMNS) for lot in lots)
    lines.extend(((), ("account_id", "name", "role", "used")))
    for one in people:
        face = faces[UUID(one["account_id"])]
        lines.append((one["account_id"], face.name, one["role"], one["used"]))
    return download(f"statement-{shown['period']}.csv", lines)


async def _look(
    request: Request, desk: Desk, *, most: int
) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    try:
        question = ShowStatement(period=request.path_params["period"])
    except ValidationError:
        raise NotFound from None
    shown, lots, people = await asyncio.gather(
        desk.ask(question),
        desk.all(ListStatementLots(period=question.period, limit=PAGE), "lots"),
        desk.all(
            ListStatementPeople(period=question.period, limit=min(most, PAGE)), "people", most=most
        ),
    )
    return shown, lots, people


routes = [
    Route("/o/{organization}/statements", statements),
    Route("/o/{organization}/statements/{period}.csv", statement_csv),
    Route("/o/{organization}/statements/{period}", statement),
]
