"""Which render nodes work for an organization, and which did."""

from uuid import UUID

from services.membership.rules.nodes import Enrolment
from shared.contracts.nodes import EnrolledNode, NodeEnrolled, NodeWithdrawn
from shared.contracts.snapshots import KnownNode
from shared.postgres.pool import Connection


async def enrolment_of(
    connection: Connection, organization_id: UUID, node: str
) -> Enrolment | None:
    """Read under the organization's lock."""
    row = await connection.fetchrow(
        """
        SELECT organization_id, node, enrolled_at, withdrawn_at
        FROM enrolment
        WHERE organization_id = $1 AND node = $2
        """,
        organization_id,
        node,
    )
    return Enrolment(**row) if row else None


async def save_enrolment(connection: Connection, enrolled: NodeEnrolled) -> None:
    await connection.execute(
        """
        INSERT INTO enrolment (organization_id, node, enrolled_at) VALUES ($1, $2, $3)
        ON CONFLICT (organization_id, node) DO UPDATE
        SET enrolled_at = excluded.enrolled_at, withdrawn_at = NULL
        """,
        enrolled.organization_id,
        enrolled.node,
        enrolled.enrolled_at,
    )


async def save_withdrawal(connection: Connection, withdrawn: NodeWithdrawn) -> None:
    await connection.execute(
        "UPDATE enrolment SET withdrawn_at = $3 WHERE organization_id = $1 AND node = $2",
        withdrawn.organization_id,
        withdrawn.node,
        withdrawn.withdrawn_at,
    )


async def enrolled_nodes(
    connection: Connection, organization_id: UUID, *, after: str | None, limit: int
) -> tuple[EnrolledNode, ...]:
    rows = await connection.fetch(
        """
        SELECT node, enrolled_at
        FROM enrolment
        WHERE
            organization_id = $1
            AND withdrawn_at IS NULL
            AND ($2::text IS NULL OR node > $2)
        ORDER BY node
        LIMIT $3
        """,
        organization_id,
        after,
        limit,
    )
    return tuple(EnrolledNode(**row) for row in rows)


async def nodes_known(connection: Connection, organization_id: UUID) -> tuple[KnownNode, ...]:
    """Every node that works for an organization or did."""
    rows = await connection.fetch(
        """
        SELECT node, enrolled_at, withdrawn_at
        FROM enrolment
        WHERE organization_id = $1
        ORDER BY node
        """,
        organization_id,
    )
    return tuple(KnownNode(**row) for row in rows)
