"""What operators have to decide, and what they did that no service keeps a trail of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.postgres.pool import Connection

ADJUSTMENT = "adjustment"


@dataclass(frozen=True)
class WorkItem:
    """One thing to decide; `details` are what the fact about it said.

    `asked_as` is the one command that was asked for it, as long as that may have been done.
    """

    id: UUID
    kind: str
    owner: UUID
    account_id: UUID | None
    told_at: datetime
    details: dict[str, Any]
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    outcome: str | None = None
    asked_as: UUID | None = None


@dataclass(frozen=True)
class OperatorAct:
    """Something that an operator did."""

    id: UUID
    done_by: UUID
    done_at: datetime
    act: str
    about: str
    reason: str


async def add(connection: Connection, item: WorkItem) -> None:
    """Note something to decide, once."""
    await connection.execute(
        """
        INSERT INTO work_item (id, kind, owner, account_id, told_at, details)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (id) DO NOTHING
        """,
        item.id,
        item.kind,
        item.owner,
        item.account_id,
        item.told_at,
        item.details,
    )


async def find(connection: Connection, item: UUID) -> WorkItem | None:
    row = await connection.fetchrow(
        """
        SELECT
            id, kind, owner, account_id, told_at, details, decided_by, decided_at, outcome, asked_as
        FROM work_item
        WHERE id = $1
        """,
        item,
    )
    return None if row is None else WorkItem(**row)


async def undecided(connection: Connection, limit: int) -> tuple[WorkItem, ...]:
    """What is to be decided, oldest first."""
    rows = await connection.fetch(
        """
        SELECT id, kind, owner, account_id, told_at, details, decided_by, decided_at, outcome
        FROM work_item
        WHERE decided_at IS NULL
        ORDER BY told_at, id
        LIMIT $1
        """,
        limit,
    )
    return tuple(WorkItem(**row) for row in rows)


async def ask(connection: Connection, item: UUID, form: UUID) -> UUID | None:
    """Under which id an item is asked for: the first one, whoever asks; none once it is decided."""
    asked_as: UUID | None = await connection.fetchval(
        """
        UPDATE work_item SET asked_as = coalesce(asked_as, $2)
        WHERE id = $1 AND decided_at IS NULL
        RETURNING asked_as
        """,
        item,
        form,
    )
    return asked_as


async def done(
    connection: Connection, form: UUID, *, by: UUID, now: datetime, outcome: str
) -> None:
    """Write down what came of the item that was asked for under this id, if there is one."""
    await connection.execute(
        """
        UPDATE work_item SET decided_by = $2, decided_at = $3, outcome = $4
        WHERE asked_as = $1 AND decided_at IS NULL
        """,
        form,
        by,
        now,
        outcome,
    )


async def not_done(connection: Connection, form: UUID) -> None:
    """What was asked for under this id was refused for good: another may be asked."""
    await connection.execute(
        "UPDATE work_item SET asked_as = NULL WHERE asked_as = $1 AND decided_at IS NULL", form
    )


async def leave(
    connection: Connection, item: WorkItem, *, by: UUID, now: datetime, outcome: str
) -> bool:
    """Write down why nothing is done; says whether the item was still as it is known here."""
    left = await connection.execute(
        """
        UPDATE work_item SET decided_by = $2, decided_at = $3, outcome = $4
        WHERE id = $1 AND decided_at IS NULL AND asked_as IS NOT DISTINCT FROM $5
        """,
        item.id,
        by,
        now,
        outcome,
        item.asked_as,
    )
    return str(left) == "UPDATE 1"


async def note_act(connection: Connection, act: OperatorAct, *, untold: bytes) -> None:
    """Write an act down once, with what is to be told of it."""
    await connection.execute(
        """
        INSERT INTO operator_act (id, done_by, done_at, act, about, reason, untold)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (id) DO NOTHING
        """,
        act.id,
        act.done_by,
        act.done_at,
        act.act,
        act.about,
        act.reason,
        untold,
    )


async def next_untold(connection: Connection) -> tuple[UUID, bytes] | None:
    """The first act of which something is still to be told."""
    row = await connection.fetchrow(
        "SELECT id, untold FROM operator_act WHERE untold IS NOT NULL ORDER BY id LIMIT 1"
    )
    return None if row is None else (row["id"], row["untold"])


async def told(connection: Connection, act: UUID) -> None:
    """The broker has it; nothing about people stays here."""
    await connection.execute("UPDATE operator_act SET untold = NULL WHERE id = $1", act)


async def acts_about(connection: Connection, about: str, limit: int) -> tuple[OperatorAct, ...]:
    """What was done about something, the newest first; `about` is how the act names it."""
    rows = await connection.fetch(
        """
        SELECT id, done_by, done_at, act, about, reason
        FROM operator_act
        WHERE starts_with(about, $1)
        ORDER BY id DESC
        LIMIT $2
        """,
        about,
        limit,
    )
    return tuple(OperatorAct(**row) for row in rows)
