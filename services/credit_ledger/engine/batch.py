"""One batch, one transaction: lock, load, decide in arrival order, save, commit."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from itertools import groupby

import asyncpg

from services.credit_ledger.engine.alerting import tell_alerts
from services.credit_ledger.engine.books import Books, settle_lots
from services.credit_ledger.engine.concerns import RENAMING
from services.credit_ledger.engine.deciding import NOBODY, Batch, decide, open_page
from services.credit_ledger.engine.delivery_log import DeliveryLog
from services.credit_ledger.engine.gathering import gather
from services.credit_ledger.engine.names import NamesMovedError, find_wallets
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.engine.page import Page, hashed_rows
from services.credit_ledger.rules.acts import Act
from services.credit_ledger.rules.records import Renamed
from services.credit_ledger.store import locking, naming, saving
from services.credit_ledger.store.saving import BatchRow, Changes
from shared.clock import Clock
from shared.postgres.pool import PASSING


async def decide_batch(
    connection: "asyncpg.Connection[asyncpg.Record]",
    books: Books,
    acts: Sequence[Act],
    *,
    clock: Clock,
    worker: int,
    log: DeliveryLog,
) -> tuple[list[Outcome], list[Outcome]]:
    """Decide the acts in one commit; gives their outcomes, and those of commands that had waited.

    An act after which names mean other wallets has a commit of its own (T16). Raises what the
    database raises; then the rest was not changed, and what was, the ids will say.
    """
    decided: list[Outcome] = []
    late: list[Outcome] = []
    for some in _runs(acts):
        outcomes, answered = await _decide_once(
            connection, books, some, clock=clock, worker=worker, log=log
        )
        decided += outcomes
        late += answered
    return decided, late


def _runs(acts: Sequence[Act]) -> Iterator[Sequence[Act]]:
    """Part the acts around those that move names; nearly always there are none."""
    if len(acts) == 1 or RENAMING.isdisjoint({type(act) for act in acts}):
        yield acts
        return
    for _, run in groupby(enumerate(acts), lambda place: _renaming_at(*place)):
        yield [act for _, act in run]


def _renaming_at(at: int, act: Act) -> int:
    return at if type(act) in RENAMING else -1


async def _decide_once(
    connection: "asyncpg.Connection[asyncpg.Record]",
    books: Books,
    acts: Sequence[Act],
    *,
    clock: Clock,
    worker: int,
    log: DeliveryLog,
) -> tuple[list[Outcome], list[Outcome]]:
    """Decide acts in one commit, as often as a name turns out to have moved meanwhile."""
    while True:
        try:
            return await _decide(connection, books, acts, clock=clock, worker=worker, log=log)
        except NamesMovedError:
            books.names.clear()


async def _decide(
    connection: "asyncpg.Connection[asyncpg.Record]",
    books: Books,
    acts: Sequence[Act],
    *,
    clock: Clock,
    worker: int,
    log: DeliveryLog,
) -> tuple[list[Outcome], list[Outcome]]:
    named = await find_wallets(connection, books.names, acts, clock)
    if not named.by_wallet:
        return [Outcome(act.command, NOBODY) for act in acts], []
    try:
        await locking.begin(connection, named.by_wallet)
        batch = await gather(connection, books, named, clock)
        pages = {page.book.id: page for page in batch.pages.values()}
        for page in pages.values():
            open_page(batch, page)
        decided = [decide(batch, act) for act in named.acts]
        await _relabel(connection, pages)
        row = BatchRow(worker, batch.now, len(acts), batch.duplicates)
        number = await saving.save(connection, _changes(batch, pages), row)
        log.deciding(number, batch.now, acts)
        await locking.commit(connection)
    except BaseException:
        books.forget(named.by_wallet)
        with suppress(*PASSING):
            await locking.roll_back(connection)
        raise
    for page in pages.values():
        books.keep(page.book)
        _learn_names(books, page)
    return decided, batch.late


def _learn_names(books: Books, page: Page) -> None:
    """Keep what names mean from this commit on."""
    if page.label is not None:
        books.names.learn(page.label[1], page.book.id)
    for record in page.records:
        if isinstance(record, Renamed):
            books.names.learn(record.account, record.wallet)
            books.names.moved.add(record.account)


def _changes(batch: Batch, pages: dict[int, Page]) -> Changes:
    """Gather what the pages leave to write."""
    changes = Changes()
    for wallet, page in pages.items():
        changes.parked.extend(page.parked_rows)
        changes.unparked.extend(page.unparked)
        if not page.touched:
            continue
        tell_alerts(page)
        _close(page)
        book = page.book
        changes.books.append(book)
        changes.seqs_from.append(page.seq_from)
        changes.journal.extend(page.rows)
        changes.verdicts.extend(page.verdicts)
        changes.facts.extend(page.said.rows(book, page.now, batch.clock.new_id))
        changes.lots.extend((wallet, lot) for lot in page.lots.values())
        changes.access.extend((wallet, access) for access in page.people.values())
        changes.holds.extend((wallet, hold) for hold in page.holds.values())
        changes.jobs.extend((wallet, job) for job in page.jobs.values())
        changes.works.extend(page.works)
        changes.records.extend((wallet, record) for record in page.records)
    return changes


def _close(page: Page) -> None:
    """Move the book to its next version and head: SHA-256 over the old head and the new rows."""
    book = page.book
    book.version += 1
    settle_lots(book, page.lots.values())
    if page.rows:
        book.head = sha256(book.head + hashed_rows(page.rows)).digest()


async def _relabel(
    connection: "asyncpg.Connection[asyncpg.Record]", pages: dict[int, Page]
) -> None:
    for wallet, page in pages.items():
        if page.label is not None:
            await naming.name_wallet(connection, wallet, *page.label)
