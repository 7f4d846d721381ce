"""What forms sent: written down before it is asked, with the verdict once it came."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.contracts.message import Verdict
from shared.postgres.pool import Connection


@dataclass(frozen=True)
class Sent:
    """One submitted form: its command, where it came from, and what became of it."""

    id: UUID
    account_id: UUID
    content: bytes
    command: dict[str, Any]
    verdict: dict[str, Any] | None
    title: str
    back: str
    done: str
    sent_at: datetime
    answered_at: datetime | None

    @property
    def outcome(self) -> Verdict | None:
        """The verdict, if it is known."""
        if self.verdict is None:
            return None
        return Verdict.model_validate(self.verdict, strict=False)


async def write_down(connection: Connection, sent: Sent) -> Sent:
    """Write a form down once; the one that came first under its id stays."""
    await connection.execute(
        """
        INSERT INTO form (id, account_id, content, command, title, back, done, sent_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (id) DO NOTHING
        """,
        sent.id,
        sent.account_id,
        sent.content,
        sent.command,
        sent.title,
        sent.back,
        sent.done,
        sent.sent_at,
    )
    return await with_id(connection, sent.id) or sent


async def with_id(connection: Connection, form: UUID) -> Sent | None:
    """Find a form, whoever sent it."""
    row = await connection.fetchrow(
        """
        SELECT
            id, account_id, content, command, verdict, title, back, done, sent_at, answered_at
        FROM form
        WHERE id = $1
        """,
        form,
    )
    return None if row is None else Sent(**row)


async def find(connection: Connection, form: UUID, account_id: UUID) -> Sent | None:
    """Find a form among those that somebody sent himself."""
    row = await connection.fetchrow(
        """
        SELECT
            id, account_id, content, command, verdict, title, back, done, sent_at, answered_at
        FROM form
        WHERE id = $1 AND account_id = $2
        """,
        form,
        account_id,
    )
    return None if row is None else Sent(**row)


async def unanswered(connection: Connection, *, after: datetime, limit: int) -> tuple[Sent, ...]:
    """What was sent lately and nothing was heard of, oldest first."""
    rows = await connection.fetch(
        """
        SELECT
            id, account_id, content, command, verdict, title, back, done, sent_at, answered_at
        FROM form
        WHERE verdict IS NULL AND sent_at > $1
        ORDER BY sent_at
        LIMIT $2
        """,
        after,
        limit,
    )
    return tuple(Sent(**row) for row in rows)


async def answer(connection: Connection, verdict: Verdict, now: datetime) -> None:
    """Note what became of a form; a refusal that nobody remembers may become a success."""
    await connection.execute(
        """
        UPDATE form
        SET verdict = $2, answered_at = $3
        WHERE id = $1 AND (verdict IS NULL OR verdict ? 'refused')
        """,
        verdict.id,
        verdict.model_dump(mode="json", exclude_none=True),
        now,
    )


async def forget(connection: Connection, account_id: UUID) -> None:
    """Remove what somebody sent who is forgotten, and what others sent about him (A20).

    Whoever was named by his address alone is known by the verdict.
    """
    await connection.execute(
        """
        DELETE FROM form
        WHERE
            account_id = $1
            OR strpos(concat(command, verdict, back, done), $1::uuid::text) > 0
        """,
        account_id,
    )


async def clear(connection: Connection, *, before: datetime) -> None:
    """Remove what is old: a form may name people."""
    await connection.execute("DELETE FROM form WHERE sent_at < $1", before)
