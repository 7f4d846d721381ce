"""Pages of what stands beside the books: corrections, orders, refunds, counts that are over."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.postgres.pool import Connection


class AdjustmentKept(NamedTuple):
    """One adjustment by hand; `booked` is the command that booked it."""

    id: UUID
    amount: int
    direction: str
    reason: str
    expires_at: datetime | None
    asked_by: UUID
    confirmed_by: UUID | None
    asked_at: datetime
    booked: UUID | None


class ReleaseKept(NamedTuple):
    """One withheld lot that was given free."""

    command: UUID
    lot: int
    released_by: UUID
    reason: str
    released_at: datetime


class BalanceKept(NamedTuple):
    """One balance of another ledger."""

    reference: str
    lot: int
    brought_by: UUID | None
    note: str | None
    brought_at: datetime


class OrderKept(NamedTuple):
    """One paid order line, and who placed the order if that was with us."""

    lot: int
    store: str
    order_id: str
    line_no: int
    command: UUID
    withheld: bool
    placed_by: UUID | None
    placed_at: datetime | None


class PlacedKept(NamedTuple):
    """One order that was placed with us, and whether whoever placed it has paid it since."""

    store: str
    order_id: str
    command: UUID
    account: UUID
    placed_at: datetime
    paid: bool


class RefundKept(NamedTuple):
    """One refund of an order line; not taken as long as no wallet gave it back."""

    lot: int
    store: str
    order_id: str
    line_no: int
    refund_id: str
    amount: int
    reason: str
    command: UUID
    heard_at: datetime
    taken: bool


class CountKept(NamedTuple):
    """One count of a quota's use that is over."""

    person: UUID
    number: int
    mode: str
    quota: int | None
    captured: int
    held: int
    ended_at: datetime
    seq_to: int


# $1 wallet, $2 how many, from $3 on the keys of the last row of the page before.
ADJUSTMENTS = """
SELECT
    id, amount, direction, reason, expires_at, asked_by, confirmed_by, asked_at, booked
FROM adjustment
WHERE wallet = $1 AND id > $3
ORDER BY id
LIMIT $2
"""
RELEASES = """
SELECT command, lot, released_by, reason, released_at
FROM released_lot
WHERE wallet = $1 AND command > $3
ORDER BY command
LIMIT $2
"""
BALANCES = """
SELECT reference, lot, brought_by, note, brought_at
FROM opening_balance
WHERE wallet = $1 AND reference > $3
ORDER BY reference
LIMIT $2
"""
ORDERS = """
SELECT
    lot.number, line.store, line.order_id, line.line_no, line.command, line.withheld,
    placed.account, placed.placed_at
FROM lot
INNER JOIN order_line AS line
    ON line.store = lot.store AND line.order_id = lot.order_id AND line.line_no = lot.line_no
LEFT JOIN placed_order AS placed
    ON placed.store = line.store AND placed.order_id = line.order_id AND placed.wallet = lot.wallet
WHERE lot.wallet = $1 AND lot.number > $3
ORDER BY lot.number
LIMIT $2
"""
PLACED = """
SELECT
    placed.store, placed.order_id, placed.command, placed.account, placed.placed_at, (
        -- One row and no EXISTS, which may be planned as a look at every line there is.
        SELECT TRUE FROM order_line AS line
        WHERE
            line.store = placed.store AND line.order_id = placed.order_id
            AND line.wallet = placed.wallet
        LIMIT 1
    ) IS NOT NULL
FROM placed_order AS placed
WHERE placed.wallet = $1 AND placed.command > $3
ORDER BY placed.command
LIMIT $2
"""
REFUNDS = """
SELECT
    lot.number, refund.store, refund.order_id, refund.line_no, refund.refund_id, refund.amount,
    refund.reason, refund.command, refund.heard_at, refund.wallet IS NOT NULL
FROM lot
INNER JOIN order_refund AS refund
    ON refund.store = lot.store AND refund.order_id = lot.order_id
    AND refund.line_no = lot.line_no
WHERE
    lot.wallet = $1 AND lot.number >= $3
    AND (lot.number > $3 OR refund.refund_id > $4)
ORDER BY lot.number, refund.refund_id
LIMIT $2
"""
COUNTS = """
SELECT person, count, mode, quota, captured, held, ended_at, seq_to
FROM quota_count
WHERE wallet = $1 AND (person, count) > ($3, $4)
ORDER BY person, count
LIMIT $2
"""


async def adjustments_page(
    connection: Connection, wallet: int, limit: int, after: UUID
) -> list[AdjustmentKept]:
    """List a page of adjustments in the order they were asked for."""
    rows = await connection.fetch(ADJUSTMENTS, wallet, limit, after)
    return [AdjustmentKept(*row) for row in rows]


async def releases_page(
    connection: Connection, wallet: int, limit: int, after: UUID
) -> list[ReleaseKept]:
    """List a page of released lots in the order they were asked for."""
    return [ReleaseKept(*row) for row in await connection.fetch(RELEASES, wallet, limit, after)]


async def balances_page(
    connection: Connection, wallet: int, limit: int, after: str
) -> list[BalanceKept]:
    """List a page of opening balances by their references."""
    return [BalanceKept(*row) for row in await connection.fetch(BALANCES, wallet, limit, after)]


async def orders_page(
    connection: Connection, wallet: int, limit: int, after: int
) -> list[OrderKept]:
    """List a page of paid order lines in the order their lots came."""
    return [OrderKept(*row) for row in await connection.fetch(ORDERS, wallet, limit, after)]


async def placed_page(
    connection: Connection, wallet: int, limit: int, after: UUID
) -> list[PlacedKept]:
    """List a page of placed orders in the order they were placed."""
    return [PlacedKept(*row) for row in await connection.fetch(PLACED, wallet, limit, after)]


async def refunds_page(
    connection: Connection, wallet: int, limit: int, after: tuple[int, str]
) -> list[RefundKept]:
    """List a page of refunds, lot by lot."""
    return [RefundKept(*row) for row in await connection.fetch(REFUNDS, wallet, limit, *after)]


async def counts_page(
    connection: Connection, wallet: int, limit: int, after: tuple[UUID, int]
) -> list[CountKept]:
    """List a page of ended counts, person by person."""
    return [CountKept(*row) for row in await connection.fetch(COUNTS, wallet, limit, *after)]
