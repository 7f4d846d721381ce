"""Store orders: each line is mapped once to the command that grants it."""

from uuid import UUID

from services.credit_ledger.rules.book import Purchase
from shared.postgres.pool import Connection


async def command_for(
    connection: Connection, purchase: Purchase, command: UUID, content: int
) -> tuple[UUID, int]:
    """Map an order line to `command`, or find the command and content it was mapped to before."""
    row = await connection.fetchrow(
        """
        WITH mapped AS (
            INSERT INTO order_line (store, order_id, line_no, command, content)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (store, order_id, line_no) DO NOTHING
            RETURNING command, content
        )
        SELECT command, content FROM mapped
        UNION ALL
        SELECT command, content FROM order_line
        WHERE store = $1 AND order_id = $2 AND line_no = $3
        LIMIT 1
        """,
        purchase.store,
        purchase.order_id,
        purchase.line_no,
        command,
        content,
    )
    if row is None:
        # Another delivery mapped it after our snapshot; its commit is visible to the next one.
        return await command_for(connection, purchase, command, content)
    return row["command"], row["content"]
