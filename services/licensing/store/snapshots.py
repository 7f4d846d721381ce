"""What others copy of us, read subject by subject while nothing more is said of it."""

from uuid import UUID

from shared.contracts.entitlements import Entitlement
from shared.contracts.snapshots import KnownLicense, KnownSeat, LicensingSubject
from shared.postgres.pool import Connection


async def subject_at(connection: Connection, subject: UUID, sequence: int) -> LicensingSubject:
    """What a subject is, under the lock of its sequence: an account, or an organization."""
    return LicensingSubject(
        subject=subject,
        sequence=sequence,
        licenses=await _licenses(connection, subject),
        entitlements=await _entitlements(connection, subject),
        seats=await _seats(connection, subject),
    )


async def _licenses(connection: Connection, account_id: UUID) -> tuple[KnownLicense, ...]:
    rows = await connection.fetch(
        """
        SELECT
            id AS license_id, account_id, organization_id, kind, expires_at,
            state = 'EXPIRED' AS expired
        FROM license
        WHERE account_id = $1
        ORDER BY id
        """,
        account_id,
    )
    return tuple(KnownLicense(**row) for row in rows)


async def _entitlements(connection: Connection, account_id: UUID) -> tuple[Entitlement, ...]:
    rows = await connection.fetch(
        """
        SELECT account_id, product, sources <> '{}' AS entitled, sources, until
        FROM entitlement
        WHERE account_id = $1
        ORDER BY product
        """,
        account_id,
    )
    return tuple(Entitlement(**{**row, "sources": tuple(row["sources"])}) for row in rows)


async def _seats(connection: Connection, organization_id: UUID) -> tuple[KnownSeat, ...]:
    rows = await connection.fetch(
        """
        SELECT account_id, product
        FROM assignment
        WHERE organization_id = $1 AND state = 'ACTIVE'
        ORDER BY account_id, product
        """,
        organization_id,
    )
    return tuple(KnownSeat(**row) for row in rows)
