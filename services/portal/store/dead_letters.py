"""Messages that died: taken over from the queue, decided on, sent again or thrown away."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.postgres.pool import Connection

WAITING = "WAITING"


@dataclass(frozen=True)
class NewLetter:
    """What came out of the queue of the dead."""

    id: UUID
    digest: bytes
    message_id: str
    type: str
    reason: str
    origin: str
    body: bytes


@dataclass(frozen=True)
class Letter:
    """One that was taken over; its body goes when it is decided on for good."""

    id: UUID
    message_id: str
    type: str
    reason: str
    origin: str
    body: bytes | None
    taken_at: datetime
    state: str
    decided_by: UUID | None
    decided_at: datetime | None
    decision: str | None


async def add(connection: Connection, letter: NewLetter, now: datetime) -> None:
    """Keep a message; one that waits here already is not kept twice.

    One that is being sent again died again meanwhile, for all we know: it waits anew.
    """
    await connection.execute(
        """
        INSERT INTO dead_letter (
            id, digest, message_id, type, reason, origin, body, taken_at, state
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'WAITING')
        ON CONFLICT (digest) WHERE body IS NOT NULL DO UPDATE
        SET
            state = 'WAITING', reason = excluded.reason, busy_until = NULL,
            decided_by = NULL, decided_at = NULL, decision = NULL
        WHERE dead_letter.state = 'REDRIVING'
        """,
        letter.id,
        letter.digest,
        letter.message_id,
        letter.type,
        letter.reason,
        letter.origin,
        letter.body,
        now,
    )


async def forget(connection: Connection, account_id: UUID) -> None:
    """Drop messages that would tell the address of somebody who is forgotten (A20).

    The rest names him by his id alone, as every service does.
    """
    await connection.execute(
        """
        DELETE FROM dead_letter
        WHERE
            position(convert_to($1::uuid::text, 'UTF8') IN body) > 0
            AND position('"email"'::bytea IN body) > 0
        """,
        account_id,
    )


async def find(connection: Connection, letter: UUID) -> Letter | None:
    row = await connection.fetchrow(
        """
        SELECT
            id, message_id, type, reason, origin, body, taken_at, state,
            decided_by, decided_at, decision
        FROM dead_letter
        WHERE id = $1
        """,
        letter,
    )
    return None if row is None else Letter(**row)


async def waiting(
    connection: Connection, *, after: UUID | None, limit: int, kind: str = ""
) -> tuple[Letter, ...]:
    """Those that wait for a decision or are being sent again, oldest first."""
    rows = await connection.fetch(
        """
        SELECT
            id, message_id, type, reason, origin, body, taken_at, state,
            decided_by, decided_at, decision
        FROM dead_letter
        WHERE
            state IN ('WAITING', 'REDRIVING')
            AND ($1::uuid IS NULL OR id > $1)
            AND ($3 = '' OR type = $3)
        ORDER BY id
        LIMIT $2
        """,
        after,
        limit,
        kind,
    )
    return tuple(Letter(**row) for row in rows)


async def count(connection: Connection) -> dict[str, int]:
    """How many wait, by type."""
    rows = await connection.fetch(
        """
        SELECT type, count(*) AS letters
        FROM dead_letter
        WHERE state IN ('WAITING', 'REDRIVING')
        GROUP BY type
        ORDER BY letters DESC, type
        """
    )
    return {row["type"]: row["letters"] for row in rows}


async def redrive(
    connection: Connection, letters: list[UUID], *, by: UUID, why: str, now: datetime
) -> int:
    """Have letters sent again; answers how many were still to be decided on."""
    done = await connection.execute(
        """
        UPDATE dead_letter
        SET state = 'REDRIVING', decided_by = $2, decided_at = $3, decision = $4
        WHERE id = ANY($1::uuid []) AND state = 'WAITING'
        """,
        letters,
        by,
        now,
        why,
    )
    return int(done.rpartition(" ")[2])


async def discard(
    connection: Connection, letters: list[UUID], *, by: UUID, why: str, now: datetime
) -> int:
    """Throw letters away; answers how many were still to be decided on."""
    done = await connection.execute(
        """
        UPDATE dead_letter
        SET state = 'DISCARDED', body = NULL, decided_by = $2, decided_at = $3, decision = $4
        WHERE id = ANY($1::uuid []) AND state = 'WAITING'
        """,
        letters,
        by,
        now,
        why,
    )
    return int(done.rpartition(" ")[2])


async def next_to_send(
    connection: Connection, *, now: datetime, busy_until: datetime
) -> Letter | None:
    """Claim the next letter that is to be sent again, past those that others have claimed."""
    row = await connection.fetchrow(
        """
        UPDATE dead_letter SET busy_until = $2
        WHERE id = (
            SELECT id
            FROM dead_letter
            WHERE state = 'REDRIVING' AND (busy_until IS NULL OR busy_until < $1)
            ORDER BY id
            LIMIT 1
            FOR UPDATE SKIP LOCKED
        )
        RETURNING
            id, message_id, type, reason, origin, body, taken_at, state,
            decided_by, decided_at, decision
        """,
        now,
        busy_until,
    )
    return None if row is None else Letter(**row)


async def sent(connection: Connection, letter: UUID, *, busy_until: datetime) -> None:
    """The broker has it again; it is not ours any more, unless it came back since the claim."""
    await connection.execute(
        """
        UPDATE dead_letter SET state = 'REDRIVEN', body = NULL
        WHERE id = $1 AND state = 'REDRIVING' AND busy_until = $2
        """,
        letter,
        busy_until,
    )


async def give_up(connection: Connection, letter: UUID, why: str) -> None:
    """Let a letter wait again that could not be sent: an operator has to decide otherwise."""
    await connection.execute(
        """
        UPDATE dead_letter
        SET
            state = 'WAITING', reason = $2, busy_until = NULL,
            decided_by = NULL, decided_at = NULL, decision = NULL
        WHERE id = $1
        """,
        letter,
        why,
    )


async def decided(connection: Connection, limit: int) -> tuple[Letter, ...]:
    """The last that were decided on."""
    rows = await connection.fetch(
        """
        SELECT
            id, message_id, type, reason, origin, body, taken_at, state,
            decided_by, decided_at, decision
        FROM dead_letter
        WHERE decided_at IS NOT NULL
        ORDER BY decided_at DESC
        LIMIT $1
        """,
        limit,
    )
    return tuple(Letter(**row) for row in rows)
