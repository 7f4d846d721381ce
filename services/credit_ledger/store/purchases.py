"""What acts about purchases name beside the books: lots by order line, orders, trials, entries."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.credit_ledger.rules.book import Access, Lot, Purchase
from services.credit_ledger.rules.purchase_records import Adjusted, BroughtIn, Charge
from shared.postgres.pool import Connection

OrderKey = tuple[str, str]
LineKey = tuple[str, str, int]
# $1 wallet, $2 the usage line. A count is known by the row it ended with: the line counted in the
# first that ended after it.
CHARGE_OF = """
WITH charged AS (
    SELECT person, seq, lot, amount, part
    FROM journal
    WHERE wallet = $1 AND command = $2 AND src = 2 AND dst = 4 AND hold IS NULL
), line AS (
    SELECT person, max(seq) AS seq FROM charged GROUP BY person
)
SELECT
    line.person,
    (SELECT array_agg(lot ORDER BY part) FROM charged) AS lots,
    (SELECT array_agg(amount ORDER BY part) FROM charged) AS amounts,
    coalesce(
        (
            SELECT min(ended.count) FROM quota_count AS ended
            WHERE ended.wallet = $1 AND ended.person = line.person
                AND ended.seq_to >= line.seq
        ),
        access.count
    ) AS count,
    (SELECT job FROM work WHERE wallet = $1 AND command = $2) AS job,
    coalesce((SELECT amount FROM credited WHERE wallet = $1 AND command = $2), 0)
    AS credited
FROM line
INNER JOIN access ON access.wallet = $1 AND access.person = line.person
"""


async def lots_numbered(connection: Connection, wallet: int, numbers: Sequence[int]) -> list[Lot]:
    """Load lots by number, closed ones too."""
    rows = await connection.fetch(
        """
        SELECT
            number, category, granted, free, held, granted_at, expires_at, store, order_id,
            line_no, currency, unit_price, dormant, captured, expired, clawed_back, credited_back,
            adjusted, owed, dormant_since, withheld, noticed
        FROM lot
        WHERE wallet = $1 AND number = ANY($2::bigint [])
        """,
        wallet,
        numbers,
    )
    return [_lot(tuple(row)) for row in rows]


async def numbers_of_lines(
    connection: Connection, wallet: int, lines: Sequence[LineKey]
) -> list[int]:
    """Find the lots that came of order lines."""
    rows = await connection.fetch(
        """
        SELECT number
        FROM unnest($2::text [], $3::text [], $4::bigint []) AS line (store, order_id, line_no)
        INNER JOIN lot
            ON lot.wallet = $1 AND lot.store = line.store AND lot.order_id = line.order_id
            AND lot.line_no = line.line_no
        """,
        wallet,
        *_columns(lines, 3),
    )
    return [row["number"] for row in rows]


async def taken_of_lines(
    connection: Connection, wallet: int, lines: Sequence[LineKey]
) -> dict[LineKey, int]:
    """Sum what refunds took of order lines so far."""
    rows = await connection.fetch(
        """
        SELECT line.store, line.order_id, line.line_no, sum(amount) AS taken
        FROM unnest($2::text [], $3::text [], $4::bigint []) AS line (store, order_id, line_no)
        INNER JOIN order_refund AS refund
            ON refund.store = line.store AND refund.order_id = line.order_id
            AND refund.line_no = line.line_no AND refund.wallet = $1
        GROUP BY line.store, line.order_id, line.line_no
        """,
        wallet,
        *_columns(lines, 3),
    )
    return {(row["store"], row["order_id"], row["line_no"]): int(row["taken"]) for row in rows}


async def orders_placed(
    connection: Connection, orders: Sequence[OrderKey]
) -> dict[OrderKey, tuple[int, int]]:
    """Find orders placed before, for whichever wallet: its number and the order's content."""
    rows = await connection.fetch(
        """
        SELECT placed.store, placed.order_id, placed.wallet, placed.content
        FROM unnest($1::text [], $2::text []) AS wanted (store, order_id)
        INNER JOIN placed_order AS placed
            ON placed.store = wanted.store AND placed.order_id = wanted.order_id
        """,
        *_columns(orders, 2),
    )
    return {(row["store"], row["order_id"]): (row["wallet"], row["content"]) for row in rows}


async def trials_of(
    connection: Connection, wallet: int, account: UUID, offer: str
) -> tuple[bool, int]:
    """Tell whether an account had an offer, and how many lots of it the wallet has (A15)."""
    row = await connection.fetchrow(
        """
        SELECT
            EXISTS (SELECT 1 FROM trial WHERE account = $2 AND offer = $3) AS taken,
            (
                SELECT coalesce(max(line_no), 0) FROM lot
                WHERE wallet = $1 AND store = 'trial' AND order_id = $3
            ) AS lots
        """,
        wallet,
        account,
        offer,
    )
    assert row is not None
    return row["taken"], row["lots"]


async def adjustments_named(
    connection: Connection, wallet: int, ids: Sequence[UUID]
) -> dict[UUID, Adjusted]:
    """Find adjustments that were asked for."""
    rows = await connection.fetch(
        """
        SELECT
            id, amount, direction, reason, expires_at, asked_by, confirmed_by, asked_at, booked
        FROM adjustment
        WHERE wallet = $1 AND id = ANY($2::uuid [])
        """,
        wallet,
        ids,
    )
    return {row["id"]: Adjusted(*row) for row in rows}


async def balances_brought_in(
    connection: Connection, wallet: int, references: Sequence[str]
) -> dict[str, BroughtIn]:
    """Find opening balances by their references."""
    rows = await connection.fetch(
        """
        SELECT reference, content, lot, brought_by, note, brought_at
        FROM opening_balance
        WHERE wallet = $1 AND reference = ANY($2::text [])
        """,
        wallet,
        references,
    )
    return {row["reference"]: BroughtIn(*row) for row in rows}


async def charge_of(connection: Connection, wallet: int, line: UUID) -> Charge | None:
    """Find what a usage line cost, lot by lot, and in which count of its person's quota."""
    row = await connection.fetchrow(CHARGE_OF, wallet, line)
    if row is None:
        return None
    parts = tuple(zip(row["lots"], row["amounts"], strict=True))
    return Charge(row["person"], parts, row["count"], row["job"], row["credited"])


async def access_of(connection: Connection, wallet: int, person: UUID) -> Access | None:
    """Find a person's access that no act of the batch named."""
    row = await connection.fetchrow(
        """
        SELECT
            person, role, mode, quota, captured, held, epoch, count, period, renews_at, told
        FROM access
        WHERE wallet = $1 AND person = $2
        """,
        wallet,
        person,
    )
    return Access(*row) if row is not None else None


def _lot(row: tuple[Any, ...]) -> Lot:
    return Lot(*row[:7], Purchase(*row[7:12]), *row[12:])  # type: ignore[call-arg]  # its own order


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    return [[row[at] for row in rows] for at in range(width)]
