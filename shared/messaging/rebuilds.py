"""How far the rebuild of a copy came: a row that moves with each subject."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.postgres.pool import Connection

NOTHING_FOLLOWS = UUID(int=2**128 - 1)


@dataclass(frozen=True)
class Progress:
    """How far a rebuild came, and which it is: asked anew, it is another."""

    asked_at: datetime
    after: UUID | None
    rebuilt: int
    is_done: bool


async def begin(connection: Connection, source: str, now: datetime) -> None:
    """Begin a rebuild, or begin it anew."""
    await connection.execute(
        """
        INSERT INTO rebuild (source, asked_at) VALUES ($1, $2)
        ON CONFLICT (source)
        DO UPDATE SET asked_at = excluded.asked_at, after = NULL, rebuilt = 0, is_done = FALSE
        """,
        source,
        now,
    )


async def progress_of(connection: Connection, source: str) -> Progress | None:
    row = await connection.fetchrow(
        "SELECT asked_at, after, rebuilt, is_done FROM rebuild WHERE source = $1", source
    )
    return Progress(**row) if row else None


async def advance(connection: Connection, source: str, progress: Progress, subject: UUID) -> bool:
    """Note that a subject is rebuilt; False when the rebuild began anew meanwhile."""
    advanced = await connection.fetchval(
        """
        UPDATE rebuild SET after = $3, rebuilt = rebuilt + 1
        WHERE source = $1 AND asked_at = $2
        RETURNING source
        """,
        source,
        progress.asked_at,
        subject,
    )
    return advanced is not None


async def come_through(connection: Connection, source: str, progress: Progress) -> bool:
    """Note that every subject is rebuilt; False when the rebuild began anew meanwhile."""
    through = await connection.fetchval(
        "UPDATE rebuild SET after = $3 WHERE source = $1 AND asked_at = $2 RETURNING source",
        source,
        progress.asked_at,
        NOTHING_FOLLOWS,
    )
    return through is not None


async def is_partial(connection: Connection, source: str) -> bool:
    """Whether some subjects are yet to be rebuilt: what the copy lacks need not be so.

    Once it was so, the rebuild comes through no sooner than this transaction has ended.
    """
    found = await connection.fetchval(
        """
        SELECT source
        FROM rebuild
        WHERE source = $1 AND NOT is_done AND after IS DISTINCT FROM $2
        FOR SHARE
        """,
        source,
        NOTHING_FOLLOWS,
    )
    return found is not None


async def end(connection: Connection, source: str, progress: Progress) -> None:
    await connection.execute(
        "UPDATE rebuild SET is_done = TRUE WHERE source = $1 AND asked_at = $2",
        source,
        progress.asked_at,
    )
