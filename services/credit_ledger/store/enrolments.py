"""The copy of which nodes work for which organizations, as membership says it (A17)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.contracts.nodes import NodeEnrolled, NodeWithdrawn
from shared.contracts.snapshots import KnownNode
from shared.postgres.pool import Connection

ENDS_OF = """
SELECT organization, node, withdrawn_at
FROM unnest($1::uuid [], $2::text []) AS wanted (organization, node)
INNER JOIN enrolment USING (organization, node)
"""


async def keep_enrolled(connection: Connection, told: NodeEnrolled) -> None:
    await connection.execute(
        """
        INSERT INTO enrolment (organization, node, withdrawn_at) VALUES ($1, $2, NULL)
        ON CONFLICT (organization, node) DO UPDATE SET withdrawn_at = NULL
        """,
        told.organization_id,
        told.node,
    )


async def keep_withdrawn(connection: Connection, told: NodeWithdrawn) -> None:
    await connection.execute(
        """
        INSERT INTO enrolment (organization, node, withdrawn_at) VALUES ($1, $2, $3)
        ON CONFLICT (organization, node) DO UPDATE SET withdrawn_at = excluded.withdrawn_at
        """,
        told.organization_id,
        told.node,
        told.withdrawn_at,
    )


async def ends_of(
    connection: Connection, works: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], datetime | None]:
    """Tell when nodes were withdrawn, nothing for those that are not; strangers are left out."""
    rows = await connection.fetch(
        ENDS_OF,
        [organization for organization, _ in works],
        [node for _, node in works],
    )
    return {(row["organization"], row["node"]): row["withdrawn_at"] for row in rows}


async def organizations_between(
    connection: Connection, after: UUID | None, until: UUID | None
) -> set[UUID]:
    """Whose nodes we know, of a span without its beginning."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT organization
        FROM enrolment
        WHERE ($1::uuid IS NULL OR organization > $1) AND ($2::uuid IS NULL OR organization <= $2)
        """,
        after,
        until,
    )
    return {UUID(int=row["organization"].int) for row in rows}


async def replace(connection: Connection, organization: UUID, known: Sequence[KnownNode]) -> None:
    """These nodes work for an organization or did, and no others."""
    await connection.execute("DELETE FROM enrolment WHERE organization = $1", organization)
    await connection.executemany(
        "INSERT INTO enrolment (organization, node, withdrawn_at) VALUES ($1, $2, $3)",
        [(organization, one.node, one.withdrawn_at) for one in known],
    )
