"""What time makes due: leases, lots and commands that waited long enough."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.credit_ledger.store.loading import Parked
from shared.postgres.pool import Connection

DUE_MAX = 500


class DueHold(NamedTuple):
    """A hold whose lease ran out, and the owner of its wallet."""

    owner: UUID
    hold: UUID


class DueParked(NamedTuple):
    """A command that waited in vain, and the owner of its wallet."""

    owner: UUID
    parked: Parked


async def due_holds(connection: Connection, now: datetime) -> list[DueHold]:
    """Find open holds past their lease."""
    rows = await connection.fetch(
        """
        SELECT wallet.owner, hold.id
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
    """Find the owners of wallets with a lot past its time."""
    rows = await connection.fetch(
        "SELECT owner FROM wallet WHERE next_expiry <= $1 ORDER BY next_expiry LIMIT $2",
        now,
        DUE_MAX,
    )
    return [row["owner"] for row in rows]


async def due_parked(connection: Connection, now: datetime) -> list[DueParked]:
    """Find commands whose hold did not come in time."""
    rows = await connection.fetch(
        """
        SELECT wallet.owner, parked.wallet, parked.command, parked.hold, body, reply_to
        FROM parked_command AS parked
        INNER JOIN wallet ON wallet.id = parked.wallet
        WHERE parked.until <= $1
        ORDER BY parked.until
        LIMIT $2
        """,
        now,
        DUE_MAX,
    )
    return [DueParked(row["owner"], Parked(*row[1:])) for row in rows]
