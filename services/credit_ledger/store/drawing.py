"""Who may draw on a wallet: page by page, both ways, all or those that a question is about."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.credit_queries import ListCreditAccess
from shared.postgres.pool import Connection

# $1 wallet, $2 behind or before whom, $3 how many, $4 among whom, $5 in which mode, $6 when it is.
# A mode is one of Members and Guests alone: an Administrator has none, who left has none any more.
# A count that is over does not bind (A7).
FORTH = """
SELECT person, role, mode, quota, captured, held, period, renews_at
FROM access
WHERE
    wallet = $1 AND ($2::uuid IS NULL OR person > $2)
    AND ($4::uuid [] IS NULL OR person = ANY($4))
    AND (
        $5::text IS NULL OR role IN ('MEMBER', 'GUEST') AND (
            mode = $5 OR $5 = 'stuck' AND (
                mode = 'disabled'
                OR quota <= captured + held AND (renews_at IS NULL OR renews_at > $6)
            )
        )
    )
ORDER BY person
LIMIT $3
"""
BACK = """
SELECT person, role, mode, quota, captured, held, period, renews_at
FROM access
WHERE
    wallet = $1 AND person < $2
    AND ($4::uuid [] IS NULL OR person = ANY($4))
    AND (
        $5::text IS NULL OR role IN ('MEMBER', 'GUEST') AND (
            mode = $5 OR $5 = 'stuck' AND (
                mode = 'disabled'
                OR quota <= captured + held AND (renews_at IS NULL OR renews_at > $6)
            )
        )
    )
ORDER BY person DESC
LIMIT $3
"""


@dataclass(frozen=True)
class AccessShown:
    """A person's access in microcredits."""

    person: UUID
    role: str
    mode: str
    quota: int | None
    captured: int
    held: int
    period: str | None
    renews_at: datetime | None


async def access_page(
    connection: Connection, wallet: int, asked: ListCreditAccess, limit: int, *, now: datetime
) -> list[AccessShown]:
    """List a page of people by id, from the place asked for on; on the way back the nearest first.

    Planned for what is asked: a plan for everything would follow no index.
    """
    statement = FORTH if asked.before is None else BACK
    place = asked.after if asked.before is None else asked.before
    rows = await connection.fetch(statement, wallet, place, limit, asked.accounts, asked.mode, now)
    return [AccessShown(*row) for row in rows]
