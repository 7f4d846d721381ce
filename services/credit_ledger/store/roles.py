"""Roles as the books have them, beside what membership says."""

from uuid import UUID

from services.credit_ledger.rules.book import PersonRole
from shared.postgres.pool import Connection


async def roles_in(connection: Connection, organization: UUID) -> dict[UUID, PersonRole]:
    """Tell who is or was what in an organization's pool; nothing when it has none."""
    rows = await connection.fetch(
        """
        SELECT access.person, access.role
        FROM wallet
        INNER JOIN access ON access.wallet = wallet.id
        WHERE wallet.owner = $1 AND wallet.kind = 'ORGANIZATION'
        """,
        organization,
    )
    return {row["person"]: row["role"] for row in rows}


async def go_on(connection: Connection) -> None:
    """Keep a transaction that waits for others from being ended as idle; fail when it was."""
    await connection.execute("SELECT 1")
