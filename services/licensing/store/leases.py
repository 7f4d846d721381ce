"""Checkouts as rows: opened, prolonged, ended, and counted beside the assignments."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import asyncpg

from services.licensing.rules.leases import Checkout
from shared.postgres.pool import Connection


async def find_open(connection: Connection, checkout_id: UUID) -> Checkout | None:
    row = await connection.fetchrow(
        """
        SELECT id, organization_id, account_id, product, machine, source, assignment_id, opened_at,
            lease_until, borrowed
        FROM checkout
        WHERE id = $1 AND closed_at IS NULL
        """,
        checkout_id,
    )
    return Checkout(**row) if row else None


async def open_ones_of(
    connection: Connection, account_id: UUID, product: str
) -> tuple[Checkout, ...]:
    rows = await connection.fetch(
        """
        SELECT id, organization_id, account_id, product, machine, source, assignment_id, opened_at,
            lease_until, borrowed
        FROM checkout
        WHERE account_id = $1 AND product = $2 AND closed_at IS NULL
        ORDER BY opened_at, id
        """,
        account_id,
        product,
    )
    return _checkouts(rows)


async def all_open_of(connection: Connection, account_id: UUID) -> tuple[Checkout, ...]:
    """Every open checkout of an account, in the order in which seats are locked."""
    rows = await connection.fetch(
        """
        SELECT id, organization_id, account_id, product, machine, source, assignment_id, opened_at,
            lease_until, borrowed
        FROM checkout
        WHERE account_id = $1 AND closed_at IS NULL
        ORDER BY organization_id, product, id
        """,
        account_id,
    )
    return _checkouts(rows)


async def find_on(connection: Connection, assignment_id: UUID) -> Checkout | None:
    """The lease that is open on an assigned seat."""
    row = await connection.fetchrow(
        """
        SELECT id, organization_id, account_id, product, machine, source, assignment_id, opened_at,
            lease_until, borrowed
        FROM checkout
        WHERE assignment_id = $1 AND closed_at IS NULL
        """,
        assignment_id,
    )
    return Checkout(**row) if row else None


async def on_no_assignment(
    connection: Connection, organization_id: UUID, product: str
) -> tuple[Checkout, ...]:
    """The leases that take a seat by themselves: floating ones, and what assignments left (T31)."""
    rows = await connection.fetch(
        """
        SELECT id, organization_id, account_id, product, machine, source, assignment_id, opened_at,
            lease_until, borrowed
        FROM checkout
        WHERE organization_id = $1 AND product = $2 AND assignment_id IS NULL AND closed_at IS NULL
        ORDER BY opened_at, id
        """,
        organization_id,
        product,
    )
    return _checkouts(rows)


async def past_their_lease(
    connection: Connection, *, now: datetime, limit: int
) -> tuple[Checkout, ...]:
    rows = await connection.fetch(
        """
        SELECT id, organization_id, account_id, product, machine, source, assignment_id, opened_at,
            lease_until, borrowed
        FROM checkout
        WHERE closed_at IS NULL AND lease_until <= $1
        ORDER BY lease_until
        LIMIT $2
        """,
        now,
        limit,
    )
    return _checkouts(rows)


async def held_in(
    connection: Connection,
    organization_id: UUID,
    *,
    product: str | None,
    after: UUID | None,
    limit: int,
    now: datetime,
) -> tuple[Checkout, ...]:
    """The checkouts on an organization's seats, in the order of their ids."""
    rows = await connection.fetch(
        """
        SELECT id, organization_id, account_id, product, machine, source, assignment_id, opened_at,
            lease_until, borrowed
        FROM checkout
        WHERE organization_id = $1
            AND closed_at IS NULL
            AND lease_until > $5
            AND ($2::text IS NULL OR product = $2)
            AND ($3::uuid IS NULL OR id > $3)
        ORDER BY id
        LIMIT $4
        """,
        organization_id,
        product,
        after,
        limit,
        now,
    )
    return _checkouts(rows)


async def add_checkout(connection: Connection, checkout: Checkout) -> None:
    """Keep a checkout; one on no assignment is counted, and the schema holds the count."""
    await connection.execute(
        """
        WITH counted AS (
            UPDATE product_seats SET in_use = in_use + 1
            WHERE organization_id = $2 AND product = $4 AND $7::uuid IS NULL
        )
        INSERT INTO checkout (
            id, organization_id, account_id, product, machine, source, assignment_id, opened_at,
            lease_until, borrowed
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        checkout.id,
        checkout.organization_id,
        checkout.account_id,
        checkout.product,
        checkout.machine,
        checkout.source,
        checkout.assignment_id,
        checkout.opened_at,
        checkout.lease_until,
        checkout.borrowed,
    )


async def prolong(connection: Connection, checkout: Checkout) -> bool:
    """Keep when a lease ends now; False when it was closed in between."""
    prolonged = await connection.fetchval(
        """
        UPDATE checkout SET lease_until = $2, borrowed = $3
        WHERE id = $1 AND closed_at IS NULL
        RETURNING TRUE
        """,
        checkout.id,
        checkout.lease_until,
        checkout.borrowed,
    )
    return prolonged is not None


async def end_checkout(
    connection: Connection, checkout_id: UUID, *, at: datetime, swept: bool
) -> bool:
    """End a checkout and give its seat back; False when it ended before."""
    ended = await connection.fetchval(
        """
        WITH ended AS (
            UPDATE checkout SET closed_at = $2, swept = $3
            WHERE id = $1 AND closed_at IS NULL
            RETURNING organization_id, product, assignment_id
        ), counted AS (
            UPDATE product_seats SET in_use = product_seats.in_use - 1
            FROM ended
            WHERE product_seats.organization_id = ended.organization_id
                AND product_seats.product = ended.product
                AND ended.assignment_id IS NULL
        )
        SELECT TRUE FROM ended
        """,
        checkout_id,
        at,
        swept,
    )
    return ended is not None


def _checkouts(rows: Iterable[asyncpg.Record]) -> tuple[Checkout, ...]:
    return tuple(Checkout(**row) for row in rows)
