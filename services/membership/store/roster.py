"""The people of an organization as a list to turn the pages of, both ways, by name or by id."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.membership import ListMembers, Person
from shared.postgres.pool import Connection

# All of one organization are looked at, once: names live with accounts alone (A20), so that no
# index has them in the order of one organization. They are compared by bytes, for a language's
# order takes many times as long. $1 organization, $2 search, $3 role, $4 state, $5 among whom,
# $6 whether by name, $7 after whom, $8 before whom, $9 how many.
PLACED = """
WITH place AS (
    SELECT
        CASE WHEN $6 THEN lower(coalesce(name, email, '')) ELSE '' END COLLATE "C" AS called,
        id AS account_id
    FROM account
    WHERE id = coalesce($7::uuid, $8::uuid)
), person AS MATERIALIZED (
    SELECT
        listed.account_id, account.email, account.name, listed.role, listed.added_at,
        account.registered_at IS NULL AS invited, listed.removing,
        CASE WHEN $6 THEN lower(coalesce(account.name, account.email)) ELSE '' END COLLATE "C"
            AS called
    FROM (
        SELECT administrator_id AS account_id, 'ADMINISTRATOR' AS role,
            activated_at AS added_at, FALSE AS removing
        FROM organization
        WHERE id = $1
        UNION ALL
        SELECT account_id, role, added_at, FALSE
        FROM membership
        WHERE organization_id = $1 AND state = 'ACTIVE'
        UNION ALL
        SELECT leaving.account_id, leaving.role, leaving.added_at, TRUE
        FROM (
            SELECT DISTINCT ON (account_id) account_id, role, added_at
            FROM membership
            WHERE organization_id = $1 AND state = 'REMOVING'
            ORDER BY account_id, added_at DESC
        ) AS leaving
        WHERE
            NOT EXISTS (
                SELECT FROM membership AS again
                WHERE
                    again.organization_id = $1 AND again.account_id = leaving.account_id
                    AND again.state = 'ACTIVE'
            )
            AND NOT EXISTS (
                SELECT FROM organization
                WHERE id = $1 AND administrator_id = leaving.account_id
            )
    ) AS listed
    INNER JOIN account ON account.id = listed.account_id AND account.forgotten_at IS NULL
    WHERE
        (
            $2::text IS NULL
            OR position(lower($2) IN lower(account.email)) > 0
            OR position(lower($2) IN lower(account.name)) > 0
        )
        AND ($3::text IS NULL OR listed.role = $3)
        AND ($5::uuid [] IS NULL OR listed.account_id = ANY($5))
        AND (
            $4::text IS NULL
            OR $4 = CASE
                WHEN listed.removing THEN 'removing'
                WHEN account.registered_at IS NULL THEN 'invited' ELSE 'active'
            END
        )
), counted AS (
    SELECT
        count(*) AS total,
        count(*) FILTER (
            WHERE (person.called, person.account_id) < (place.called, place.account_id)
        ) AS above,
        count(*) FILTER (WHERE person.account_id = place.account_id) AS itself
    FROM person
    LEFT JOIN place ON TRUE
), turned AS (
    SELECT
        total,
        CASE
            WHEN $7::uuid IS NOT NULL THEN above + itself
            WHEN $8::uuid IS NOT NULL THEN greatest(0, above - $9::bigint) ELSE 0
        END AS skipped,
        CASE WHEN $8::uuid IS NULL THEN $9::bigint ELSE least(above, $9::bigint) END AS taken
    FROM counted
)
SELECT
    person.account_id, person.email, person.name, person.role, person.added_at, person.invited,
    person.removing, turned.skipped, turned.total
FROM person
CROSS JOIN turned
ORDER BY person.called, person.account_id
LIMIT (SELECT taken FROM turned) OFFSET (SELECT skipped FROM turned)
"""


@dataclass(frozen=True)
class Page:
    """People in their order, the number of the first of them, and how many match in all."""

    people: tuple[Person, ...]
    first: int
    total: int

    @property
    def last(self) -> int:
        return self.first + len(self.people) - 1


async def page_of(connection: Connection, organization_id: UUID, asked: ListMembers) -> Page:
    """The page that was asked for; one behind the end, or of nobody, is empty."""
    rows = await connection.fetch(
        PLACED,
        organization_id,
        asked.search,
        asked.role,
        asked.state,
        asked.accounts,
        asked.by_name,
        asked.after,
        asked.before,
        asked.limit,
    )
    people = tuple(Person(**{name: row[name] for name in Person.model_fields}) for row in rows)
    return Page(people, rows[0]["skipped"] + 1, rows[0]["total"]) if rows else Page((), 0, 0)
