"""Everything a wallet has, page by page: each read begins behind the last row of the one before.

Never by offset: a page costs the same wherever it stands in a journal of many millions.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec.json import decode

from services.credit_ledger.rules.terms import Terms
from shared.postgres.pool import Connection


@dataclass(frozen=True)
class WalletState:
    """A wallet in all its accounts, in microcredits, and the head of its journal."""

    zone: str
    uid: UUID
    owner: UUID
    kind: str
    seq: int
    head: bytes
    fact_sequence: int
    booked_at: datetime
    closed_until: datetime
    period_ends: datetime
    granted: int
    free: int
    held: int
    dormant: int
    captured: int
    expired: int
    clawed_back: int
    credited_back: int
    adjusted: int
    debt: int
    absorbed: int


class Entry(NamedTuple):
    """One row of the journal."""

    seq: int
    command: UUID
    part: int
    kind: int
    src: int
    dst: int
    lot: int
    amount: int
    balance: int
    person: UUID | None
    hold: UUID | None
    occurred_at: datetime
    booked_at: datetime


class LotKept(NamedTuple):
    """One lot, ended or not."""

    number: int
    category: int
    store: str
    order_id: str
    line_no: int
    currency: str | None
    unit_price: str | None
    granted_at: datetime
    expires_at: datetime | None
    granted: int
    free: int
    held: int
    dormant: int
    captured: int
    expired: int
    clawed_back: int
    credited_back: int
    adjusted: int
    owed: int
    dormant_since: datetime | None
    withheld: bool


class HoldKept(NamedTuple):
    """One hold, ended or not; `work` is the caller's description as JSON."""

    id: UUID
    person: UUID
    state: int
    authorized: int
    held: int
    captured: int
    metered: int
    lease_until: datetime
    job: str | None
    work: str | None


# $1 the last owner of the page before, $2 how many. Without `coalesce` a plan for any $1 reads all
# pages before.
WALLETS = """
SELECT owner, kind
FROM wallet
WHERE owner > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY owner
LIMIT $2
"""
# $1 wallet, $2 the last number of the page before, $3 how many.
JOURNAL = """
SELECT
    seq, journal.command, part, kind, src, dst, lot, amount, balance, person, hold,
    coalesce(work.occurred_at, booked_at), booked_at
FROM journal
LEFT JOIN work ON work.wallet = journal.wallet AND work.command = journal.command
WHERE journal.wallet = $1 AND seq > $2
ORDER BY seq
LIMIT $3
"""
LOTS = """
SELECT
    number, category, store, order_id, line_no, currency, unit_price, granted_at, expires_at,
    granted, free, held, dormant, captured, expired, clawed_back, credited_back, adjusted, owed,
    dormant_since, withheld
FROM lot
WHERE wallet = $1 AND number > $2
ORDER BY number
LIMIT $3
"""
# Without a state the primary key gives the page, with one the index of states. For one person the
# others of the wallet are read past: open holds are few, and an index more would cost each of them.
HOLDS = """
SELECT id, person, state, authorized, held, captured, metered, lease_until, job, work
FROM hold
WHERE wallet = $1 AND id > $2 AND ($4::uuid IS NULL OR person = $4)
ORDER BY id
LIMIT $3
"""
HOLDS_IN_STATE = """
SELECT id, person, state, authorized, held, captured, metered, lease_until, job, work
FROM hold
WHERE wallet = $1 AND state = $5 AND id > $2 AND ($4::uuid IS NULL OR person = $4)
ORDER BY id
LIMIT $3
"""
# A hold keeps its wallet when the wallet's name comes to mean another one (T16).
HOLD_NAMED = """
WITH meant AS (
    SELECT wallet, false AS moved FROM wallet_name WHERE owner = $1
    UNION ALL
    SELECT id, false FROM wallet WHERE uid = $1
    UNION ALL
    SELECT wallet, true FROM wallet_name_past WHERE owner = $1
)
SELECT id, person, state, authorized, held, captured, metered, lease_until, job, work, moved
FROM meant
INNER JOIN hold USING (wallet)
WHERE id = $2
ORDER BY moved
LIMIT 1
"""


async def wallet_state(connection: Connection, wallet: int) -> WalletState:
    """Show a wallet in all its accounts."""
    row = await connection.fetchrow(
        """
        SELECT
            terms, uid, owner, kind, seq, head, fact_sequence, booked_at, closed_until, period_ends,
            granted, free, held, dormant, captured, expired, clawed_back, credited_back, adjusted,
            debt, absorbed
        FROM wallet
        WHERE id = $1
        """,
        wallet,
    )
    assert row is not None
    return WalletState(decode(row["terms"], type=Terms).zone, *row[1:])


async def wallets_page(
    connection: Connection, after: UUID | None, limit: int
) -> list[tuple[UUID, str]]:
    """List whose wallets there are, and of which kind, by owner."""
    rows = await connection.fetch(WALLETS, after, limit)
    return [(row["owner"], row["kind"]) for row in rows]


async def journal_page(connection: Connection, wallet: int, after: int, limit: int) -> list[Entry]:
    """List a page of the journal in the order of booking."""
    return [Entry(*row) for row in await connection.fetch(JOURNAL, wallet, after, limit)]


async def lots_page(connection: Connection, wallet: int, after: int, limit: int) -> list[LotKept]:
    """List a page of lots in the order they came."""
    return [LotKept(*row) for row in await connection.fetch(LOTS, wallet, after, limit)]


async def find_hold(
    connection: Connection, owner: UUID, hold: UUID
) -> tuple[HoldKept, bool] | None:
    """Find a hold by what its wallet is called, or was; tells whether it was."""
    row = await connection.fetchrow(HOLD_NAMED, owner, hold)
    if row is None:
        return None
    *kept, moved = row
    return HoldKept(*kept), moved


async def holds_page(
    connection: Connection,
    wallet: int,
    after: UUID,
    limit: int,
    *,
    state: int | None,
    person: UUID | None,
) -> list[HoldKept]:
    """List a page of holds in the order they were authorized, of one state or of all."""
    if state is None:
        rows = await connection.fetch(HOLDS, wallet, after, limit, person)
    else:
        rows = await connection.fetch(HOLDS_IN_STATE, wallet, after, limit, person, state)
    return [HoldKept(*row) for row in rows]
