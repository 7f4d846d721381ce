"""What acts about purchases name: closed lots, earlier orders and refunds, what a line cost."""

from bisect import insort
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.credit_ledger.engine.books import BURN_DOWN
from services.credit_ledger.engine.page import Page
from services.credit_ledger.rules.book import Book, Lot
from services.credit_ledger.rules.chart import Kind
from services.credit_ledger.rules.purchase_acts import (
    Adjust,
    BringIn,
    ClawBack,
    GiveBack,
    GrantTrial,
    PlaceOrder,
    Release,
)
from services.credit_ledger.rules.purchase_records import (
    Adjusted,
    BroughtIn,
    Charge,
    OrderPlaced,
    RefundTaken,
    TrialTaken,
)
from services.credit_ledger.rules.records import CountEnded
from services.credit_ledger.store import beside, purchases


async def find_orders(
    connection: "asyncpg.Connection[asyncpg.Record]", book: Book, acts: Sequence[PlaceOrder]
) -> None:
    """See whether orders were placed before, for this wallet or another."""
    placed = await purchases.orders_placed(connection, [(act.store, act.order_id) for act in acts])
    book.found.update({(OrderPlaced, *order): found for order, found in placed.items()})


async def find_refunded(
    connection: "asyncpg.Connection[asyncpg.Record]", book: Book, acts: Sequence[ClawBack]
) -> None:
    """Bring the lots of order lines to hand, spent ones too, and what was taken of each before."""
    lines = [(act.store, act.order_id, act.line_no) for act in acts]
    numbers = await purchases.numbers_of_lines(connection, book.id, lines)
    await _bring_lots(connection, book, numbers)
    taken = await purchases.taken_of_lines(connection, book.id, lines)
    book.found.update({(RefundTaken, *line): amount for line, amount in taken.items()})


async def find_trials(
    connection: "asyncpg.Connection[asyncpg.Record]", book: Book, acts: Sequence[GrantTrial]
) -> None:
    """See whether accounts had an offer already."""
    for act in acts:
        found = await purchases.trials_of(connection, book.id, act.person, act.offer)
        book.found[TrialTaken, act.person, act.offer] = found


async def find_adjustments(
    connection: "asyncpg.Connection[asyncpg.Record]", book: Book, acts: Sequence[Adjust]
) -> None:
    """Load adjustments that another operator is to confirm."""
    ids = [act.confirms for act in acts if act.confirms is not None]
    if ids:
        asked = await purchases.adjustments_named(connection, book.id, ids)
        book.found.update({(Adjusted, one): entry for one, entry in asked.items()})


async def find_balances(
    connection: "asyncpg.Connection[asyncpg.Record]", book: Book, acts: Sequence[BringIn]
) -> None:
    """See which opening balances came before."""
    references = [act.purchase.order_id for act in acts]
    known = await purchases.balances_brought_in(connection, book.id, references)
    book.found.update({(BroughtIn, reference): one for reference, one in known.items()})


async def find_lots(
    connection: "asyncpg.Connection[asyncpg.Record]", book: Book, acts: Sequence[Release]
) -> None:
    """Bring lots to hand that may hold nothing any more."""
    await _bring_lots(connection, book, [act.lot for act in acts])


async def find_charges(
    connection: "asyncpg.Connection[asyncpg.Record]", book: Book, acts: Sequence[GiveBack]
) -> None:
    """Load what is to come back of holds and usage lines, with the lots that it came from."""
    lots: set[int] = set()
    for act in acts:
        hold = book.holds.get(act.hold) if act.hold is not None else None
        if hold is not None:
            lots.update(draw.lot for draw in hold.spent)
        if act.line is not None:
            lots.update(await _find_charge(connection, book, act.line))
    await _bring_lots(connection, book, list(lots))


def look_back(page: Page, act: GiveBack) -> None:
    """Find a usage line that this very batch has charged: the database does not know it yet."""
    book = page.book
    if act.line not in page.made or (Charge, act.line) in book.found:
        return
    rows = [row for row in page.rows if row[8] == act.line and row[11] == Kind.DEBITED]
    person = rows[0][7] if rows else None
    access = book.access.get(person) if person is not None else None
    if person is None or access is None:
        return
    parts = tuple((row[6], row[2]) for row in rows)
    job = next((row[2] for row in page.works if row[1] == act.line), None)
    assert job is None or isinstance(job, str)
    counted = _count_of(book, person, rows[-1][1], access.count)
    book.found[Charge, act.line] = Charge(person, parts, counted, job, 0)


def _count_of(book: Book, person: UUID, seq: int, running: int) -> int:
    """Tell in which count a row of this batch counted: one may have ended since, or the one now."""
    ended = [
        record.count
        for record in book.left
        if isinstance(record, CountEnded) and record.person == person and record.seq_to >= seq
    ]
    return min(ended, default=running)


async def _find_charge(
    connection: "asyncpg.Connection[asyncpg.Record]", book: Book, line: UUID
) -> tuple[int, ...]:
    """Load what a usage line cost, with its person and capped job; gives the lots it took."""
    charge = await purchases.charge_of(connection, book.id, line)
    if charge is None:
        return ()
    book.found[Charge, line] = charge
    if charge.person not in book.access:
        access = await purchases.access_of(connection, book.id, charge.person)
        book.access[charge.person] = access
    job = charge.job
    if job is not None and book.capped_jobs and job not in book.jobs:
        found = await beside.jobs_named(connection, book.id, [job])
        book.jobs[job] = found.get(job)
    return tuple(lot for lot, _ in charge.parts)


async def _bring_lots(
    connection: "asyncpg.Connection[asyncpg.Record]", book: Book, numbers: Sequence[int]
) -> None:
    """Bring closed lots to hand; `settle_lots` lets them go when there is anything found."""
    known = {lot.number for lot in book.lots}
    closed = [number for number in numbers if number not in known]
    if not closed:
        return
    book.found[Lot] = closed
    for lot in await purchases.lots_numbered(connection, book.id, closed):
        insort(book.lots, lot, key=BURN_DOWN)
