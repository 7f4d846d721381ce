"""Our copy of the seats that people have, as licensing told us."""

from uuid import UUID

from shared.contracts.licensing import SeatAssigned, SeatRevoked
from shared.postgres.pool import Connection


async def products_of(
    connection: Connection, organization_id: UUID, account_id: UUID
) -> tuple[str, ...]:
    """The products of which somebody has a seat in the organization."""
    rows = await connection.fetch(
        """
        SELECT product
        FROM held_seat
        WHERE organization_id = $1 AND account_id = $2
        ORDER BY product
        """,
        organization_id,
        account_id,
    )
    return tuple(row["product"] for row in rows)


async def save_seat(connection: Connection, seat: SeatAssigned) -> None:
    await connection.execute(
        """
        INSERT INTO held_seat (organization_id, account_id, product)
        VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING
        """,
        seat.organization_id,
        seat.account_id,
        seat.product,
    )


async def drop_seat(connection: Connection, seat: SeatRevoked) -> None:
    await connection.execute(
        """
        DELETE FROM held_seat
        WHERE organization_id = $1 AND account_id = $2 AND product = $3
        """,
        seat.organization_id,
        seat.account_id,
        seat.product,
    )
