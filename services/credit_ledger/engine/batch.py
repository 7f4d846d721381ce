"""One batch, one transaction: lock, load, decide in arrival order, save, commit."""

from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256

import asyncpg

from services.credit_ledger.engine.books import Books, settle_lots
from services.credit_ledger.engine.deciding import NOBODY, Batch, decide, open_page
from services.credit_ledger.engine.delivery_log import DeliveryLog
from services.credit_ledger.engine.gathering import find_wallets, gather
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.engine.page import Page, hashed_rows
from services.credit_ledger.rules.acts import Act
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

    Raises what the database raises; then nothing was changed, or the ids will say so.
    """
    acts_by_wallet = await find_wallets(connection, books, acts, clock)
    if not acts_by_wallet:
        return [Outcome(act.command, NOBODY) for act in acts], []
    try:
        await locking.begin(connection, acts_by_wallet)
        batch = await gather(connection, books, acts_by_wallet, clock)
        pages = {page.book.id: page for page in batch.pages.values()}
        for page in pages.values():
            open_page(batch, page)
        decided = [decide(batch, act) for act in acts]
        await _relabel(connection, pages)
        row = BatchRow(worker, batch.now, len(acts), batch.duplicates)
        number = await saving.save(connection, _changes(batch, pages), row)
        log.deciding(number, batch.now, acts)
        await locking.commit(connection)
    except BaseException:
        books.forget(acts_by_wallet)
        with suppress(*PASSING):
            await locking.roll_back(connection)
        raise
    for wallet, page in pages.items():
        books.keep(page.book)
        if page.label is not None:
            books.wallet_by_owner[page.label[1]] = wallet
    return decided, batch.late


def _changes(batch: Batch, pages: dict[int, Page]) -> Changes:
    """Gather what the pages leave to write."""
    changes = Changes()
    for wallet, page in pages.items():
        changes.parked.extend(page.parked_rows)
        changes.unparked.extend((wallet, command) for command in page.unparked)
        if not page.touched:
            continue
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
