"""What time makes due: leases, lots and commands that waited long enough.

Wallets are handed out by their uuids: what names a wallet may mean another by now (T16).
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.credit_ledger.rules.terms import Terms
from services.credit_ledger.store.loading import Parked
from shared.postgres.pool import Connection

DUE_MAX = 500
USUAL_NOTICE = timedelta(days=Terms().notice_days)


class DueHold(NamedTuple):
    """A hold whose lease ran out, and its wallet."""

    wallet: UUID
    hold: UUID


async def due_holds(connection: Connection, now: datetime) -> list[DueHold]:
    """Find open holds past their lease."""
    rows = await connection.fetch(
        """
        SELECT wallet.uid, hold.id
        FROM hold
        INNER JOIN wallet ON wallet.id = hold.wallet
        WHERE hold.state = 1 AND hold.lease_until <= $1
        ORDER BY hold.lease_until
        LIMIT $2
        """,
        now,
        DUE_MAX,
    )
    return [DueHold(*row) for row in rows]


async def due_wallets(connection: Connection, now: datetime) -> list[UUID]:
    """Find wallets with a lot past its time."""
    rows = await connection.fetch(
        "SELECT uid FROM wallet WHERE next_expiry <= $1 ORDER BY next_expiry LIMIT $2",
        now,
        DUE_MAX,
    )
    return [row["uid"] for row in rows]


async def due_notices(connection: Connection, now: datetime) -> list[UUID]:
    """Find wallets with a lot that runs out within their notice and was not announced yet.

    Few wallets chose a notice of their own; they are looked at one by one.
    """
    rows = await connection.fetch(
        """
        WITH near AS (
            SELECT wallet, expires_at, free
            FROM lot
            WHERE
                spendable AND open AND NOT noticed
                AND expires_at <= $1::timestamptz + $2::interval
            UNION
            SELECT lot.wallet, lot.expires_at, lot.free
            FROM wallet
            INNER JOIN lot ON lot.wallet = wallet.id AND lot.open AND lot.spendable
            WHERE wallet.terms LIKE '%notice_days%' AND NOT lot.noticed
        )
        SELECT DISTINCT wallet.uid
        FROM near
        INNER JOIN wallet ON wallet.id = near.wallet
        WHERE near.free > 0 AND near.expires_at > $1 AND near.expires_at <= $1 + coalesce(
            make_interval(days => (wallet.terms::jsonb ->> 'notice_days')::integer), $2
        )
        LIMIT $3
        """,
        now,
        USUAL_NOTICE,
        DUE_MAX,
    )
    return [row["uid"] for row in rows]


async def due_parked(connection: Connection, now: datetime) -> list[Parked]:
    """Find commands whose hold did not come in time.

    They keep the name they came by: it leads to their hold if that is in a wallet it ever meant.
    """
    rows = await connection.fetch(
        """
        SELECT wallet, command, hold, body, reply_to
        FROM parked_command
        WHERE until <= $1
        ORDER BY until
        LIMIT $2
        """,
        now,
        DUE_MAX,
    )
    return [Parked(*row) for row in rows]
