"""Our copy of the licenses that licensing told us of."""

from uuid import UUID

from services.membership.rules.standing import HeldLicense
from shared.contracts.licensing import LicenseActivated
from shared.postgres.pool import Connection


async def licenses_of(connection: Connection, account_id: UUID) -> tuple[HeldLicense, ...]:
    """An account's own licenses, and those of the organization that it administers (A13)."""
    rows = await connection.fetch(
        """
        SELECT kind, expires_at, expired, organization_id
        FROM held_license
        WHERE account_id = $1 AND organization_id IS NULL
        UNION ALL
        SELECT held_license.kind, held_license.expires_at, held_license.expired, organization.id
        FROM organization
        INNER JOIN held_license ON held_license.organization_id = organization.id
        WHERE organization.administrator_id = $1
        """,
        account_id,
    )
    return tuple(HeldLicense(**row) for row in rows)


async def save_license(connection: Connection, license: LicenseActivated) -> None:
    """Keep a license; told again it is an organization's, whatever was guessed before (A13)."""
    await connection.execute(
        """
        INSERT INTO held_license (id, account_id, kind, expires_at, organization_id)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id) DO UPDATE
        SET organization_id = coalesce(excluded.organization_id, held_license.organization_id)
        """,
        license.license_id,
        license.account_id,
        license.kind,
        license.expires_at,
        license.organization_id,
    )


async def expire_license(connection: Connection, license_id: UUID) -> UUID | None:
    """End a license, and tell which organization it was of."""
    of: UUID | None = await connection.fetchval(
        "UPDATE held_license SET expired = TRUE WHERE id = $1 RETURNING organization_id",
        license_id,
    )
    return of


async def give_to_organization(
    connection: Connection, account_id: UUID, organization_id: UUID
) -> None:
    """The commercial licenses of its Administrator become the organization's (A13)."""
    await connection.execute(
        """
        UPDATE held_license
        SET organization_id = $2
        WHERE account_id = $1 AND organization_id IS NULL AND kind = 'COMMERCIAL' AND NOT expired
        """,
        account_id,
        organization_id,
    )
