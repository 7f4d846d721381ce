"""Offers of an Administrator's place, and the swap that ends one."""

from datetime import datetime
from uuid import UUID

from services.membership.rules.transfers import Transfer
from shared.contracts.transfers import (
    AdministratorChanged,
    InvoicesTo,
    OpenTransfer,
    TransferEnded,
    TransferRequested,
)
from shared.postgres.pool import Connection


async def open_transfer_of(connection: Connection, organization_id: UUID) -> OpenTransfer | None:
    """The offer that waits for its answer, as people of the organization see it."""
    row = await connection.fetchrow(
        """
        SELECT id AS transfer_id, to_account_id, invoices_to, requested_at, expires_at
        FROM transfer
        WHERE organization_id = $1 AND state = 'REQUESTED'
        """,
        organization_id,
    )
    return OpenTransfer(**row) if row else None


async def offer_to(connection: Connection, account_id: UUID) -> UUID | None:
    """The offer that waits for this account's answer; one at most, for it is in one organization.

    It may have run out a moment ago.
    """
    found: UUID | None = await connection.fetchval(
        "SELECT id FROM transfer WHERE to_account_id = $1 AND state = 'REQUESTED'", account_id
    )
    return found


async def find_transfer(connection: Connection, transfer_id: UUID) -> Transfer | None:
    row = await connection.fetchrow(
        """
        SELECT
            id, organization_id, from_account_id, to_account_id, invoices_to, state,
            requested_at, expires_at
        FROM transfer
        WHERE id = $1
        """,
        transfer_id,
    )
    return Transfer(**row) if row else None


async def open_offer(connection: Connection, organization_id: UUID) -> Transfer | None:
    """The organization's open offer, under the organization's lock."""
    row = await connection.fetchrow(
        """
        SELECT
            id, organization_id, from_account_id, to_account_id, invoices_to, state,
            requested_at, expires_at
        FROM transfer
        WHERE organization_id = $1 AND state = 'REQUESTED'
        """,
        organization_id,
    )
    return Transfer(**row) if row else None


async def overdue_offers(
    connection: Connection, *, now: datetime, limit: int
) -> tuple[Transfer, ...]:
    rows = await connection.fetch(
        """
        SELECT
            id, organization_id, from_account_id, to_account_id, invoices_to, state,
            requested_at, expires_at
        FROM transfer
        WHERE state = 'REQUESTED' AND expires_at <= $1
        ORDER BY expires_at
        LIMIT $2
        """,
        now,
        limit,
    )
    return tuple(Transfer(**row) for row in rows)


async def add_transfer(
    connection: Connection, requested: TransferRequested, *, invoices_to: InvoicesTo
) -> None:
    await connection.execute(
        """
        INSERT INTO transfer (
            id, organization_id, from_account_id, to_account_id, invoices_to, state,
            requested_at, expires_at
        )
        VALUES ($1, $2, $3, $4, $5, 'REQUESTED', $6, $7)
        """,
        requested.transfer_id,
        requested.organization_id,
        requested.from_account_id,
        requested.to_account_id,
        invoices_to,
        requested.requested_at,
        requested.expires_at,
    )


async def accept_transfer(connection: Connection, transfer_id: UUID, *, now: datetime) -> None:
    await connection.execute(
        """
        UPDATE transfer
        SET state = 'ACCEPTED', decided_at = $2
        WHERE id = $1 AND state = 'REQUESTED'
        """,
        transfer_id,
        now,
    )


async def end_transfer(connection: Connection, ended: TransferEnded) -> bool:
    """End an open offer; says whether it was open still."""
    status = await connection.execute(
        """
        UPDATE transfer
        SET state = $2, decided_at = $3
        WHERE id = $1 AND state = 'REQUESTED'
        """,
        ended.transfer_id,
        ended.state,
        ended.ended_at,
    )
    return status == "UPDATE 1"


async def save_promotion(connection: Connection, changed: AdministratorChanged) -> None:
    """End the successor's membership: nothing of his is taken back, he stays in."""
    await connection.execute(
        """
        UPDATE membership
        SET state = 'REMOVED', reason = 'promoted', removed_at = $3
        WHERE organization_id = $1 AND account_id = $2 AND state = 'ACTIVE'
        """,
        changed.organization_id,
        changed.to_account_id,
        changed.changed_at,
    )


async def save_administrator(
    connection: Connection, changed: AdministratorChanged, *, invoices_to: UUID | None
) -> None:
    await connection.execute(
        """
        UPDATE organization
        SET administrator_id = $2, invoices_to = $3
        WHERE id = $1
        """,
        changed.organization_id,
        changed.to_account_id,
        invoices_to,
    )


async def save_demotion(connection: Connection, changed: AdministratorChanged) -> None:
    """Begin the former Administrator's membership."""
    await connection.execute(
        """
        INSERT INTO membership (organization_id, account_id, role, state, added_at)
        VALUES ($1, $2, $3, 'ACTIVE', $4)
        """,
        changed.organization_id,
        changed.from_account_id,
        changed.from_role,
        changed.changed_at,
    )
