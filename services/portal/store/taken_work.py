"""Who is on which thing of the work list."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.postgres.pool import Connection


@dataclass(frozen=True)
class Taken:
    """One thing, who is on it, and since when; nobody once it was released."""

    subject: UUID
    taken_by: UUID | None
    changed_at: datetime


async def hand_over(
    connection: Connection, subject: UUID, *, holder: UUID | None, to: UUID | None, now: datetime
) -> bool:
    """Give it to somebody, or to nobody; says whether `holder` had it until now.

    Of two who press at once only the first finds it as his page showed it.
    """
    done = await connection.execute(
        """
        INSERT INTO taken_work AS known (subject, taken_by, changed_at)
        VALUES ($1, $3, $4)
        ON CONFLICT (subject) DO UPDATE
        SET taken_by = excluded.taken_by, changed_at = excluded.changed_at
        WHERE known.taken_by IS NOT DISTINCT FROM $2
        """,
        subject,
        holder,
        to,
        now,
    )
    return str(done) == "INSERT 0 1"


async def lately(connection: Connection, after: datetime) -> tuple[Taken, ...]:
    """What was taken, or released, since a moment."""
    rows = await connection.fetch(
        """
        SELECT subject, taken_by, changed_at
        FROM taken_work
        WHERE changed_at > $1
        ORDER BY subject
        """,
        after,
    )
    return tuple(Taken(**row) for row in rows)


async def clear(connection: Connection, *, before: datetime) -> None:
    """Forget what somebody took long ago: whoever has not decided it by now is not on it."""
    await connection.execute("DELETE FROM taken_work WHERE changed_at < $1", before)
