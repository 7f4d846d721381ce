"""Whether somebody who is to leave an organization has left it here."""

from datetime import datetime
from uuid import UUID

from shared.postgres.pool import Connection


async def has_left(
    connection: Connection, organization: UUID, person: UUID, removed_at: datetime
) -> bool:
    """Tell whether no role of his from before then lasts; one he was given since is another."""
    left: bool = await connection.fetchval(
        """
        SELECT NOT EXISTS (
            SELECT FROM wallet_name
            INNER JOIN role_interval AS role ON role.wallet = wallet_name.wallet
            WHERE
                wallet_name.owner = $1 AND role.person = $2
                AND role.since < $3 AND role.until IS NULL
        )
        """,
        organization,
        person,
        removed_at,
    )
    return left
