"""Orders of licenses: those placed with us, and paid ones that wait to be decided (A14)."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.licensing.rules.orders import OrderPlaced
from shared.postgres.pool import Connection

DUE_MAX = 100


class ParkedOrder(NamedTuple):
    """A paid order as the store told it, as CloudEvent."""

    id: UUID
    body: str


async def find_placed(
    connection: Connection, store: str, order_id: str, account_id: UUID
) -> OrderPlaced | None:
    """The order as this account placed it with us; whoever else claimed its id gets nothing."""
    row = await connection.fetchrow(
        """
        SELECT store, order_id, account_id, organization_id, for_organization, commercial, content,
            placed_at
        FROM order_placed
        WHERE store = $1 AND order_id = $2 AND account_id = $3
        """,
        store,
        order_id,
        account_id,
    )
    return OrderPlaced(**row) if row else None


async def add_placed(connection: Connection, placed: OrderPlaced) -> None:
    await connection.execute(
        """
        INSERT INTO order_placed (
            store, order_id, account_id, organization_id, for_organization, commercial, content,
            placed_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        placed.store,
        placed.order_id,
        placed.account_id,
        placed.organization_id,
        placed.for_organization,
        placed.commercial,
        placed.content,
        placed.placed_at,
    )


async def park(connection: Connection, order: ParkedOrder, placed_at: datetime) -> None:
    """Keep a paid order until it can be decided, once however often it is told."""
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
        "SELECT id, body FROM parked_order WHERE placed_at <= $1 ORDER BY placed_at, id LIMIT $2",
        moment,
        DUE_MAX,
    )
    return [ParkedOrder(*row) for row in rows]


async def unpark(connection: Connection, order: UUID) -> None:
    """Let a parked order go: it is decided."""
    await connection.execute("DELETE FROM parked_order WHERE id = $1", order)


async def count_parked(connection: Connection) -> int:
    """Count the orders that wait."""
    count: int = await connection.fetchval("SELECT count(*) FROM parked_order")
    return count
