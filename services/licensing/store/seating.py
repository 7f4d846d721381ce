"""The seats of an organization's products, and who sits on them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from services.licensing.rules.licenses import ends_at, live_seats
from services.licensing.rules.seats import Assignment, Seats
from services.licensing.store.licenses import organizational_licenses
from shared.contracts.licensing import SeatAssigned, SeatRevoked
from shared.messaging.inbox import Act
from shared.postgres.pool import Connection

EndState = Literal["REVOKED", "EXPIRED"]


async def lock_seats(
    connection: Connection, organization_id: UUID, product: str, *, now: datetime
) -> Seats:
    """Lock the seats of a product and read what decides over them."""
    await _lock_product(connection, organization_id, product)
    return await read_seats(connection, organization_id, product, now=now)


async def give(act: Act, assigned: SeatAssigned) -> None:
    """Seat a person and say so."""
    await add_assignment(act.connection, assigned, id=act.clock.new_id())
    await act.say(assigned, subject=assigned.organization_id)


async def take_back(act: Act, seats: Seats, taken: SeatRevoked) -> None:
    """End the seat of a person and say so; a license that ran out is told from a decision."""
    held = seats.of(taken.account_id)
    assert held is not None
    state: EndState = "EXPIRED" if taken.reason == "expired" else "REVOKED"
    await end_assignment(act.connection, held, state=state, ended_at=taken.revoked_at)
    await act.say(taken, subject=taken.organization_id)


async def read_seats(
    connection: Connection, organization_id: UUID, product: str, *, now: datetime
) -> Seats:
    """The seats of a product as its licenses and assignments make them now."""
    bought = await organizational_licenses(connection, organization_id, product)
    return Seats(
        organization_id=organization_id,
        product=product,
        live=live_seats(bought, now),
        was_bought=bool(bought),
        assignments=await assignments_of(connection, organization_id, product),
        until=ends_at(bought, now),
        in_use=await _in_use(connection, organization_id, product),
    )


async def _lock_product(connection: Connection, organization_id: UUID, product: str) -> None:
    await connection.execute(
        """
        SELECT seats
        FROM product_seats
        WHERE organization_id = $1 AND product = $2
        FOR UPDATE
        """,
        organization_id,
        product,
    )


async def _in_use(connection: Connection, organization_id: UUID, product: str) -> int:
    """How many seats have a lease open though nobody is assigned to them."""
    in_use: int | None = await connection.fetchval(
        "SELECT in_use FROM product_seats WHERE organization_id = $1 AND product = $2",
        organization_id,
        product,
    )
    return in_use or 0


async def add_seats(
    connection: Connection, organization_id: UUID, product: str, *, seats: int
) -> None:
    await connection.execute(
        """
        INSERT INTO product_seats (organization_id, product, seats, assigned)
        VALUES ($1, $2, $3, 0)
        ON CONFLICT (organization_id, product)
        DO UPDATE SET seats = product_seats.seats + excluded.seats
        """,
        organization_id,
        product,
        seats,
    )


async def remove_seats(
    connection: Connection, organization_id: UUID, product: str, *, seats: int
) -> None:
    await connection.execute(
        "UPDATE product_seats SET seats = seats - $3 WHERE organization_id = $1 AND product = $2",
        organization_id,
        product,
        seats,
    )


async def products_of(connection: Connection, organization_id: UUID) -> tuple[str, ...]:
    rows = await connection.fetch(
        "SELECT product FROM product_seats WHERE organization_id = $1 ORDER BY product",
        organization_id,
    )
    return tuple(row["product"] for row in rows)


async def products_assigned_to(connection: Connection, account_id: UUID) -> tuple[str, ...]:
    rows = await connection.fetch(
        """
        SELECT product
        FROM assignment
        WHERE account_id = $1 AND state = 'ACTIVE'
        ORDER BY product
        """,
        account_id,
    )
    return tuple(row["product"] for row in rows)


async def products_assigned_before(
    connection: Connection, organization_id: UUID, account_id: UUID, *, removed_at: datetime
) -> tuple[str, ...]:
    """The products of which somebody has a seat that was given before he left."""
    rows = await connection.fetch(
        """
        SELECT product
        FROM assignment
        WHERE organization_id = $1 AND account_id = $2 AND state = 'ACTIVE'
            AND (role_began_at IS NULL OR role_began_at < $3)
        ORDER BY product
        """,
        organization_id,
        account_id,
        removed_at,
    )
    return tuple(row["product"] for row in rows)


async def assignments_of(
    connection: Connection, organization_id: UUID, product: str
) -> tuple[Assignment, ...]:
    rows = await connection.fetch(
        """
        SELECT id, account_id, assigned_at
        FROM assignment
        WHERE organization_id = $1 AND product = $2 AND state = 'ACTIVE'
        ORDER BY assigned_at, id
        """,
        organization_id,
        product,
    )
    return tuple(Assignment(**row) for row in rows)


async def add_assignment(connection: Connection, assigned: SeatAssigned, *, id: UUID) -> None:
    """Give a seat for as long as its holder stays.

    The count beside it is what the schema holds against the seats there are.
    """
    await connection.execute(
        """
        WITH taken AS (
            UPDATE product_seats SET assigned = assigned + 1
            WHERE organization_id = $2 AND product = $3
        )
        INSERT INTO assignment (
            id, organization_id, product, account_id, state, assigned_at, role_began_at
        )
        VALUES (
            $1, $2, $3, $4, 'ACTIVE', $5,
            (
                SELECT began_at FROM role_held
                WHERE organization_id = $2 AND account_id = $4 AND ended_at IS NULL
            )
        )
        """,
        id,
        assigned.organization_id,
        assigned.product,
        assigned.account_id,
        assigned.assigned_at,
    )


async def end_assignment(
    connection: Connection,
    held: Assignment,
    *,
    state: EndState,
    ended_at: datetime,
) -> None:
    """End a seat; a lease that is open on it takes the seat by itself from now on (T31)."""
    await connection.execute(
        """
        WITH ended AS (
            UPDATE assignment SET state = $2, ended_at = $3
            WHERE id = $1 AND state = 'ACTIVE'
            RETURNING id, organization_id, product
        ), left_open AS (
            UPDATE checkout SET assignment_id = NULL
            FROM ended
            WHERE checkout.assignment_id = ended.id AND checkout.closed_at IS NULL
            RETURNING checkout.id
        )
        UPDATE product_seats
        SET assigned = product_seats.assigned - 1,
            in_use = product_seats.in_use + (SELECT count(*) FROM left_open)
        FROM ended
        WHERE product_seats.organization_id = ended.organization_id
            AND product_seats.product = ended.product
        """,
        held.id,
        state,
        ended_at,
    )
