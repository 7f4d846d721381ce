"""Reads what was left at a moment off the journal, whose rows say what was free after each."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from services.credit_ledger.rules.chart import LedgerAccount
from shared.postgres.pool import Connection


class Mark(NamedTuple):
    """The last row of a wallet's journal before a moment, and what was free after it."""

    seq: int
    free: int


async def marks_at(
    connection: Connection, wallet: int, last: int, moments: Sequence[datetime]
) -> list[Mark]:
    """Find how far the journal was at each moment.

    It has no index by time and needs none: a wallet books in the order of its numbers, so that each
    step halves what is left. Of a million rows it reads twenty for a moment.
    """
    rows = await connection.fetch(
        """
        WITH RECURSIVE near (number, moment, below, beyond) AS (
            SELECT ordinality, moment, 0::bigint, $2::bigint + 1
            FROM unnest($3::timestamptz []) WITH ORDINALITY AS asked (moment, ordinality)
            UNION ALL
            SELECT
                near.number, near.moment,
                CASE WHEN journal.booked_at < near.moment THEN journal.seq ELSE near.below END,
                CASE WHEN journal.booked_at < near.moment THEN near.beyond ELSE journal.seq END
            FROM near
            INNER JOIN journal
                ON journal.wallet = $1 AND journal.seq = (near.below + near.beyond) / 2
            WHERE near.beyond - near.below > 1
        )
        SELECT near.below, coalesce(journal.balance, 0)
        FROM near
        LEFT JOIN journal ON journal.wallet = $1 AND journal.seq = near.below
        WHERE near.beyond - near.below = 1
        ORDER BY near.number
        """,
        wallet,
        last,
        list(moments),
    )
    return [Mark(*row) for row in rows]


async def held_within(
    connection: Connection, wallet: int, spans: Sequence[tuple[int, int]]
) -> dict[int, int]:
    """By how much what is held changed after one row and up to another, by the latter's number."""
    rows = await connection.fetch(
        """
        SELECT
            span.last,
            sum(CASE WHEN journal.dst = $4 THEN journal.amount ELSE -journal.amount END)::bigint
        FROM unnest($2::bigint [], $3::bigint []) AS span (first, last)
        INNER JOIN journal
            ON journal.wallet = $1 AND journal.seq > span.first AND journal.seq <= span.last
        WHERE journal.src = $4 OR journal.dst = $4
        GROUP BY span.last
        """,
        wallet,
        [first for first, _ in spans],
        [last for _, last in spans],
        LedgerAccount.HELD,
    )
    return {row[0]: row[1] for row in rows}
