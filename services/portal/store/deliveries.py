"""Facts on their way to organizations' own systems, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.postgres.pool import Connection

DeliveryState = Literal["WAITING", "DELIVERED", "FAILED"]


@dataclass(frozen=True)
class NewDelivery:
    """A fact that is to go to an address."""

    id: UUID
    webhook_id: UUID
    fact_id: UUID
    kind: str
    body: str


@dataclass(frozen=True)
class Due:
    """A delivery whose attempt is due; `attempts` were made before, the first since `begun_at`."""

    id: UUID
    fact_id: UUID
    body: str
    attempts: int
    begun_at: datetime


@dataclass(frozen=True)
class Delivery:
    """A delivery as its organization sees it; `status` and `trouble` are of the last attempt."""

    id: UUID
    webhook_id: UUID
    fact_id: UUID
    kind: str
    state: DeliveryState
    created_at: datetime
    next_attempt_at: datetime | None
    attempts: int
    attempted_at: datetime | None
    status: int | None
    trouble: str | None


async def is_new_fact(connection: Connection, fact_id: UUID, now: datetime) -> bool:
    """Remember that a fact was heard; False when it was before."""
    added = await connection.fetchval(
        """
        INSERT INTO heard_fact (id, heard_at) VALUES ($1, $2)
        ON CONFLICT DO NOTHING
        RETURNING id
        """,
        fact_id,
        now,
    )
    return added is not None


async def add_deliveries(
    connection: Connection, deliveries: Sequence[NewDelivery], now: datetime
) -> None:
    await connection.executemany(
        """
        INSERT INTO delivery (
            id, webhook_id, fact_id, kind, body, state, created_at, begun_at, next_attempt_at
        )
        VALUES ($1, $2, $3, $4, $5, 'WAITING', $6, $6, $6)
        """,
        [(one.id, one.webhook_id, one.fact_id, one.kind, one.body, now) for one in deliveries],
    )


async def next_due(connection: Connection, webhook_id: UUID, now: datetime) -> Due | None:
    """The delivery to an address that is due the longest; locked until it is noted as tried."""
    row = await connection.fetchrow(
        """
        SELECT id, fact_id, body, attempts, begun_at
        FROM delivery
        WHERE webhook_id = $1 AND state = 'WAITING' AND next_attempt_at <= $2
        ORDER BY next_attempt_at, id
        LIMIT 1
        FOR UPDATE SKIP LOCKED
        """,
        webhook_id,
        now,
    )
    return Due(**row) if row else None


async def begin_attempt(
    connection: Connection, delivery_id: UUID, *, now: datetime, next_attempt_at: datetime
) -> None:
    """Count an attempt before it is made: whoever dies in it leaves what is to be done next."""
    await connection.execute(
        """
        UPDATE delivery
        SET attempts = attempts + 1, attempted_at = $2, next_attempt_at = $3
        WHERE id = $1
        """,
        delivery_id,
        now,
        next_attempt_at,
    )


async def settle_attempt(
    connection: Connection,
    delivery_id: UUID,
    state: DeliveryState,
    *,
    next_attempt_at: datetime | None,
    status: int | None,
    trouble: str | None,
) -> bool:
    """Write down how an attempt ended; False when the delivery was settled or removed meanwhile."""
    done = await connection.fetchval(
        """
        UPDATE delivery
        SET state = $2, next_attempt_at = $3, status = $4, trouble = $5
        WHERE id = $1 AND state = 'WAITING'
        RETURNING id
        """,
        delivery_id,
        state,
        next_attempt_at,
        status,
        trouble,
    )
    return done is not None


async def stop_deliveries(connection: Connection, webhook_id: UUID, trouble: str) -> None:
    """Give up what waits for an address that is disabled; it can be sent again by hand."""
    await connection.execute(
        """
        UPDATE delivery
        SET state = 'FAILED', next_attempt_at = NULL, trouble = coalesce(trouble, $2)
        WHERE webhook_id = $1 AND state = 'WAITING'
        """,
        webhook_id,
        trouble,
    )


async def send_again(
    connection: Connection, webhook_id: UUID, delivery_id: UUID, now: datetime
) -> bool:
    """Let a delivery begin anew, whatever became of it; False when there is none such."""
    done = await connection.fetchval(
        """
        UPDATE delivery
        SET state = 'WAITING', next_attempt_at = $3, begun_at = $3, attempts = 0
        WHERE webhook_id = $1 AND id = $2
        RETURNING id
        """,
        webhook_id,
        delivery_id,
        now,
    )
    return done is not None


async def send_failed_again(connection: Connection, webhook_id: UUID, now: datetime) -> int:
    """Let everything begin anew that did not get through to an address; tells how much."""
    count: int = await connection.fetchval(
        """
        WITH again AS (
            UPDATE delivery
            SET state = 'WAITING', next_attempt_at = $2, begun_at = $2, attempts = 0
            WHERE webhook_id = $1 AND state = 'FAILED'
            RETURNING id
        )
        SELECT count(*) FROM again
        """,
        webhook_id,
        now,
    )
    return count


async def deliveries_to(
    connection: Connection, webhook_id: UUID, *, before: UUID | None, limit: int
) -> tuple[Delivery, ...]:
    """What went to an address, newest first."""
    rows = await connection.fetch(
        """
        SELECT
            id, webhook_id, fact_id, kind, state, created_at, next_attempt_at, attempts,
            attempted_at, status, trouble
        FROM delivery
        WHERE webhook_id = $1 AND ($2::uuid IS NULL OR id < $2)
        ORDER BY id DESC
        LIMIT $3
        """,
        webhook_id,
        before,
        limit,
    )
    return tuple(Delivery(**row) for row in rows)


async def forget_words_of(connection: Connection, account_id: UUID) -> None:
    """Forget what was sent of a person in words, which may be his own (A20)."""
    await connection.execute(
        """
        DELETE FROM delivery
        WHERE state <> 'WAITING'
            AND strpos(body, '"reason"') > 0
            AND strpos(body, $1) > 0
        """,
        str(account_id),
    )


async def forget_before(connection: Connection, moment: datetime, *, limit: int) -> int:
    """Forget what was heard and settled long ago, some at a time; tells how much it was."""
    count: int = await connection.fetchval(
        """
        WITH heard AS (
            DELETE FROM heard_fact WHERE id IN (
                SELECT id FROM heard_fact WHERE heard_at < $1 LIMIT $2
            )
            RETURNING id
        ),
        settled AS (
            DELETE FROM delivery WHERE id IN (
                SELECT id FROM delivery WHERE state <> 'WAITING' AND created_at < $1 LIMIT $2
            )
            RETURNING id
        )
        SELECT (SELECT count(*) FROM heard) + (SELECT count(*) FROM settled)
        """,
        moment,
        limit,
    )
    return count
