"""What people want to be told of once, until it comes true, runs out or is taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.postgres.pool import Connection

Kind = Literal["pool_has", "seat_free", "access_opens"]
Ending = Literal["TOLD", "CANCELLED", "LAPSED"]


@dataclass(frozen=True)
class Awaited:
    """One thing that somebody waits for: an amount, a seat of a product, or a person's credits."""

    id: UUID
    account_id: UUID
    organization_id: UUID
    kind: Kind
    amount: int | None
    product: str | None
    person_id: UUID | None
    asked_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    ending: Ending | None = None


async def add(connection: Connection, one: Awaited) -> None:
    """Write down what somebody waits for; what he waits for already he waits for once."""
    await connection.execute(
        """
        INSERT INTO awaited (
            id, account_id, organization_id, kind, amount, product, person_id, asked_at, expires_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT DO NOTHING
        """,
        one.id,
        one.account_id,
        one.organization_id,
        one.kind,
        one.amount,
        one.product,
        one.person_id,
        one.asked_at,
        one.expires_at,
    )


async def of_account(
    connection: Connection, account_id: UUID, *, ended_after: datetime
) -> list[Awaited]:
    """What somebody waits for, and what ended lately; the newest first."""
    rows = await connection.fetch(
        """
        SELECT
            id, account_id, organization_id, kind, amount, product, person_id, asked_at,
            expires_at, ended_at, ending
        FROM awaited
        WHERE account_id = $1 AND (ended_at IS NULL OR ended_at > $2)
        ORDER BY asked_at DESC
        """,
        account_id,
        ended_after,
    )
    return [Awaited(**row) for row in rows]


async def count_open(connection: Connection, account_id: UUID) -> int:
    counted = await connection.fetchval(
        "SELECT count(*) FROM awaited WHERE account_id = $1 AND ended_at IS NULL", account_id
    )
    return int(counted)


async def whom(connection: Connection) -> frozenset[UUID]:
    """The organizations and people that somebody waits for."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT unnest(array_remove(ARRAY[organization_id, person_id], NULL)) AS id
        FROM awaited
        WHERE ended_at IS NULL
        """
    )
    return frozenset(row["id"] for row in rows)


async def mark_due(connection: Connection, ids: list[UUID]) -> None:
    """Have looked at again what is about these organizations or people."""
    await connection.execute(
        """
        UPDATE awaited SET due = TRUE
        WHERE
            ended_at IS NULL AND NOT due
            AND (organization_id = ANY($1::uuid []) OR person_id = ANY($1::uuid []))
        """,
        ids,
    )


async def claim(connection: Connection, limit: int) -> list[Awaited]:
    """Take what is due: a fact that comes while it is looked at makes it due again."""
    rows = await connection.fetch(
        """
        UPDATE awaited SET due = FALSE
        WHERE id IN (
            SELECT id FROM awaited
            WHERE ended_at IS NULL AND due
            ORDER BY asked_at
            LIMIT $1
            FOR UPDATE SKIP LOCKED
        )
        RETURNING
            id, account_id, organization_id, kind, amount, product, person_id, asked_at,
            expires_at, ended_at, ending
        """,
        limit,
    )
    return [Awaited(**row) for row in rows]


async def look_again(connection: Connection, awaited_id: UUID) -> None:
    """Leave due what could not be looked at."""
    await connection.execute("UPDATE awaited SET due = TRUE WHERE id = $1", awaited_id)


async def end(connection: Connection, awaited_id: UUID, ending: Ending, now: datetime) -> bool:
    """End it once; tells whether it was this time."""
    told = await connection.execute(
        "UPDATE awaited SET ending = $2, ended_at = $3 WHERE id = $1 AND ended_at IS NULL",
        awaited_id,
        ending,
        now,
    )
    return str(told) == "UPDATE 1"


async def cancel(connection: Connection, awaited_id: UUID, account_id: UUID, now: datetime) -> None:
    """End what somebody himself waits for; what another waits for does not exist for him."""
    await connection.execute(
        """
        UPDATE awaited SET ending = 'CANCELLED', ended_at = $3
        WHERE id = $1 AND account_id = $2 AND ended_at IS NULL
        """,
        awaited_id,
        account_id,
        now,
    )


async def lapse(connection: Connection, now: datetime) -> None:
    """End what was asked too long ago."""
    await connection.execute(
        """
        UPDATE awaited SET ending = 'LAPSED', ended_at = $1
        WHERE ended_at IS NULL AND expires_at <= $1
        """,
        now,
    )


async def forget(connection: Connection, account_id: UUID) -> None:
    """Remove what somebody waits for who is forgotten, and what others await of him (A20)."""
    await connection.execute(
        "DELETE FROM awaited WHERE account_id = $1 OR person_id = $1", account_id
    )


async def clear(connection: Connection, *, before: datetime) -> None:
    """Remove what ended long ago."""
    await connection.execute("DELETE FROM awaited WHERE ended_at < $1", before)
