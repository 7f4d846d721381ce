"""What the engine is measured beside: a guarded update per debit, and a bare COPY."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
from asyncpg.pgproto.pgproto import UUID

from services.credit_ledger.rules.acts import Act, Debit
from services.credit_ledger.store.saving import JOURNAL_COLUMNS, JournalRow

# The best single statement known to us: wallet, lot and access are updated under their own guards,
# and the journal row is written with the wallet's next number, or nothing happens at all.
# It omits what the engine does beyond: remembered refusals, comparing content, facts, the hash.
GUARDED = """
WITH pool AS (
    UPDATE wallet SET
        free = free - $3, captured = captured + $3, seq = seq + 1, version = version + 1
    WHERE id = $1 AND free >= $3 AND debt = 0 AND EXISTS (
        SELECT FROM access
        WHERE wallet = $1 AND person = $2 AND mode <> 'disabled'
            AND (quota IS NULL OR captured + held + $3 <= quota)
    )
    RETURNING seq, free
), spent AS (
    UPDATE access SET captured = captured + $3
    FROM pool
    WHERE wallet = $1 AND person = $2 AND (quota IS NULL OR captured + held + $3 <= quota)
    RETURNING person
), taken AS (
    UPDATE lot SET free = lot.free - $3, captured = lot.captured + $3
    FROM pool, spent
    WHERE wallet = $1 AND number = $5 AND lot.free >= $3
    RETURNING number
)
INSERT INTO journal (
    wallet, seq, amount, balance, booked_at, content, lot, person, command, hold, part, kind, src,
    dst
)
SELECT $1, seq, $3, free, now(), 1, number, $2, $4, NULL, 0, 4, 2, 4
FROM pool, spent, taken
RETURNING seq
"""


@dataclass(frozen=True)
class Timed:
    """So many things in so many seconds."""

    count: int
    seconds: float

    @property
    def rate(self) -> float:
        """Things a second."""
        return self.count / self.seconds


async def guarded_updates(
    connections: "list[asyncpg.Connection[asyncpg.Record]]",
    wallet: int,
    lot: int,
    debits: list[Act],
) -> Timed:
    """Debit one at a time on each connection, all of them at once."""
    shares = [debits[n :: len(connections)] for n in range(len(connections))]

    async def work(connection: "asyncpg.Connection[asyncpg.Record]", share: list[Act]) -> None:
        for act in share:
            assert isinstance(act, Debit)
            seq = await connection.fetchval(
                GUARDED, wallet, act.person, act.amount, act.command, lot
            )
            assert seq is not None

    started = time.perf_counter()
    await asyncio.gather(*(work(c, share) for c, share in zip(connections, shares, strict=True)))
    return Timed(len(debits), time.perf_counter() - started)


async def bare_copy(
    connection: "asyncpg.Connection[asyncpg.Record]", batches: list[list[JournalRow]]
) -> Timed:
    """Write journal rows and nothing else, one transaction a batch."""
    started = time.perf_counter()
    for batch in batches:
        await connection.copy_records_to_table("journal", records=batch, columns=JOURNAL_COLUMNS)
    return Timed(sum(map(len, batches)), time.perf_counter() - started)


def journal_rows(wallet: int, debits: list[Act], first_seq: int) -> list[JournalRow]:
    """Make the rows that debits would leave, for a wallet that does not exist."""
    at = datetime.now(UTC)
    person = UUID((0).to_bytes(16))
    return [
        (wallet, seq, 5, 10**9, at, 1, 1, person, act.command, None, 0, 4, 2, 4)
        for seq, act in enumerate(debits, first_seq)
    ]
