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
# Pages of the requests of $1 after $2, at most $3 of them, in the state $4 or in any.
REQUESTS = """
SELECT
    id, person, mode, coalesce(quota_set, quota), reason, state, asked_at, decided_at, answer
FROM request
WHERE wallet = $1 AND id > $2
ORDER BY id
LIMIT $3
"""
REQUESTS_IN_STATE = """
SELECT
    id, person, mode, coalesce(quota_set, quota), reason, state, asked_at, decided_at, answer
FROM request
WHERE wallet = $1 AND state = $4 AND id > $2
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
    connection: Connection, wallet: int, after: UUID, limit: int, *, state: str | None
) -> list[RequestKept]:
    """List requests in the order of their ids, which is that of asking."""
    if state is None:
        rows = await connection.fetch(REQUESTS, wallet, after, limit)
    else:
        rows = await connection.fetch(REQUESTS_IN_STATE, wallet, after, limit, state)
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
        SELECT id, person, mode, quota, state = 'open' AS is_open
        FROM request
        WHERE wallet = $1 AND id = ANY($2::uuid [])
        """,
        wallet,
        ids,
    )
    return {row["id"]: Request(*tuple(row)[1:]) for row in rows}


async def open_requests_of(
    connection: Connection, wallet: int, people: Sequence[UUID]
) -> dict[UUID, int]:
    """Count the open requests of people; who has none is absent."""
    rows = await connection.fetch(
        """
        SELECT person, count(*) AS open
        FROM request
        WHERE wallet = $1 AND state = 'open' AND person = ANY($2::uuid [])
        GROUP BY person
        """,
        wallet,
        people,
    )
    return {row["person"]: row["open"] for row in rows}
