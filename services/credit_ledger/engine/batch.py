"""One batch, one transaction: lock, load, decide in arrival order, save, commit."""

from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from itertools import groupby
from operator import itemgetter

import asyncpg
import orjson

from services.credit_ledger.engine.books import Books, settle_lots
from services.credit_ledger.engine.deciding import NOBODY, Batch, decide, open_book
from services.credit_ledger.engine.delivery_log import DeliveryLog
from services.credit_ledger.engine.gathering import find_wallets, gather
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.acts import Act
from services.credit_ledger.rules.book import Lot
from services.credit_ledger.store import locking, naming, saving
from services.credit_ledger.store.saving import BatchRow, JournalRow
from shared.clock import Clock
from shared.postgres.pool import PASSING

WALLET = itemgetter(0)


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
    await find_wallets(connection, books, acts, clock)
    known = books.wallet_by_owner
    wallets = {known[act.owner] for act in acts if act.owner in known}
    if not wallets:
        return [Outcome(act.command, NOBODY) for act in acts], []
    try:
        await locking.begin(connection, wallets)
        batch = await gather(connection, books, acts, wallets, clock)
        for book in batch.books.values():
            open_book(batch, book)
        decided = [decide(batch, act) for act in acts]
        number = await _save(connection, batch, worker=worker, commands=len(acts))
        log.deciding(number, batch.now, acts)
        await locking.commit(connection)
    except BaseException:
        books.forget(wallets)
        with suppress(*PASSING):
            await locking.roll_back(connection)
        raise
    for wallet, _, owner in batch.labels:
        known[owner] = wallet
    return decided, batch.late


async def _save(
    connection: "asyncpg.Connection[asyncpg.Record]", batch: Batch, *, worker: int, commands: int
) -> int:
    """Close each touched book: next version, next facts, next head; then write it all."""
    changes = batch.changes
    rows_by_wallet = _by_wallet(changes.journal)
    lots_by_wallet: dict[int, list[Lot]] = {}
    for (wallet, _), lot in changes.lots.items():
        lots_by_wallet.setdefault(wallet, []).append(lot)
    for wallet, book in batch.touched.items():
        book.version += 1
        settle_lots(book, lots_by_wallet.get(wallet, ()))
        if wallet in rows_by_wallet:
            book.head = next_head(book.head, rows_by_wallet[wallet])
        if wallet in batch.said:
            facts = batch.said[wallet].rows(book, book.booked_at, batch.clock.new_id)
            changes.facts.extend(facts)
        changes.books[wallet] = book
    for label in batch.labels:
        await naming.name_wallet(connection, *label)
    return await saving.save(
        connection, changes, BatchRow(worker, batch.now, commands, batch.duplicates)
    )


def next_head(head: bytes, rows: Sequence[JournalRow]) -> bytes:
    """Chain the wallet's new rows to its head: SHA-256 over the old head and the rows as JSON."""
    return sha256(head + orjson.dumps(rows, default=str, option=orjson.OPT_UTC_Z)).digest()


def _by_wallet(rows: list[JournalRow]) -> dict[int, list[JournalRow]]:
    """Gather rows by wallet; within one they stand in the order of its sequence already."""
    ordered = sorted(rows, key=WALLET)
    return {wallet: list(group) for wallet, group in groupby(ordered, WALLET)}
