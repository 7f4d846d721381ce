"""What was bought: one license for one order line."""

from datetime import datetime
from uuid import UUID

from services.licensing.rules import License
from shared.postgres.pool import Connection


async def add_license(connection: Connection, license: License) -> bool:
    """Add a license; False when its order line came before."""
    added = await connection.fetchval(
        """
        INSERT INTO license (
            id, store, order_id, line_no, account_id, product, kind, seats, state, activated_at,
            expires_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (store, order_id, line_no) DO NOTHING
        RETURNING id
        """,
        license.id,
        license.store,
        license.order_id,
        license.line_no,
        license.account_id,
        license.product,
        license.kind,
        license.seats,
        license.state,
        license.activated_at,
        license.expires_at,
    )
    return added is not None


async def find_license_of_line(connection: Connection, told: License) -> License | None:
    """The license that was kept for an order line."""
    row = await connection.fetchrow(
        """
        SELECT id, store, order_id, line_no, account_id, product, kind, seats, state, activated_at,
            expires_at
        FROM license
        WHERE store = $1 AND order_id = $2 AND line_no = $3
        """,
        told.store,
        told.order_id,
        told.line_no,
    )
    return License(**row) if row else None


async def licenses_of(connection: Connection, account_id: UUID) -> tuple[License, ...]:
    rows = await connection.fetch(
        """
        SELECT id, store, order_id, line_no, account_id, product, kind, seats, state, activated_at,
            expires_at
        FROM license
        WHERE account_id = $1
        ORDER BY product, activated_at, id
        """,
        account_id,
    )
    return tuple(License(**row) for row in rows)


async def commercial_licenses(
    connection: Connection, administrator_id: UUID, product: str
) -> tuple[License, ...]:
    """What an Administrator bought of a product for his organization (A13)."""
    bought = await licenses_of(connection, administrator_id)
    return tuple(one for one in bought if one.product == product and one.kind == "COMMERCIAL")


async def licenses_past_their_date(
    connection: Connection, *, now: datetime, limit: int
) -> tuple[License, ...]:
    rows = await connection.fetch(
        """
        SELECT id, store, order_id, line_no, account_id, product, kind, seats, state, activated_at,
            expires_at
        FROM license
        WHERE state = 'ACTIVE' AND expires_at <= $1
        ORDER BY expires_at
        LIMIT $2
        """,
        now,
        limit,
    )
    return tuple(License(**row) for row in rows)


async def expire_license(connection: Connection, license_id: UUID) -> bool:
    """End a license; False when another process was quicker."""
    expired = await connection.fetchval(
        "UPDATE license SET state = 'EXPIRED' WHERE id = $1 AND state = 'ACTIVE' RETURNING id",
        license_id,
    )
    return expired is not None
