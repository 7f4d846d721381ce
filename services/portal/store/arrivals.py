"""What stores told us by webhook, so that what comes again is the same event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.postgres.pool import Connection


@dataclass(frozen=True)
class Arrival:
    """What a store told us once: a hash of it, and under which id the services hear of it.

    `left_aside` says why they do not, if they do not.
    """

    content: bytes
    event_id: UUID
    received_at: datetime
    confirmed_at: datetime | None = None
    left_aside: str | None = None


@dataclass(frozen=True)
class Payment:
    """What was ordered under a payment: `paid` in the currency's smallest unit."""

    account_id: UUID
    paid: int
    lines: list[dict[str, Any]]


async def remember_arrival(
    connection: Connection, store: str, webhook_id: str, arrival: Arrival
) -> Arrival:
    """Remember what came under a store's id; tells what came under it first."""
    row = await connection.fetchrow(
        """
        INSERT INTO store_webhook (store, webhook_id, content, event_id, received_at, left_aside)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (store, webhook_id) DO UPDATE SET store = excluded.store
        RETURNING content, event_id, received_at, confirmed_at, left_aside
        """,
        store,
        webhook_id,
        arrival.content,
        arrival.event_id,
        arrival.received_at,
        arrival.left_aside,
    )
    assert row is not None
    return Arrival(**row)


async def confirm_arrival(
    connection: Connection, store: str, webhook_id: str, now: datetime
) -> None:
    """Note that the broker has it."""
    await connection.execute(
        """
        UPDATE store_webhook SET confirmed_at = $3
        WHERE store = $1 AND webhook_id = $2 AND confirmed_at IS NULL
        """,
        store,
        webhook_id,
        now,
    )


async def remember_payment(
    connection: Connection, store: str, payment: str, about: Payment, now: datetime
) -> None:
    """Remember what was paid for, for a refund that names the payment alone."""
    await connection.execute(
        """
        INSERT INTO store_payment (store, payment, account_id, paid, lines, paid_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT DO NOTHING
        """,
        store,
        payment,
        about.account_id,
        about.paid,
        about.lines,
        now,
    )


async def find_payment(connection: Connection, store: str, payment: str) -> Payment | None:
    row = await connection.fetchrow(
        "SELECT account_id, paid, lines FROM store_payment WHERE store = $1 AND payment = $2",
        store,
        payment,
    )
    return Payment(**row) if row else None


async def forget_arrivals(connection: Connection, moment: datetime, *, limit: int) -> int:
    """Forget what came long ago: by then nobody sends it again, and orders keep their own ids."""
    rows: Sequence[object] = await connection.fetch(
        """
        DELETE FROM store_webhook WHERE (store, webhook_id) IN (
            SELECT store, webhook_id FROM store_webhook WHERE received_at < $1 LIMIT $2
        )
        RETURNING webhook_id
        """,
        moment,
        limit,
    )
    return len(rows)
