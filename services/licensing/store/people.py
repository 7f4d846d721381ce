"""Accounts, organizations and who is in them: our copy of what membership said."""

from datetime import datetime
from uuid import UUID

from services.licensing.rules import Organization, Person, personal_kinds
from services.licensing.store.licenses import licenses_of
from shared.contracts.membership import MemberAdded, MemberRemoved, OrganizationActivated
from shared.postgres.pool import Connection


async def lock_account(connection: Connection, account_id: UUID) -> None:
    """Lock an account, which need not be known here yet (T20)."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))", str(account_id)
    )


async def find_organization(connection: Connection, organization_id: UUID) -> Organization | None:
    row = await connection.fetchrow(
        "SELECT id, administrator_id FROM organization WHERE id = $1", organization_id
    )
    return Organization(**row) if row else None


async def find_organization_of(connection: Connection, administrator: UUID) -> Organization | None:
    row = await connection.fetchrow(
        "SELECT id, administrator_id FROM organization WHERE administrator_id = $1", administrator
    )
    return Organization(**row) if row else None


async def add_organization(connection: Connection, activated: OrganizationActivated) -> bool:
    """Add an organization; False when it is here, for it only woke up."""
    added = await connection.fetchval(
        """
        INSERT INTO organization (id, administrator_id)
        VALUES ($1, $2)
        ON CONFLICT DO NOTHING
        RETURNING id
        """,
        activated.organization_id,
        activated.administrator_id,
    )
    return added is not None


async def add_member(connection: Connection, added: MemberAdded) -> None:
    await connection.execute(
        """
        INSERT INTO member (organization_id, account_id)
        VALUES ($1, $2)
        ON CONFLICT DO NOTHING
        """,
        added.organization_id,
        added.account_id,
    )


async def remove_member(connection: Connection, removed: MemberRemoved) -> None:
    await connection.execute(
        "DELETE FROM member WHERE organization_id = $1 AND account_id = $2",
        removed.organization_id,
        removed.account_id,
    )


async def is_in(connection: Connection, organization: Organization, account_id: UUID) -> bool:
    """Whether an account is a Member, a Guest or the Administrator (R25)."""
    if account_id == organization.administrator_id:
        return True
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT 1 FROM member WHERE organization_id = $1 AND account_id = $2)",
        organization.id,
        account_id,
    )
    return found


async def person_of(
    connection: Connection,
    organization: Organization,
    account_id: UUID,
    product: str,
    *,
    now: datetime,
) -> Person:
    """A person as the organization's Administrator may act on him, read under his lock."""
    owns = await licenses_of(connection, account_id)
    administers = await find_organization_of(connection, account_id)
    return Person(
        account_id=account_id,
        is_in=await is_in(connection, organization, account_id),
        personal_kinds=personal_kinds(owns, administers, product=product, now=now),
    )
