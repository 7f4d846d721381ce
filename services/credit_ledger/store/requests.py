"""Requests for access as they are stored: who asked, what for, and what was decided."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.credit_ledger.rules.requests import Request
from shared.postgres.pool import Connection

# The statements of store/records.py; $1 is the wallet, the rest are the record's fields in order.
MAKE = """
INSERT INTO request (wallet, id, person, mode, quota, reason, state, asked_at)
VALUES ($1, $2, $3, $4, $5, $6, 'open', $7)
"""
DECIDE = """
UPDATE request SET
    state = $3, quota_set = $4, decided_by = $5, decided_at = $6, answer = $7
WHERE wallet = $1 AND id = $2
"""
# Pages of the requests of $1 after $2, at most $3 of them, in the state $5 or in any. What was
# asked before $4 and never decided has lapsed: that is a matter of time, and nothing is written. Of
# the open ones $6 wants those that have, else those that have not.
REQUESTS = """
SELECT
    id, person, mode, coalesce(quota_set, quota), reason,
    CASE WHEN state = 'open' AND asked_at <= $4 THEN 'lapsed' ELSE state END,
    asked_at, decided_at, answer
FROM request
WHERE wallet = $1 AND id > $2
ORDER BY id
LIMIT $3
"""
REQUESTS_IN_STATE = """
SELECT
    id, person, mode, coalesce(quota_set, quota), reason,
    CASE WHEN $6::boolean THEN 'lapsed' ELSE state END,
    asked_at, decided_at, answer
FROM request
WHERE
    wallet = $1
    AND state = $5
    AND id > $2
    AND (state <> 'open' OR (asked_at <= $4) = $6::boolean)
ORDER BY id
LIMIT $3
"""


class RequestKept(NamedTuple):
    """A request; once approved, `quota` is the one that was set."""

    id: UUID
    person: UUID
    mode: str
    quota: int | None
    reason: str
    state: str
    asked_at: datetime
    decided_at: datetime | None
    answer: str | None


async def requests_page(
    connection: Connection,
    wallet: int,
    after: UUID,
    limit: int,
    *,
    lapsed_at: datetime,
    state: str | None,
) -> list[RequestKept]:
    """List requests in the order of their ids, which is that of asking."""
    if state is None:
        rows = await connection.fetch(REQUESTS, wallet, after, limit, lapsed_at)
    else:
        lapsed = state == "lapsed"
        written = "open" if lapsed else state
        rows = await connection.fetch(
            REQUESTS_IN_STATE, wallet, after, limit, lapsed_at, written, lapsed
        )
    return [RequestKept(*row) for row in rows]


async def people_who_asked(
    connection: Connection, requests: Sequence[tuple[int, UUID]]
) -> dict[UUID, UUID]:
    """Name who made each request of a wallet; what is not there is absent."""
    rows = await connection.fetch(
        """
        SELECT request.id, person
        FROM unnest($1::bigint [], $2::uuid []) AS asked (wallet, id)
        INNER JOIN request ON request.wallet = asked.wallet AND request.id = asked.id
        """,
        [wallet for wallet, _ in requests],
        [request for _, request in requests],
    )
    return {row["id"]: row["person"] for row in rows}


async def requests_named(
    connection: Connection, wallet: int, ids: Sequence[UUID]
) -> dict[UUID, Request]:
    """Find requests of a wallet."""
    rows = await connection.fetch(
        """
        SELECT id, person, mode, quota, state = 'open' AS is_open, asked_at
        FROM request
        WHERE wallet = $1 AND id = ANY($2::uuid [])
        """,
        wallet,
        ids,
    )
    return {row["id"]: Request(*tuple(row)[1:]) for row in rows}


async def open_requests_of(
    connection: Connection, wallet: int, people: Sequence[UUID]
) -> dict[UUID, tuple[datetime, ...]]:
    """Tell when each open request of people was made; who has none is absent."""
    rows = await connection.fetch(
        """
        SELECT person, array_agg(asked_at) AS asked
        FROM request
        WHERE wallet = $1 AND state = 'open' AND person = ANY($2::uuid [])
        GROUP BY person
        """,
        wallet,
        people,
    )
    return {row["person"]: tuple(row["asked"]) for row in rows}
