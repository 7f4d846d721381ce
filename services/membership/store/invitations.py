"""Accounts that are invited: in an organization before they have a name (T32)."""

from uuid import UUID

import asyncpg

from services.membership.rules.accounts import fold
from shared.postgres.pool import Connection


async def invite(connection: Connection, account_id: UUID, email: str) -> None:
    """Open an account for an address that nobody has.

    Somebody may take the address at the same moment; then the command begins again and finds him.
    """
    row = await connection.fetchrow(
        """
        INSERT INTO account (id, email, email_folded)
        VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING
        RETURNING id
        """,
        account_id,
        email,
        fold(email),
    )
    if row is None:
        raise asyncpg.SerializationError("somebody took the address a moment ago")
