"""Sessions: begun, seen, listed, ended."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.postgres.pool import Connection


@dataclass(frozen=True)
class Session:
    """One browser in which somebody is signed in."""

    token_hash: bytes
    account_id: UUID
    door: str
    browser: str
    form_key: bytes
    begun_at: datetime
    seen_at: datetime
    ends_at: datetime


async def begin(connection: Connection, session: Session) -> None:
    await connection.execute(
        """
        INSERT INTO session (
            token_hash, account_id, door, browser, form_key, begun_at, seen_at, ends_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        session.token_hash,
        session.account_id,
        session.door,
        session.browser,
        session.form_key,
        session.begun_at,
        session.seen_at,
        session.ends_at,
    )


async def find(
    connection: Connection, token_hash: bytes, *, now: datetime, seen_after: datetime
) -> Session | None:
    """Find a session that has neither run out nor lain idle."""
    row = await connection.fetchrow(
        """
        SELECT
            token_hash, account_id, door, browser, form_key, begun_at, seen_at, ends_at
        FROM session
        WHERE token_hash = $1 AND ends_at > $2 AND seen_at > $3
        """,
        token_hash,
        now,
        seen_after,
    )
    return None if row is None else Session(**row)


async def see(connection: Connection, token_hash: bytes, now: datetime) -> None:
    await connection.execute(
        "UPDATE session SET seen_at = greatest(seen_at, $2) WHERE token_hash = $1", token_hash, now
    )


async def list_of(
    connection: Connection, account_id: UUID, *, now: datetime, seen_after: datetime
) -> tuple[Session, ...]:
    rows = await connection.fetch(
        """
        SELECT
            token_hash, account_id, door, browser, form_key, begun_at, seen_at, ends_at
        FROM session
        WHERE account_id = $1 AND ends_at > $2 AND seen_at > $3
        ORDER BY seen_at DESC
        LIMIT 50
        """,
        account_id,
        now,
        seen_after,
    )
    return tuple(Session(**row) for row in rows)


async def end(connection: Connection, token_hash: bytes) -> None:
    await connection.execute("DELETE FROM session WHERE token_hash = $1", token_hash)


async def end_others(connection: Connection, account_id: UUID, *, but: bytes) -> None:
    """End every other session of somebody."""
    await connection.execute(
        "DELETE FROM session WHERE account_id = $1 AND token_hash <> $2", account_id, but
    )


async def end_of(connection: Connection, account_id: UUID) -> None:
    """End every session of somebody who is forgotten."""
    await connection.execute("DELETE FROM session WHERE account_id = $1", account_id)


async def clear(connection: Connection, *, now: datetime, seen_before: datetime) -> None:
    """Remove what ended by itself."""
    await connection.execute(
        "DELETE FROM session WHERE ends_at <= $1 OR seen_at <= $2", now, seen_before
    )
