"""Reads the rate card of a wallet."""

from services.credit_ledger.rules.records import Rate
from shared.postgres.pool import Connection


async def rates_of(
    connection: Connection, wallet: int, *, after: int = 0, limit: int | None = None
) -> list[Rate]:
    """List rates in the order in which they were set, from behind the one numbered `after`."""
    rows = await connection.fetch(
        """
        SELECT number, node_class, unit, price, effective_from
        FROM rate
        WHERE wallet = $1 AND number > $2
        ORDER BY number
        LIMIT $3
        """,
        wallet,
        after,
        limit,
    )
    return [Rate(*row) for row in rows]
