"""What the store took back: written down first, taken when the payment is here (T20)."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.credit_ledger.rules.purchase_acts import TakenBackFor
from shared.postgres.pool import Connection


class Refund(NamedTuple):
    """A refund or chargeback of one order line, with the command that takes it."""

    line_no: int
    refund_id: str
    amount: int
    reason: TakenBackFor
    command: UUID


async def remember(
    connection: Connection, store: str, order_id: str, refund: Refund, now: datetime
) -> Refund:
    """Write a refund down, or find it as it was written before."""
    row = await connection.fetchrow(
        """
        WITH heard AS (
            INSERT INTO order_refund (
                store, order_id, line_no, refund_id, amount, reason, command, heard_at
            )
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (store, order_id, line_no, refund_id) DO NOTHING
            RETURNING line_no, refund_id, amount, reason, command
        )
        SELECT * FROM heard
        UNION ALL
        SELECT line_no, refund_id, amount, reason, command
        FROM order_refund
        WHERE store = $1 AND order_id = $2 AND line_no = $3 AND refund_id = $4
        LIMIT 1
        """,
        store,
        order_id,
        *refund,
        now,
    )
    if row is None:
        # Another delivery wrote it after our snapshot; its commit is visible to the next one.
        return await remember(connection, store, order_id, refund, now)
    return Refund(*row)


async def refunds_of(connection: Connection, store: str, order_id: str) -> list[Refund]:
    """List what an order's lines were taken back by and was not taken yet, oldest first."""
    rows = await connection.fetch(
        """
        SELECT line_no, refund_id, amount, reason, command
        FROM order_refund
        WHERE store = $1 AND order_id = $2 AND wallet IS NULL
        ORDER BY heard_at, line_no, refund_id
        """,
        store,
        order_id,
    )
    return [Refund(*row) for row in rows]
