"""The seats of a product as somebody who wants one finds them, and who may float on them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.licensing.rules.checkouts import Floor
from services.licensing.rules.floating import Floating
from services.licensing.rules.licenses import ends_at, live_seats
from services.licensing.store.licenses import nested
from shared.postgres.pool import Connection


async def lock_floor(connection: Connection, organization_id: UUID, product: str) -> None:
    """Lock the seats of a product: nobody gives or takes one meanwhile."""
    # Apart from what is read under it: a statement that waits goes on with what it saw before.
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


async def find_floor(
    connection: Connection,
    organization_id: UUID,
    product: str,
    *,
    account_id: UUID,
    now: datetime,
) -> Floor | None:
    """The seats of a product, his own among them; nothing where it was never bought."""
    row = await connection.fetchrow(
        """
        SELECT
            product_seats.assigned + product_seats.in_use AS taken,
            (
                SELECT assignment.id
                FROM assignment
                WHERE assignment.organization_id = $1
                    AND assignment.product = $2
                    AND assignment.account_id = $3
                    AND assignment.state = 'ACTIVE'
            ) AS assignment_id,
            EXISTS (
                SELECT 1
                FROM floating
                LEFT JOIN floating_person USING (organization_id, product)
                WHERE floating.organization_id = $1
                    AND floating.product = $2
                    AND (floating.everyone OR floating_person.account_id = $3)
            ) AS may_float,
            ARRAY(
                SELECT (id, store, order_id, line_no, account_id, product, kind, seats, state,
                    activated_at, expires_at, organization_id, placed_at, withheld)
                FROM license
                WHERE organization_id = $1 AND product = $2
            ) AS bought
        FROM product_seats
        WHERE product_seats.organization_id = $1 AND product_seats.product = $2
        """,
        organization_id,
        product,
        account_id,
    )
    if row is None:
        return None
    bought = nested(row["bought"])
    return Floor(
        organization_id,
        live=live_seats(bought, now),
        taken=row["taken"],
        until=ends_at(bought, now),
        assignment_id=row["assignment_id"],
        may_float=row["may_float"],
    )


async def holders_of(
    connection: Connection, organization_ids: Iterable[UUID], product: str, *, limit: int
) -> tuple[tuple[UUID, ...], int]:
    """Who holds a seat, by assignment or by a lease, the longest first; and how many do."""
    rows = await connection.fetch(
        """
        SELECT account_id, count(*) OVER () AS holders
        FROM (
            SELECT account_id, assigned_at AS since
            FROM assignment
            WHERE organization_id = ANY($1::uuid []) AND product = $2 AND state = 'ACTIVE'
            UNION ALL
            SELECT account_id, opened_at
            FROM checkout
            WHERE organization_id = ANY($1::uuid []) AND product = $2 AND closed_at IS NULL
        ) AS held
        GROUP BY account_id
        ORDER BY min(since), account_id
        LIMIT $3
        """,
        list(organization_ids),
        product,
        limit,
    )
    return tuple(row["account_id"] for row in rows), rows[0]["holders"] if rows else 0


async def is_bought(connection: Connection, organization_id: UUID, product: str) -> bool:
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT 1 FROM product_seats WHERE organization_id = $1 AND product = $2)",
        organization_id,
        product,
    )
    return found


async def in_organization(
    connection: Connection, organization_id: UUID, account_ids: Iterable[UUID]
) -> frozenset[UUID]:
    """Which of these accounts are in an organization, its Administrator included."""
    rows = await connection.fetch(
        """
        SELECT account_id
        FROM role_held
        WHERE organization_id = $1 AND account_id = ANY($2::uuid []) AND ended_at IS NULL
        """,
        organization_id,
        list(account_ids),
    )
    return frozenset(row["account_id"] for row in rows)


async def floating_of(connection: Connection, organization_id: UUID, product: str) -> Floating:
    """Who may float."""
    row = await connection.fetchrow(
        """
        SELECT
            coalesce((
                SELECT everyone FROM floating WHERE organization_id = $1 AND product = $2
            ), FALSE) AS everyone,
            ARRAY(
                SELECT account_id
                FROM floating_person
                WHERE organization_id = $1 AND product = $2
                ORDER BY account_id
            ) AS account_ids
        """,
        organization_id,
        product,
    )
    assert row is not None
    return Floating(everyone=row["everyone"], account_ids=tuple(row["account_ids"]))


async def save_floating(
    connection: Connection, organization_id: UUID, product: str, floating: Floating
) -> None:
    """Keep who may float instead of who might before."""
    await _save_everyone(connection, organization_id, product, everyone=floating.everyone)
    await connection.execute(
        "DELETE FROM floating_person WHERE organization_id = $1 AND product = $2",
        organization_id,
        product,
    )
    await connection.execute(
        """
        INSERT INTO floating_person (organization_id, product, account_id, role_began_at)
        SELECT $1, $2, person.account_id, role_held.began_at
        FROM unnest($3::uuid []) AS person (account_id)
        LEFT JOIN role_held
            ON role_held.organization_id = $1
            AND role_held.account_id = person.account_id
            AND role_held.ended_at IS NULL
        """,
        organization_id,
        product,
        list(floating.account_ids),
    )


async def forget_floating_of(
    connection: Connection, organization_id: UUID, account_id: UUID, *, removed_at: datetime
) -> None:
    """Whoever leaves may not float any more, nor if he comes back, until he is let again (R16)."""
    await lock_all_seats(connection, organization_id)
    await connection.execute(
        """
        DELETE FROM floating_person
        WHERE organization_id = $1 AND account_id = $2
            AND (role_began_at IS NULL OR role_began_at < $3)
        """,
        organization_id,
        account_id,
        removed_at,
    )


async def lock_all_seats(connection: Connection, organization_id: UUID) -> None:
    """Lock the seats of all products of an organization, in the one order."""
    await connection.execute(
        """
        SELECT seats
        FROM product_seats
        WHERE organization_id = $1
        ORDER BY product
        FOR UPDATE
        """,
        organization_id,
    )


async def _save_everyone(
    connection: Connection, organization_id: UUID, product: str, *, everyone: bool
) -> None:
    await connection.execute(
        """
        INSERT INTO floating (organization_id, product, everyone)
        VALUES ($1, $2, $3)
        ON CONFLICT (organization_id, product) DO UPDATE SET everyone = excluded.everyone
        """,
        organization_id,
        product,
        everyone,
    )
