"""Membership's tables: one typed function per statement.

Locks are taken in one order: the account (`lock_account`), then the organization
(`lock_organization`), then whatever the facts take.
"""

from datetime import datetime
from uuid import UUID

from services.membership.rules import (
    Account,
    HeldLicense,
    Membership,
    Organization,
    Standing,
    fold,
    organization_due,
)
from shared.contracts.licensing import LicenseActivated
from shared.contracts.membership import (
    MemberAdded,
    MemberRemoved,
    OrganizationActivated,
    OrganizationLapsed,
    Person,
    RegisterAccount,
)
from shared.messaging.inbox import Act
from shared.postgres.pool import Connection


async def lock_account(connection: Connection, account_id: UUID) -> None:
    """Lock an account, registered or not: its license may be known before it is."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))", str(account_id)
    )


async def lock_organization(connection: Connection, organization_id: UUID) -> Organization | None:
    row = await connection.fetchrow(
        """
        SELECT id, administrator_id, state
        FROM organization
        WHERE id = $1
        FOR UPDATE
        """,
        organization_id,
    )
    return Organization(**row) if row else None


async def find_organization(connection: Connection, organization_id: UUID) -> Organization | None:
    row = await connection.fetchrow(
        "SELECT id, administrator_id, state FROM organization WHERE id = $1", organization_id
    )
    return Organization(**row) if row else None


async def standing_of(connection: Connection, account_id: UUID) -> Standing:
    """Everything that decides over an account, read under its lock."""
    return Standing(
        account_id=account_id,
        account=await find_account(connection, account_id),
        owns=await find_organization_of(connection, account_id),
        joined=await find_membership(connection, account_id),
        licenses=await licenses_of(connection, account_id),
    )


async def activate_if_due(act: Act, account_id: UUID) -> None:
    """Let the account's organization appear or wake, under the account's lock, if it is due."""
    standing = await standing_of(act.connection, account_id)
    activated = organization_due(standing, new_id=act.clock.new_id(), now=act.now)
    if activated is not None:
        await save_activation(act.connection, activated)
        await act.say(activated, subject=activated.organization_id)


async def find_account(connection: Connection, account_id: UUID) -> Account | None:
    row = await connection.fetchrow(
        "SELECT id, email, name, customer_number FROM account WHERE id = $1", account_id
    )
    return Account(**row) if row else None


async def find_account_by_email(connection: Connection, email: str) -> Account | None:
    row = await connection.fetchrow(
        "SELECT id, email, name, customer_number FROM account WHERE email_folded = $1", fold(email)
    )
    return Account(**row) if row else None


async def find_organization_of(connection: Connection, administrator: UUID) -> Organization | None:
    row = await connection.fetchrow(
        "SELECT id, administrator_id, state FROM organization WHERE administrator_id = $1",
        administrator,
    )
    return Organization(**row) if row else None


async def find_membership(connection: Connection, account_id: UUID) -> Membership | None:
    row = await connection.fetchrow(
        """
        SELECT organization_id, account_id, role, added_at
        FROM membership
        WHERE account_id = $1 AND state = 'ACTIVE'
        """,
        account_id,
    )
    return Membership(**row) if row else None


async def licenses_of(connection: Connection, account_id: UUID) -> tuple[HeldLicense, ...]:
    rows = await connection.fetch(
        "SELECT kind, expires_at, expired FROM held_license WHERE account_id = $1", account_id
    )
    return tuple(HeldLicense(**row) for row in rows)


async def add_account(
    connection: Connection, account: RegisterAccount, *, now: datetime
) -> Account | None:
    """Add an account; None when somebody else took its e-mail a moment ago."""
    row = await connection.fetchrow(
        """
        INSERT INTO account (id, email, email_folded, name, registered_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        RETURNING id, email, name, customer_number
        """,
        account.account_id,
        account.email,
        fold(account.email),
        account.name,
        now,
    )
    return Account(**row) if row else None


async def save_license(connection: Connection, license: LicenseActivated) -> None:
    await connection.execute(
        """
        INSERT INTO held_license (id, account_id, kind, expires_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING
        """,
        license.license_id,
        license.account_id,
        license.kind,
        license.expires_at,
    )


async def expire_license(connection: Connection, license_id: UUID) -> None:
    await connection.execute("UPDATE held_license SET expired = TRUE WHERE id = $1", license_id)


async def save_activation(connection: Connection, activated: OrganizationActivated) -> None:
    """Add the organization, or wake it when it had lapsed."""
    await connection.execute(
        """
        INSERT INTO organization (id, administrator_id, state, activated_at)
        VALUES ($1, $2, 'ACTIVE', $3)
        ON CONFLICT (id) DO UPDATE SET state = 'ACTIVE', activated_at = excluded.activated_at
        """,
        activated.organization_id,
        activated.administrator_id,
        activated.activated_at,
    )


async def save_lapse(connection: Connection, lapsed: OrganizationLapsed) -> None:
    await connection.execute(
        "UPDATE organization SET state = 'LAPSED' WHERE id = $1", lapsed.organization_id
    )


async def add_membership(connection: Connection, added: MemberAdded) -> None:
    await connection.execute(
        """
        INSERT INTO membership (organization_id, account_id, role, state, added_at)
        VALUES ($1, $2, $3, 'ACTIVE', $4)
        """,
        added.organization_id,
        added.account_id,
        added.role,
        added.added_at,
    )


async def end_membership(connection: Connection, removed: MemberRemoved) -> None:
    """End the interval; the row stays, for who was in when decides over old orders."""
    await connection.execute(
        """
        UPDATE membership
        SET state = 'REMOVED', removed_at = $3
        WHERE organization_id = $1 AND account_id = $2 AND state = 'ACTIVE'
        """,
        removed.organization_id,
        removed.account_id,
        removed.removed_at,
    )


async def people_of(
    connection: Connection, organization_id: UUID, *, after: UUID | None, limit: int
) -> tuple[Person, ...]:
    """The Administrator and everybody who is in, by account."""
    rows = await connection.fetch(
        """
        SELECT person.account_id, account.email, account.name, person.role, person.added_at
        FROM (
            SELECT administrator_id AS account_id, 'ADMINISTRATOR' AS role, activated_at AS added_at
            FROM organization
            WHERE id = $1
            UNION ALL
            SELECT account_id, role, added_at
            FROM membership
            WHERE organization_id = $1 AND state = 'ACTIVE'
        ) AS person
        INNER JOIN account ON account.id = person.account_id
        WHERE $2::uuid IS NULL OR person.account_id > $2
        ORDER BY person.account_id
        LIMIT $3
        """,
        organization_id,
        after,
        limit,
    )
    return tuple(Person(**row) for row in rows)
