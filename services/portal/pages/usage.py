"""/o/{organization}/usage and /me/usage: what was charged by day, person, job, product or node."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.asking import Asking
from services.portal.rooms import rooms_in
from services.portal.sessions import require_viewer
from services.portal.show import show
from services.portal.tables import stream
from services.portal.views.books import Ask, Books
from services.portal.views.desk import open_desk, show_at
from services.portal.views.faces import Face, faces_of
from services.portal.views.held import held_by_day, held_chart
from services.portal.views.usage import (
    GROUPS,
    Line,
    Span,
    every_line,
    read_span,
    report,
    single_lines,
)
from services.portal.views.wallets import purse_of
from shared.contracts.money import format_credits

WORDS = {"day": "Day", "person": "Person", "job": "Job", "product": "Product", "node": "Node"}
MINE = {name: word for name, word in WORDS.items() if name != "person"}
# A page shows no more rows than are read; the download has all.
SHOWN = 100
HEADER = ("booked_at", "kind", "account_id", "credits", "job", "quantity", "unit", "hold_id", "id")

Rows = list[tuple[object, ...]]
Pages = AsyncIterator[tuple[list[Line], str | None]]


async def usage(request: Request) -> Response:
    desk = await open_desk(request)
    by, span, errors = _asked(request, desk.zone, WORDS)
    found, held = await asyncio.gather(
        report(desk.ask, by, span, shown=SHOWN), _held(desk.ask, by, span)
    )
    faces = await _faces(desk.asking, by, found.lines)
    return await show_at(
        request,
        desk,
        "usage.html",
        "report",
        errors=errors,
        frame="shell_organization.html",
        here=f"{desk.home}/usage",
        groups=WORDS,
        usage=found,
        held=held_chart(found, held),
        label=lambda line: label_of(line.key, by, faces),
        links={str(account): f"{desk.home}/people/{account}" for account in faces},
        query=urlencode(_query(by, span)),
    )


async def my_usage(request: Request) -> Response:
    books, zone = await _my_books(request)
    by, span, errors = _asked(request, zone, MINE)
    found = await report(books.ask, by, span, books.viewer.account_id, shown=SHOWN)
    return await show(
        request,
        "usage.html",
        "report",
        zone=zone,
        errors=errors,
        frame="shell_me.html",
        here="/me/usage",
        groups=MINE,
        usage=found,
        held=None,
        label=lambda line: label_of(line.key, by, {}),
        links={},
        query=urlencode(_query(by, span)),
    )


async def usage_csv(request: Request) -> Response:
    desk = await open_desk(request)
    by, span, _ = _asked(request, desk.zone, WORDS)
    return await _table(desk.asking, by, span, every_line(desk.ask, by, span))


async def my_usage_csv(request: Request) -> Response:
    books, zone = await _my_books(request)
    by, span, _ = _asked(request, zone, MINE)
    mine = every_line(books.ask, by, span, books.viewer.account_id)
    return await _table(books.asking, by, span, mine)


async def lines_csv(request: Request) -> Response:
    """Every single charge of the range, however many."""
    desk = await open_desk(request)
    _, span, _ = _asked(request, desk.zone, WORDS)
    return await stream(_name("charges", span), HEADER, _single(desk.ask, span, None))


async def my_lines_csv(request: Request) -> Response:
    books, zone = await _my_books(request)
    _, span, _ = _asked(request, zone, MINE)
    mine = books.viewer.account_id
    return await stream(_name("my-charges", span), HEADER, _single(books.ask, span, mine))


def label_of(key: str, by: str, faces: Mapping[UUID, Face]) -> str:
    """What a row is called; one without a name is told so."""
    if by == "person" and key:
        return faces[UUID(key)].name
    return key or f"without a {WORDS[by].lower()}"


def _asked(
    request: Request, zone: str, groups: Mapping[str, str]
) -> tuple[str, Span, dict[str, str]]:
    """Read the filter in the address; a range that is none is the last thirty days, and told."""
    given = request.query_params
    by = given.get("by", "day")
    now = rooms_in(request).clock.now()
    errors: dict[str, str] = {}
    try:
        span = read_span(given.get("from", ""), given.get("to", ""), zone, now)
    except ValueError:
        errors["from"] = "From comes before To, and both are days within one year."
        span = read_span("", "", zone, now)
    return by if by in groups and by in GROUPS else "day", span, errors


def _query(by: str, span: Span) -> dict[str, str]:
    return {"from": str(span.first), "to": str(span.last), "by": by}


async def _held(ask: Ask, by: str, span: Span) -> dict[str, int]:
    return await held_by_day(ask, span) if by == "day" else {}


async def _faces(asking: Asking, by: str, lines: Iterable[Line]) -> dict[UUID, Face]:
    if by != "person":
        return {}
    return await faces_of(asking, (UUID(line.key) for line in lines if line.key))


async def _table(asking: Asking, by: str, span: Span, pages: Pages) -> Response:
    async def rows(lines: list[Line]) -> Rows:
        faces = await _faces(asking, by, lines)
        return [_row(line, by, faces) for line in lines]

    who = ("account_id", "email") if by == "person" else ()
    header = (WORDS[by].lower(), *who, "credits", "charges")
    return await stream(_name(f"usage-by-{by}", span), header, written(pages, rows))


async def written(
    pages: Pages, rows: Callable[[list[Line]], Awaitable[Rows]]
) -> AsyncIterator[Rows]:
    """Write a table page by page; its last line tells when something booked is not in it yet."""
    until: str | None = None
    async for lines, complete_until in pages:
        until = complete_until
        yield await rows(lines)
    if until is not None:
        yield [_incomplete(until)]


def _row(line: Line, by: str, faces: Mapping[UUID, Face]) -> tuple[object, ...]:
    email = faces[UUID(line.key)].email if by == "person" and line.key else ""
    who = (line.key, email) if by == "person" else ()
    return (label_of(line.key, by, faces), *who, format_credits(line.credits), line.lines)


def _incomplete(until: object) -> tuple[object, ...]:
    return (f"complete until {until}",)


async def _single(ask: Ask, span: Span, account: UUID | None) -> AsyncIterator[Rows]:
    after = 0
    while True:
        answer = await single_lines(ask, span, account, after)
        yield [tuple(line.get(name) for name in HEADER) for line in answer["lines"]]
        if answer.get("after") is None:
            break
        after = int(answer["after"])
    if not answer["complete"]:
        yield [_incomplete(answer["complete_until"])]


async def _my_books(request: Request) -> tuple[Books, str]:
    """The wallet that the address names, else the one in use; and its zone."""
    viewer = await require_viewer(request)
    purse = await purse_of(request, viewer)
    named = request.query_params.get("wallet", "")
    by_id = {str(wallet.owner): wallet for wallet in purse.wallets}
    wallet = by_id.get(named) or purse.chosen or next(iter(purse.wallets), None)
    owner = viewer.account_id if wallet is None else wallet.owner
    return Books(rooms_in(request).asking, viewer, owner), purse.zone


def _name(what: str, span: Span) -> str:
    return f"{what}-{_day(span.first)}-{_day(span.last)}.csv"


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


routes = [
    Route("/o/{organization}/usage", usage),
    Route("/o/{organization}/usage.csv", usage_csv),
    Route("/o/{organization}/usage/charges.csv", lines_csv),
    Route("/me/usage", my_usage),
    Route("/me/usage.csv", my_usage_csv),
    Route("/me/usage/charges.csv", my_lines_csv),
]
