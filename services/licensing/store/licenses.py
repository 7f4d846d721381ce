"""Licenses: one for each order line, one for each granted application."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from services.licensing.rules.licenses import License
from shared.postgres.pool import Connection

FIELDS = tuple(field.name for field in fields(License))


def nested(rows: Iterable[tuple[Any, ...]]) -> tuple[License, ...]:
    """Licenses that came within another row, where columns have no names: in the class's order."""
    return tuple(License(**dict(zip(FIELDS, row, strict=True))) for row in rows)


async def add_license(connection: Connection, license: License) -> bool:
    """Add a license; False when its order line came before."""
    added = await connection.fetchval(
        """
        INSERT INTO license (
            id, store, order_id, line_no, account_id, product, kind, seats, state, activated_at,
            expires_at, organization_id, placed_at, withheld
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
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
        license.organization_id,
        license.placed_at,
        license.withheld,
    )
    return added is not None


async def lines_of(connection: Connection, store: str, order_id: str) -> dict[int, License]:
    """The licenses that were kept for an order, by line."""
    rows = await connection.fetch(
        """
        SELECT id, store, order_id, line_no, account_id, product, kind, seats, state, activated_at,
            expires_at, organization_id, placed_at, withheld
        FROM license
        WHERE store = $1 AND order_id = $2
        """,
        store,
        order_id,
    )
    return {row["line_no"]: License(**row) for row in rows}


async def licenses_of(connection: Connection, account_id: UUID) -> tuple[License, ...]:
    """All that an account bought or was granted, be it an organization's."""
    rows = await connection.fetch(
        """
        SELECT id, store, order_id, line_no, account_id, product, kind, seats, state, activated_at,
            expires_at, organization_id, placed_at, withheld
        FROM license
        WHERE account_id = $1
        ORDER BY product, activated_at, id
        """,
        account_id,
    )
    return tuple(License(**row) for row in rows)


async def organizational_licenses(
    connection: Connection, organization_id: UUID, product: str
) -> tuple[License, ...]:
    """What was bought of a product for an organization, by whomever (A13)."""
    rows = await connection.fetch(
        """
        SELECT id, store, order_id, line_no, account_id, product, kind, seats, state, activated_at,
            expires_at, organization_id, placed_at, withheld
        FROM license
        WHERE organization_id = $1 AND product = $2
        ORDER BY activated_at, id
        """,
        organization_id,
        product,
    )
    return tuple(License(**row) for row in rows)


async def give_to_organization(
    connection: Connection, license_ids: Iterable[UUID], organization_id: UUID
) -> None:
    """Let licenses be their buyer's organization's from now on (A13)."""
    await connection.execute(
        "UPDATE license SET organization_id = $2, withheld = FALSE WHERE id = ANY($1::uuid [])",
        list(license_ids),
        organization_id,
    )


async def licenses_past_their_date(
    connection: Connection, *, now: datetime, limit: int
) -> tuple[License, ...]:
    rows = await connection.fetch(
        """
        SELECT id, store, order_id, line_no, account_id, product, kind, seats, state, activated_at,
            expires_at, organization_id, placed_at, withheld
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
