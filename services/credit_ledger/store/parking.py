"""What waits: paid orders of a time not covered yet (A14), and facts that came too early."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.postgres.pool import Connection

DUE_MAX = 100


class ParkedOrder(NamedTuple):
    """A paid order as the store told it, as CloudEvent."""

    id: UUID
    body: str


async def park(connection: Connection, order: ParkedOrder, placed_at: datetime) -> None:
    """Keep a paid order, once however often it is told."""
    await connection.execute(
        """
        INSERT INTO parked_order (id, placed_at, body) VALUES ($1, $2, $3)
        ON CONFLICT (id) DO NOTHING
        """,
        order.id,
        placed_at,
        order.body,
    )


async def parked_until(connection: Connection, moment: datetime) -> list[ParkedOrder]:
    """List parked orders that were placed until then, oldest first."""
    rows = await connection.fetch(
        "SELECT id, body FROM parked_order WHERE placed_at <= $1 ORDER BY placed_at LIMIT $2",
        moment,
        DUE_MAX,
    )
    return [ParkedOrder(*row) for row in rows]


async def unpark(connection: Connection, order: UUID) -> None:
    """Let a parked order go: it is granted, or buried."""
    await connection.execute("DELETE FROM parked_order WHERE id = $1", order)


async def count_parked(connection: Connection) -> int:
    """Count the orders that wait."""
    count: int = await connection.fetchval("SELECT count(*) FROM parked_order")
    return count


class FactsParked(NamedTuple):
    """Facts of one service that wait for others before them, and since when the oldest does."""

    source: str
    facts: int
    subjects: int
    since: datetime


async def facts_parked_before(connection: Connection, moment: datetime) -> list[FactsParked]:
    """Count the facts that have waited since before a moment, by who said them."""
    rows = await connection.fetch(
        """
        SELECT source, count(*), count(DISTINCT subject), min(parked_at)
        FROM parked_fact
        WHERE parked_at < $1
        GROUP BY source
        """,
        moment,
    )
    return [FactsParked(*row) for row in rows]
