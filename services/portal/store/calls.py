"""Idempotency keys of the API: each stands for one command of one token."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.postgres.pool import Connection

FORGET_ROWS_MAX = 1_000


@dataclass(frozen=True)
class Call:
    """What a key stands for: the command's id, and the hash of what was asked."""

    command: UUID
    content: bytes


async def remember_call(
    connection: Connection, token_id: UUID, key: str, call: Call, now: datetime
) -> Call:
    """Remember what a key stands for, unless it does for something; answers what it stands for."""
    written = await connection.execute(
        """
        INSERT INTO api_call (token_id, key, command, content, called_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (token_id, key) DO NOTHING
        """,
        token_id,
        key,
        call.command,
        call.content,
        now,
    )
    if written == "INSERT 0 1":
        return call
    row = await connection.fetchrow(
        "SELECT command, content FROM api_call WHERE token_id = $1 AND key = $2", token_id, key
    )
    assert row is not None, "a key that is there stays for weeks"
    return Call(**row)


async def forget_calls(connection: Connection, called_before: datetime) -> int:
    """Forget the oldest keys, a thousand at a time; answers how many."""
    gone = await connection.execute(
        """
        DELETE FROM api_call
        WHERE (token_id, key) IN (
            SELECT token_id, key
            FROM api_call
            WHERE called_at < $1
            ORDER BY called_at
            LIMIT $2
        )
        """,
        called_before,
        FORGET_ROWS_MAX,
    )
    return int(gone.removeprefix("DELETE "))
