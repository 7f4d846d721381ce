"""Tables that were uploaded: written down before they are checked, claimed, carried out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from shared.postgres.pool import Connection

State = Literal["CHECKING", "CHECKED", "APPLYING", "DONE", "FAILED"]
BUSY = frozenset({"CHECKING", "APPLYING"})


@dataclass(frozen=True)
class Upload:
    """One table; `results` are those of the check until it is applied, then what became of it."""

    id: UUID
    organization_id: UUID
    account_id: UUID
    digest: str
    name: str
    content: bytes
    state: State
    total: int
    done: int
    results: list[dict[str, Any]] | None
    receipt: dict[str, Any] | None
    trouble: str | None
    uploaded_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    stop_asked_at: datetime | None = None
    is_file: bool = True

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY


async def add(connection: Connection, upload: Upload) -> Upload:
    """Write a table down once; the same one again is the one that came first.

    One that could not be looked at is looked at anew then.
    """
    await connection.execute(
        """
        INSERT INTO upload (
            id, organization_id, account_id, digest, name, content, state, total, uploaded_at,
            is_file
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (organization_id, account_id, digest) DO UPDATE SET
            state = CASE WHEN upload.begun_at IS NULL THEN 'CHECKING' ELSE 'APPLYING' END,
            trouble = NULL, ended_at = NULL
        WHERE upload.state = 'FAILED'
        """,
        upload.id,
        upload.organization_id,
        upload.account_id,
        upload.digest,
        upload.name,
        upload.content,
        upload.state,
        upload.total,
        upload.uploaded_at,
        upload.is_file,
    )
    row = await connection.fetchrow(
        """
        SELECT
            id, organization_id, account_id, digest, name, content, state, total, done, results,
            receipt, trouble, uploaded_at, begun_at, ended_at, stop_asked_at,
            is_file
        FROM upload
        WHERE organization_id = $1 AND account_id = $2 AND digest = $3
        """,
        upload.organization_id,
        upload.account_id,
        upload.digest,
    )
    return upload if row is None else Upload(**row)


async def find(connection: Connection, upload_id: UUID, organization_id: UUID) -> Upload | None:
    """Find a table of an organization; that of another does not exist for it."""
    row = await connection.fetchrow(
        """
        SELECT
            id, organization_id, account_id, digest, name, content, state, total, done, results,
            receipt, trouble, uploaded_at, begun_at, ended_at, stop_asked_at,
            is_file
        FROM upload
        WHERE id = $1 AND organization_id = $2
        """,
        upload_id,
        organization_id,
    )
    return None if row is None else Upload(**row)


async def progress_of(
    connection: Connection, upload_id: UUID, organization_id: UUID
) -> Upload | None:
    """How far a table is, without what is in it, which may be large."""
    row = await connection.fetchrow(
        """
        SELECT
            id, organization_id, account_id, digest, name, ''::bytea AS content, state, total, done,
            NULL::jsonb AS results, NULL::jsonb AS receipt, trouble, uploaded_at, begun_at,
            ended_at, stop_asked_at, is_file
        FROM upload
        WHERE id = $1 AND organization_id = $2
        """,
        upload_id,
        organization_id,
    )
    return None if row is None else Upload(**row)


async def uploads_of(connection: Connection, organization_id: UUID, limit: int) -> list[Upload]:
    """The latest tables of an organization, without what is in them."""
    rows = await connection.fetch(
        """
        SELECT
            id, organization_id, account_id, digest, name, ''::bytea AS content, state, total, done,
            NULL::jsonb AS results, NULL::jsonb AS receipt, trouble, uploaded_at, begun_at,
            ended_at, stop_asked_at, is_file
        FROM upload
        WHERE organization_id = $1
        ORDER BY uploaded_at DESC
        LIMIT $2
        """,
        organization_id,
        limit,
    )
    return [Upload(**row) for row in rows]


async def is_busy(connection: Connection, upload_id: UUID) -> bool:
    """Whether a table is being checked or applied; what is in it may be large, and stays there."""
    state = await connection.fetchval("SELECT state FROM upload WHERE id = $1", upload_id)
    return state in BUSY


async def begin_applying(
    connection: Connection, upload_id: UUID, receipt: dict[str, Any], now: datetime
) -> bool:
    """Let a table that was checked be applied, or one that was stopped go on, by its own receipt.

    Pressed again it begins nothing new.
    """
    told = await connection.execute(
        """
        UPDATE upload SET
            state = 'APPLYING', receipt = coalesce(receipt, $2), begun_at = coalesce(begun_at, $3),
            done = 0, ended_at = NULL, stop_asked_at = NULL
        WHERE
            id = $1
            AND (state = 'CHECKED' OR (state = 'DONE' AND stop_asked_at IS NOT NULL))
        """,
        upload_id,
        receipt,
        now,
    )
    return str(told) == "UPDATE 1"


async def ask_to_stop(connection: Connection, upload_id: UUID, now: datetime) -> None:
    """Have no further row carried out of a table that is being applied."""
    await connection.execute(
        "UPDATE upload SET stop_asked_at = $2 WHERE id = $1 AND state = 'APPLYING'", upload_id, now
    )


async def claim(connection: Connection, now: datetime, busy_until: datetime) -> Upload | None:
    """Take the oldest table that waits, for a while; whoever took it and died is overtaken."""
    row = await connection.fetchrow(
        """
        UPDATE upload SET busy_until = $2
        WHERE id = (
            SELECT id FROM upload
            WHERE state IN ('CHECKING', 'APPLYING') AND (busy_until IS NULL OR busy_until < $1)
            ORDER BY uploaded_at
            FOR UPDATE SKIP LOCKED
            LIMIT 1
        )
        RETURNING
            id, organization_id, account_id, digest, name, content, state, total, done, results,
            receipt, trouble, uploaded_at, begun_at, ended_at, stop_asked_at,
            is_file
        """,
        now,
        busy_until,
    )
    return None if row is None else Upload(**row)


async def note_progress(
    connection: Connection, upload_id: UUID, done: int, busy_until: datetime
) -> bool:
    """Write down how far a table is; tells whether somebody wants it to stop."""
    stop_asked_at = await connection.fetchval(
        """
        UPDATE upload SET done = least($2, total), busy_until = $3
        WHERE id = $1
        RETURNING stop_asked_at
        """,
        upload_id,
        done,
        busy_until,
    )
    return stop_asked_at is not None


async def finish(
    connection: Connection,
    upload_id: UUID,
    state: State,
    results: list[dict[str, Any]] | None,
    now: datetime,
    *,
    people: Sequence[UUID] = (),
    trouble: str | None = None,
    is_stopped: bool = False,
) -> None:
    """Write down what was found or done; `people` are those whom the table is about.

    `is_stopped` when rows were left because somebody wanted so: with them it may go on.
    """
    await connection.execute(
        """
        UPDATE upload SET
            state = $2::text, results = coalesce($3::jsonb, results), trouble = $5::text,
            busy_until = NULL, people = people || $6::uuid [],
            done = CASE WHEN $3::jsonb IS NULL THEN done ELSE total END,
            ended_at = CASE WHEN $2::text IN ('DONE', 'FAILED') THEN $4::timestamptz END,
            stop_asked_at = CASE WHEN $7::boolean THEN stop_asked_at END
        WHERE id = $1
        """,
        upload_id,
        state,
        results,
        now,
        trouble,
        list(people),
        is_stopped,
    )


async def drop_tables_about(connection: Connection, account_id: UUID) -> None:
    """Remove every table that names somebody who is forgotten (A20)."""
    await connection.execute("DELETE FROM upload WHERE $1 = ANY(people)", account_id)


async def clear(connection: Connection, *, before: datetime) -> None:
    """Remove what is old: a table names people."""
    await connection.execute(
        "DELETE FROM upload WHERE uploaded_at < $1 AND state NOT IN ('CHECKING', 'APPLYING')",
        before,
    )
