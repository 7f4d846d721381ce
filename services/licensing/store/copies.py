"""Our copy of membership, replaced by what it says there is."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.contracts.people import Role
from shared.postgres.pool import Connection


class Interval(NamedTuple):
    """Somebody was something in an organization, or is."""

    account_id: UUID
    role: Role
    began_at: datetime
    ended_at: datetime | None


async def subjects_between(
    connection: Connection, after: UUID | None, until: UUID | None
) -> set[UUID]:
    """Organizations and registered accounts that we know, of a span without its beginning."""
    rows = await connection.fetch(
        """
        SELECT subject
        FROM (
            SELECT id AS subject FROM organization
            UNION
            SELECT organization_id AS subject FROM role_held
            UNION
            SELECT account_id AS subject FROM registered_account
        ) AS known
        WHERE ($1::uuid IS NULL OR subject > $1) AND ($2::uuid IS NULL OR subject <= $2)
        """,
        after,
        until,
    )
    return {row["subject"] for row in rows}


async def intervals_of(connection: Connection, organization_id: UUID) -> set[Interval]:
    """Everybody who was or is something in an organization."""
    rows = await connection.fetch(
        """
        SELECT account_id, role, began_at, ended_at
        FROM role_held
        WHERE organization_id = $1
        """,
        organization_id,
    )
    return {Interval(**row) for row in rows}


async def replace_intervals(
    connection: Connection,
    organization_id: UUID,
    *,
    wrong: Collection[Interval],
    missing: Collection[Interval],
) -> None:
    await connection.executemany(
        """
        DELETE FROM role_held
        WHERE organization_id = $1 AND account_id = $2 AND role = $3 AND began_at = $4
        """,
        [(organization_id, one.account_id, one.role, one.began_at) for one in wrong],
    )
    await connection.executemany(
        """
        INSERT INTO role_held (organization_id, account_id, role, began_at, ended_at)
        VALUES ($1, $2, $3, $4, $5)
        """,
        [(organization_id, *one) for one in missing],
    )


async def holders_of(connection: Connection, organization_id: UUID) -> dict[UUID, datetime | None]:
    """Who has a seat in an organization or may float on one, by when his role then began."""
    rows = await connection.fetch(
        """
        SELECT account_id, min(role_began_at) AS role_began_at
        FROM (
            SELECT account_id, role_began_at
            FROM assignment
            WHERE organization_id = $1 AND state = 'ACTIVE'
            UNION ALL
            SELECT account_id, role_began_at
            FROM floating_person
            WHERE organization_id = $1
        ) AS held
        GROUP BY account_id
        """,
        organization_id,
    )
    return {row["account_id"]: row["role_began_at"] for row in rows}


async def set_founder(connection: Connection, organization_id: UUID, founder_id: UUID) -> None:
    """Keep who made an organization (A13)."""
    await connection.execute(
        "UPDATE organization SET founder_id = $2 WHERE id = $1", organization_id, founder_id
    )
