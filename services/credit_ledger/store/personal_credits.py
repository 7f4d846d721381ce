"""What copies are told of personal credits: who has some to spend, and what was said of it (R39).

Of a wallet's many facts only these kinds are copied. A wallet that became a pool is nobody's own
any more (A11): of it no head is told.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from shared.contracts.copies import (
    FACTS_MAX,
    FactsFetched,
    FetchPersonalCredits,
    Gap,
    HeadsFetched,
)
from shared.contracts.credit_notices import PersonalCreditsActive, PersonalCreditsExhausted
from shared.contracts.snapshots import KnownPersonalCredits, PersonalCredits
from shared.messaging.telling import Subject, as_many_as_fit, page_of_heads
from shared.postgres.pool import Connection

TOLD: Final = frozenset({PersonalCreditsActive.ROUTING_KEY, PersonalCreditsExhausted.ROUTING_KEY})
# The kinds stand here as in the index that finds them.
FACTS_AFTER = """
SELECT fact.body
FROM unnest($1::uuid [], $2::bigint [], $3::bigint []) AS gap (subject, after, before)
INNER JOIN fact
    ON
        fact.subject = gap.subject
        AND fact.sequence > gap.after
        AND (gap.before IS NULL OR fact.sequence < gap.before)
WHERE fact.routing_key IN (
    'credit_ledger.personal_credits.activated', 'credit_ledger.personal_credits.exhausted'
)
ORDER BY fact.subject, fact.sequence
LIMIT $4
"""
HEADS_AFTER = """
SELECT wallet.uid AS subject, said.sequence
FROM wallet
CROSS JOIN LATERAL (
    SELECT fact.sequence
    FROM fact
    WHERE fact.subject = wallet.uid AND fact.routing_key IN (
        'credit_ledger.personal_credits.activated', 'credit_ledger.personal_credits.exhausted'
    )
    ORDER BY fact.sequence DESC
    LIMIT 1
) AS said
WHERE wallet.kind = 'ACCOUNT' AND ($1::uuid IS NULL OR wallet.uid > $1)
ORDER BY wallet.uid
LIMIT $2
"""


async def facts_after(connection: Connection, gaps: Sequence[Gap]) -> FactsFetched:
    """What was said of personal credits within each gap, as much of it as one answer holds."""
    rows = await connection.fetch(
        FACTS_AFTER,
        [gap.subject for gap in gaps],
        [gap.after for gap in gaps],
        [gap.before for gap in gaps],
        FACTS_MAX,
    )
    return as_many_as_fit(row["body"] for row in rows)


async def heads_after(connection: Connection, after: UUID | None, limit: int) -> HeadsFetched:
    """One page of when the credits of each own wallet were last spoken of."""
    rows = await connection.fetch(HEADS_AFTER, after, limit + 1)
    return page_of_heads((Subject(**row) for row in rows), limit)


async def page(connection: Connection, wanted: FetchPersonalCredits) -> PersonalCredits:
    """One page of own wallets; each is one row with its sequence, so none has to hold still."""
    rows = await connection.fetch(
        """
        SELECT
            uid AS subject, fact_sequence AS sequence, owner AS account_id,
            free > 0 OR held > 0 AS active
        FROM wallet
        WHERE kind = 'ACCOUNT' AND fact_sequence > 0 AND ($1::uuid IS NULL OR uid > $1)
        ORDER BY uid
        LIMIT $2
        """,
        wanted.after,
        wanted.limit + 1,
    )
    shown = tuple(KnownPersonalCredits(**row) for row in rows[: wanted.limit])
    return PersonalCredits(
        subjects=shown, after=shown[-1].subject if len(rows) > wanted.limit else None
    )
