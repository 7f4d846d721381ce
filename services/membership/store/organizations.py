"""Organizations and their Administrators."""

from uuid import UUID

from services.membership.rules.standing import Organization
from shared.contracts.organizations import (
    ListedOrganization,
    OrganizationActivated,
    OrganizationLapsed,
    OrganizationProfile,
)
from shared.contracts.transfers import OpenTransfer
from shared.postgres.pool import Connection


async def lock_organization(connection: Connection, organization_id: UUID) -> Organization | None:
    row = await connection.fetchrow(
        """
        SELECT id, administrator_id, state, origin
        FROM organization
        WHERE id = $1
        FOR UPDATE
        """,
        organization_id,
    )
    return Organization(**row) if row else None


async def find_organization(connection: Connection, organization_id: UUID) -> Organization | None:
    row = await connection.fetchrow(
        "SELECT id, administrator_id, state, origin FROM organization WHERE id = $1",
        organization_id,
    )
    return Organization(**row) if row else None


async def find_organization_of(connection: Connection, administrator: UUID) -> Organization | None:
    row = await connection.fetchrow(
        "SELECT id, administrator_id, state, origin FROM organization WHERE administrator_id = $1",
        administrator,
    )
    return Organization(**row) if row else None


async def lock_organization_of(connection: Connection, administrator: UUID) -> Organization | None:
    row = await connection.fetchrow(
        """
        SELECT id, administrator_id, state, origin
        FROM organization
        WHERE administrator_id = $1
        FOR UPDATE
        """,
        administrator,
    )
    return Organization(**row) if row else None


async def save_activation(connection: Connection, activated: OrganizationActivated) -> None:
    """Add the organization, or wake it when it had lapsed."""
    await connection.execute(
        """
        INSERT INTO organization (id, administrator_id, state, origin, activated_at)
        VALUES ($1, $2, 'ACTIVE', $4, $3)
        ON CONFLICT (id) DO UPDATE
        SET state = 'ACTIVE', origin = excluded.origin, activated_at = excluded.activated_at
        """,
        activated.organization_id,
        activated.administrator_id,
        activated.activated_at,
        activated.origin,
    )


async def is_with_its_founder(connection: Connection, organization_id: UUID) -> bool:
    """Whether it is administered by whom it arose with, as it was said: nothing else keeps it."""
    is_his: bool | None = await connection.fetchval(
        """
        SELECT
            (fact.body::jsonb #>> '{data,administrator_id}')::uuid = organization.administrator_id
        FROM fact
        INNER JOIN organization ON organization.id = fact.subject
        WHERE fact.subject = $1 AND fact.routing_key = $2
        ORDER BY fact.sequence
        LIMIT 1
        """,
        organization_id,
        OrganizationActivated.ROUTING_KEY,
    )
    return is_his is not False


async def save_lapse(connection: Connection, lapsed: OrganizationLapsed) -> None:
    await connection.execute(
        "UPDATE organization SET state = 'LAPSED' WHERE id = $1", lapsed.organization_id
    )


async def save_name(connection: Connection, organization_id: UUID, name: str) -> str | None:
    """Call an organization by a name; tells what it was called before."""
    before: str | None = await connection.fetchval(
        "SELECT name FROM organization WHERE id = $1", organization_id
    )
    await connection.execute(
        "UPDATE organization SET name = $2 WHERE id = $1", organization_id, name
    )
    return before


async def send_invoices_to_administrators(
    connection: Connection, account_id: UUID
) -> tuple[Organization, ...]:
    """Let nobody's invoices go to an account; tells whose did."""
    rows = await connection.fetch(
        """
        UPDATE organization
        SET invoices_to = NULL
        WHERE invoices_to = $1
        RETURNING id, administrator_id, state, origin
        """,
        account_id,
    )
    return tuple(Organization(**row) for row in rows)


async def profile_of(
    connection: Connection, organization_id: UUID, transfer: OpenTransfer | None
) -> OrganizationProfile:
    """An organization as people in it see it (R10)."""
    row = await connection.fetchrow(
        """
        SELECT
            id AS organization_id,
            state,
            origin,
            administrator_id,
            activated_at,
            name,
            coalesce(invoices_to, administrator_id) AS invoices_to_account_id
        FROM organization
        WHERE id = $1
        """,
        organization_id,
    )
    assert row is not None
    return OrganizationProfile(**row, transfer=transfer)


async def organizations_found(
    connection: Connection, search: str | None, *, after: UUID | None, limit: int
) -> tuple[ListedOrganization, ...]:
    """Organizations by id: all, or those that a text finds by themselves or their Administrator."""
    rows = await connection.fetch(
        """
        SELECT
            organization.id AS organization_id, organization.state, organization.origin,
            organization.activated_at, account.customer_number, account.id AS administrator_id,
            account.name AS administrator_name, account.email AS administrator_email,
            organization.name
        FROM organization
        INNER JOIN account ON account.id = organization.administrator_id
        WHERE
            ($1::uuid IS NULL OR organization.id > $1)
            AND (
                $2::text IS NULL
                OR lower($2) IN (organization.id::text, account.id::text)
                OR account.customer_number = upper($2)
                OR position(lower($2) IN lower(organization.name)) > 0
                OR position(lower($2) IN lower(account.name)) > 0
                OR position(lower($2) IN lower(account.email)) > 0
            )
        ORDER BY organization.id
        LIMIT $3
        """,
        after,
        search,
        limit,
    )
    return tuple(ListedOrganization(**row) for row in rows)


async def organizations_without_license(
    connection: Connection, *, after: UUID | None, limit: int
) -> tuple[UUID, ...]:
    """Organizations that live by licenses but have none of their own, by id (T9)."""
    rows = await connection.fetch(
        """
        SELECT organization.id
        FROM organization
        WHERE
            organization.state = 'ACTIVE'
            AND organization.origin = 'LICENSE'
            AND ($1::uuid IS NULL OR organization.id > $1)
            AND NOT EXISTS (
                SELECT 1
                FROM held_license
                WHERE
                    held_license.organization_id = organization.id
                    AND held_license.kind = 'COMMERCIAL'
                    AND NOT held_license.expired
            )
        ORDER BY organization.id
        LIMIT $2
        """,
        after,
        limit,
    )
    return tuple(row["id"] for row in rows)
