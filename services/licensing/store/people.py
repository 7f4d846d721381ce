"""Accounts, organizations and who was what in them: our copy of what membership said."""

from datetime import datetime
from uuid import UUID

from services.licensing.rules import organizations as rules
from services.licensing.rules.organizations import Organization, personal_kinds
from services.licensing.rules.seats import Person
from services.licensing.rules.standing import RoleHeld, Standing
from services.licensing.store.licenses import licenses_of
from shared.contracts.message import Refused
from shared.contracts.organizations import OrganizationActivated
from shared.contracts.people import Role
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


async def administered(
    connection: Connection, owner: UUID | None, asked_by: UUID | None
) -> Organization | Refused:
    """The organization that somebody names, for its Administrator alone (R2, R4)."""
    if owner is None:
        return rules.administer(None, asked_by)
    found = await find_organization(connection, owner)
    is_own = found is None and owner == asked_by and await _is_no_organization(connection, owner)
    return rules.administer(found, asked_by, is_own_account=is_own)


async def add_organization(connection: Connection, activated: OrganizationActivated) -> bool:
    """Add an organization; False when it is here, for it only woke up."""
    added = await connection.fetchval(
        """
        INSERT INTO organization (id, administrator_id, founder_id, state)
        VALUES ($1, $2, $2, 'ACTIVE')
        ON CONFLICT DO NOTHING
        RETURNING id
        """,
        activated.organization_id,
        activated.administrator_id,
    )
    return added is not None


async def set_state(connection: Connection, organization_id: UUID, state: str) -> None:
    """Keep whether an organization lapsed (T9)."""
    await connection.execute(
        "UPDATE organization SET state = $2 WHERE id = $1", organization_id, state
    )


async def set_administrator(
    connection: Connection, organization_id: UUID, administrator_id: UUID
) -> None:
    await connection.execute(
        "UPDATE organization SET administrator_id = $2 WHERE id = $1",
        organization_id,
        administrator_id,
    )


async def begin_role(
    connection: Connection,
    organization_id: UUID,
    account_id: UUID,
    *,
    role: Role,
    at: datetime,
) -> None:
    """Let somebody be something in an organization from now on; nothing if he is it already."""
    await connection.execute(
        """
        INSERT INTO role_held (organization_id, account_id, role, began_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING
        """,
        organization_id,
        account_id,
        role,
        at,
    )


async def end_role(
    connection: Connection, organization_id: UUID, account_id: UUID, *, at: datetime
) -> None:
    """End what somebody is in an organization; who was what when decides over old orders."""
    await connection.execute(
        """
        UPDATE role_held SET ended_at = greatest(began_at, $3)
        WHERE organization_id = $1 AND account_id = $2 AND ended_at IS NULL
        """,
        organization_id,
        account_id,
        at,
    )


async def register(connection: Connection, account_id: UUID) -> None:
    """Remember that an account is registered (T32)."""
    await connection.execute(
        "INSERT INTO registered_account (account_id) VALUES ($1) ON CONFLICT DO NOTHING",
        account_id,
    )


async def unregister(connection: Connection, account_id: UUID) -> None:
    """Let an account be nobody's any more: it may use nothing (A20)."""
    await connection.execute("DELETE FROM registered_account WHERE account_id = $1", account_id)


async def is_registered(connection: Connection, account_id: UUID) -> bool:
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT 1 FROM registered_account WHERE account_id = $1)", account_id
    )
    return found


async def roles_of(connection: Connection, account_id: UUID) -> tuple[RoleHeld, ...]:
    """All that an account is and was."""
    rows = await connection.fetch(
        """
        SELECT organization_id, role, began_at, ended_at
        FROM role_held
        WHERE account_id = $1
        ORDER BY began_at
        """,
        account_id,
    )
    return tuple(RoleHeld(**row) for row in rows)


async def standing_of(connection: Connection, account_id: UUID) -> Standing:
    """Who somebody is and was, read under his lock."""
    founded: UUID | None = await connection.fetchval(
        "SELECT id FROM organization WHERE founder_id = $1 AND administrator_id = $1", account_id
    )
    return Standing(account_id, await roles_of(connection, account_id), founded)


async def is_in(connection: Connection, organization_id: UUID, account_id: UUID) -> bool:
    """Whether an account is a Member, a Guest or the Administrator (R25)."""
    found: bool = await connection.fetchval(
        """
        SELECT EXISTS (
            SELECT 1 FROM role_held
            WHERE organization_id = $1 AND account_id = $2 AND ended_at IS NULL
        )
        """,
        organization_id,
        account_id,
    )
    return found


async def administers(connection: Connection, administrator: UUID, account_id: UUID) -> bool:
    """Whether somebody is the Administrator of an organization in which an account is."""
    found: bool = await connection.fetchval(
        """
        SELECT EXISTS (
            SELECT 1 FROM organization
            INNER JOIN role_held ON role_held.organization_id = organization.id
            WHERE organization.administrator_id = $1
                AND role_held.account_id = $2
                AND role_held.ended_at IS NULL
        )
        """,
        administrator,
        account_id,
    )
    return found


async def is_out(
    connection: Connection, organization_id: UUID, account_id: UUID, *, removed_at: datetime
) -> bool:
    """Whether we know that somebody left then, whatever he became again since (T1, T30)."""
    still_in: bool = await connection.fetchval(
        """
        SELECT EXISTS (
            SELECT 1 FROM role_held
            WHERE organization_id = $1 AND account_id = $2
                AND began_at < $3 AND (ended_at IS NULL OR ended_at > $3)
        )
        """,
        organization_id,
        account_id,
        removed_at,
    )
    return not still_in


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
    return Person(
        account_id=account_id,
        is_in=await is_in(connection, organization.id, account_id),
        personal_kinds=personal_kinds(owns, organization, product=product, now=now),
    )


async def _is_no_organization(connection: Connection, account_id: UUID) -> bool:
    """Whether an account is registered and administers nothing (R4)."""
    found: bool = await connection.fetchval(
        """
        SELECT
            EXISTS (SELECT 1 FROM registered_account WHERE account_id = $1)
            AND NOT EXISTS (SELECT 1 FROM organization WHERE administrator_id = $1)
        """,
        account_id,
    )
    return found
