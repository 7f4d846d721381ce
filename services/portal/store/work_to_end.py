"""Whose running work is to be ended: kept until it is known to have ended, or never will."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.postgres.pool import Connection


@dataclass(frozen=True)
class WorkToEnd:
    """All that runs of somebody in an organization; `form` has to be done before, if there is one.

    The id is that of the form that asked for it.
    """

    id: UUID
    organization_id: UUID
    person_id: UUID
    asked_by: UUID
    form: UUID | None
    asked_at: datetime


async def add(connection: Connection, wanted: WorkToEnd) -> WorkToEnd:
    """Note it once, however often its form is sent: the one that came first stays."""
    row = await connection.fetchrow(
        """
        INSERT INTO work_to_end (id, organization_id, person_id, asked_by, form, asked_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (id) DO UPDATE SET form = excluded.form
        RETURNING id, organization_id, person_id, asked_by, form, asked_at
        """,
        wanted.id,
        wanted.organization_id,
        wanted.person_id,
        wanted.asked_by,
        wanted.form,
        wanted.asked_at,
    )
    assert row is not None
    return WorkToEnd(**row)


async def drop(connection: Connection, wanted: UUID) -> None:
    """It ended, cannot be ended, or is wanted no more."""
    await connection.execute("DELETE FROM work_to_end WHERE id = $1", wanted)


async def take(
    connection: Connection, *, before: datetime, now: datetime, limit: int
) -> tuple[WorkToEnd, ...]:
    """Take what was asked for before a moment and may be done, and note that it is tried now.

    What was not tried for longest comes first, so that what cannot be done yet lets others by.
    """
    rows = await connection.fetch(
        """
        UPDATE work_to_end
        SET tried_at = $2
        WHERE
            id IN (
                SELECT work.id
                FROM work_to_end AS work
                LEFT JOIN form ON form.id = work.form
                WHERE
                    work.asked_at < $1
                    AND (
                        work.form IS NULL
                        OR (form.verdict IS NOT NULL AND NOT form.verdict ? 'refused')
                    )
                ORDER BY coalesce(work.tried_at, work.asked_at), work.asked_at
                LIMIT $3
            )
        RETURNING id, organization_id, person_id, asked_by, form, asked_at
        """,
        before,
        now,
        limit,
    )
    return tuple(WorkToEnd(**row) for row in rows)


async def clear(connection: Connection, *, before: datetime) -> None:
    """Forget what is old, and what goes with a form that was refused."""
    await connection.execute(
        """
        DELETE FROM work_to_end
        WHERE
            asked_at < $1
            OR EXISTS (
                SELECT 1 FROM form WHERE form.id = work_to_end.form AND form.verdict ? 'refused'
            )
        """,
        before,
    )


async def forget(connection: Connection, account_id: UUID) -> None:
    """Remove what names somebody who is forgotten (A20)."""
    await connection.execute(
        "DELETE FROM work_to_end WHERE person_id = $1 OR asked_by = $1", account_id
    )
