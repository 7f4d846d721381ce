"""Requests for an organization without a commercial license (R8)."""

from datetime import datetime
from uuid import UUID

from services.membership.rules.setups import SetupRequest
from shared.contracts.organizations import SetupRequested, SetupState, WaitingSetup
from shared.postgres.pool import Connection


async def add_request(
    connection: Connection, requested: SetupRequested, *, requested_by: UUID, name: str | None
) -> None:
    await connection.execute(
        """
        INSERT INTO setup_request (
            id, organization_id, account_id, requested_by, state, requested_at, name
        )
        VALUES ($1, $2, $3, $4, 'PENDING_CONFIRMATION', $5, $6)
        """,
        requested.request_id,
        requested.organization_id,
        requested.account_id,
        requested_by,
        requested.requested_at,
        name,
    )


async def find_request(connection: Connection, request_id: UUID) -> SetupRequest | None:
    row = await connection.fetchrow(
        """
        SELECT id, organization_id, account_id, state, requested_at, name
        FROM setup_request
        WHERE id = $1
        """,
        request_id,
    )
    return SetupRequest(**row) if row else None


async def find_waiting(connection: Connection, account_id: UUID) -> SetupRequest | None:
    """Find the one request that waits for an account."""
    row = await connection.fetchrow(
        """
        SELECT id, organization_id, account_id, state, requested_at, name
        FROM setup_request
        WHERE account_id = $1 AND state = 'PENDING_CONFIRMATION'
        """,
        account_id,
    )
    return SetupRequest(**row) if row else None


async def is_awaited(connection: Connection, organization_id: UUID) -> bool:
    """Whether an organization waits under this id for an operator's word."""
    awaited: bool = await connection.fetchval(
        """
        SELECT EXISTS (
            SELECT 1 FROM setup_request
            WHERE organization_id = $1 AND state = 'PENDING_CONFIRMATION'
        )
        """,
        organization_id,
    )
    return awaited


async def save_decision(
    connection: Connection, request_id: UUID, state: SetupState, *, at: datetime
) -> None:
    await connection.execute(
        "UPDATE setup_request SET state = $2, decided_at = $3 WHERE id = $1",
        request_id,
        state,
        at,
    )


async def waiting_requests(
    connection: Connection, *, after: UUID | None, limit: int
) -> tuple[WaitingSetup, ...]:
    """The requests that wait, oldest first: their ids are in order of time."""
    rows = await connection.fetch(
        """
        SELECT
            setup_request.id AS request_id,
            setup_request.organization_id,
            setup_request.account_id,
            account.customer_number,
            setup_request.requested_at,
            setup_request.name
        FROM setup_request
        INNER JOIN account ON account.id = setup_request.account_id
        WHERE
            setup_request.state = 'PENDING_CONFIRMATION'
            AND ($1::uuid IS NULL OR setup_request.id > $1)
        ORDER BY setup_request.id
        LIMIT $2
        """,
        after,
        limit,
    )
    return tuple(WaitingSetup(**row) for row in rows)
