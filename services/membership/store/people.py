"""Who is or was in an organization."""

from datetime import datetime
from uuid import UUID

from services.membership.rules.standing import Membership
from shared.contracts.membership import ListMembers, MemberAdded, Person
from shared.postgres.pool import Connection


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


async def left_at(connection: Connection, account_id: UUID) -> datetime | None:
    """When the account was last in an organization, if it ever was."""
    last: datetime | None = await connection.fetchval(
        "SELECT max(removed_at) FROM membership WHERE account_id = $1", account_id
    )
    return last


async def people_of(
    connection: Connection, organization_id: UUID, asked: ListMembers, *, limit: int
) -> tuple[Person, ...]:
    """The Administrator and everybody who is in or on his way out, each once, by account."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT ON (person.account_id)
            person.account_id, account.email, account.name, person.role, person.added_at,
            account.registered_at IS NULL AS invited, person.removing
        FROM (
            SELECT administrator_id AS account_id, 'ADMINISTRATOR' AS role,
                activated_at AS added_at, FALSE AS removing
            FROM organization
            WHERE id = $1
            UNION ALL
            SELECT account_id, role, added_at, state = 'REMOVING'
            FROM membership
            WHERE organization_id = $1 AND state <> 'REMOVED'
        ) AS person
        INNER JOIN account ON account.id = person.account_id AND account.forgotten_at IS NULL
        WHERE
            ($2::uuid IS NULL OR person.account_id > $2)
            AND (
                $4::text IS NULL
                OR position(lower($4) IN lower(account.email)) > 0
                OR position(lower($4) IN lower(account.name)) > 0
            )
            AND ($5::text IS NULL OR person.role = $5)
            AND ($6::uuid [] IS NULL OR person.account_id = ANY($6))
            AND (
                $7::text IS NULL
                OR $7 = CASE
                    WHEN person.removing THEN 'removing'
                    WHEN account.registered_at IS NULL THEN 'invited' ELSE 'active'
                END
            )
        ORDER BY person.account_id, person.removing, person.added_at DESC
        LIMIT $3
        """,
        organization_id,
        asked.after,
        limit,
        asked.search,
        asked.role,
        asked.accounts,
        asked.state,
    )
    return tuple(Person(**row) for row in rows)
