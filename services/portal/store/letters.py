"""Letters that wait, leave, and are gone: one for each cause, part and person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.postgres.pool import Connection

# SENT: a server took it; DROPPED: nobody is there to read it; FAILED: no server takes it;
# UNCERTAIN: the server was lost while it took it, and twice would be worse than perhaps.
Ending = Literal["SENT", "DROPPED", "FAILED", "UNCERTAIN"]


@dataclass(frozen=True)
class NewLetter:
    """A letter to a person, or else to whoever administers an organization.

    `cause` is the fact that it tells of, `part` tells apart what one fact says of several.
    """

    cause: UUID
    kind: str
    facts: dict[str, str]
    account_id: UUID | None = None
    organization_id: UUID | None = None
    part: int = 0


@dataclass(frozen=True)
class Letter:
    """A letter whose turn it is."""

    id: UUID
    cause: UUID
    kind: str
    facts: dict[str, str]
    account_id: UUID | None
    organization_id: UUID | None
    attempts: int
    created_at: datetime


async def add_letters(
    connection: Connection, letters: Sequence[tuple[UUID, NewLetter]], now: datetime
) -> None:
    """Write letters under these ids; one that the cause brought about before stays alone."""
    await connection.executemany(
        """
        INSERT INTO letter (
            id, cause, part, kind, account_id, organization_id, facts, state, created_at,
            next_attempt_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'WAITING', $8, $8)
        ON CONFLICT DO NOTHING
        """,
        [
            (id, new.cause, new.part, new.kind, new.account_id, new.organization_id, new.facts, now)
            for id, new in letters
        ],
    )


async def claim_letter(
    connection: Connection, *, now: datetime, next_attempt_at: datetime
) -> Letter | None:
    """Take the letter that is due the longest, and say when it is if its bearer dies."""
    row = await connection.fetchrow(
        """
        UPDATE letter SET attempts = attempts + 1, next_attempt_at = $2
        WHERE id = (
            SELECT id
            FROM letter
            WHERE state = 'WAITING' AND next_attempt_at <= $1
            ORDER BY next_attempt_at
            LIMIT 1
            FOR UPDATE SKIP LOCKED
        )
        RETURNING id, cause, kind, facts, account_id, organization_id, attempts, created_at
        """,
        now,
        next_attempt_at,
    )
    return Letter(**row) if row else None


async def let_leave(connection: Connection, letter_id: UUID) -> bool:
    """Mark a letter before its text is handed over; False when it shall not go any more."""
    done = await connection.fetchval(
        "UPDATE letter SET state = 'LEAVING' WHERE id = $1 AND state = 'WAITING' RETURNING id",
        letter_id,
    )
    return done is not None


async def wait_again(
    connection: Connection, letter_id: UUID, *, next_attempt_at: datetime, trouble: str
) -> None:
    """Let a letter wait that no server took."""
    await connection.execute(
        """
        UPDATE letter SET state = 'WAITING', next_attempt_at = $2, trouble = $3
        WHERE id = $1 AND settled_at IS NULL
        """,
        letter_id,
        next_attempt_at,
        trouble,
    )


async def settle_letter(
    connection: Connection, letter_id: UUID, ending: Ending, *, now: datetime, trouble: str | None
) -> None:
    await connection.execute(
        """
        UPDATE letter
        SET state = $2, settled_at = $3, trouble = $4, next_attempt_at = NULL
        WHERE id = $1 AND settled_at IS NULL
        """,
        letter_id,
        ending,
        now,
        trouble,
    )


async def settle_those_who_were_leaving(connection: Connection, now: datetime) -> int:
    """Letters whose bearer died while a server took them: it may have them, so none goes twice."""
    rows = await connection.fetch(
        """
        UPDATE letter
        SET
            state = 'UNCERTAIN', settled_at = $1, next_attempt_at = NULL,
            trouble = 'the portal ended while the server took it'
        WHERE state = 'LEAVING' AND next_attempt_at <= $1
        RETURNING id
        """,
        now,
    )
    return len(rows)


async def give_up_before(connection: Connection, moment: datetime, *, now: datetime) -> None:
    """Give up what has waited since then for a mail server that nobody set."""
    await connection.execute(
        """
        UPDATE letter
        SET
            state = 'FAILED', settled_at = $2, next_attempt_at = NULL,
            trouble = 'there is no mail server'
        WHERE state = 'WAITING' AND created_at < $1
        """,
        moment,
        now,
    )


async def forget_letters_of(connection: Connection, account_id: UUID) -> None:
    """A forgotten person gets no letters, and none tells what he wrote (A20).

    One whose text goes to a server right now is left to its bearer.
    """
    await connection.execute(
        """
        DELETE FROM letter
        WHERE state <> 'LEAVING' AND (account_id = $1 OR facts ->> 'person_id' = $2)
        """,
        account_id,
        str(account_id),
    )


async def forget_letters(connection: Connection, moment: datetime, *, limit: int) -> int:
    """Forget what was settled long ago, some at a time; tells how much it was."""
    rows = await connection.fetch(
        """
        DELETE FROM letter WHERE id IN (SELECT id FROM letter WHERE settled_at < $1 LIMIT $2)
        RETURNING id
        """,
        moment,
        limit,
    )
    return len(rows)
