"""Begin, lock wallets in ascending order, commit: the frame of every batch."""

from collections.abc import Iterable

import asyncpg

from shared.postgres.pool import LIMITS, Connection, prepare

# The engine's statements meet tables that grow from nothing: plans made on empty tables must not
# turn into sequential scans later.
PLANNER = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}


async def connect(database_url: str) -> "asyncpg.Connection[asyncpg.Record]":
    """Open the connection of one engine."""
    connection = await asyncpg.connect(database_url, server_settings=LIMITS | PLANNER)
    await prepare(connection)
    return connection


async def begin(connection: Connection, wallets: Iterable[int]) -> None:
    """Begin and lock the wallets, in one round trip: the lock precedes every read.

    A statement that locked and read at once would read a snapshot from before its wait.
    """
    numbers = ",".join(str(int(wallet)) for wallet in sorted(wallets))
    await connection.execute(
        "BEGIN; SELECT FROM wallet WHERE id = ANY('{" + numbers + "}')"  # integers
        " ORDER BY id FOR NO KEY UPDATE"
    )


async def commit(connection: Connection) -> None:
    """Commit; a lost connection here leaves the outcome unknown, and the ids answer it."""
    await connection.execute("COMMIT")


async def roll_back(connection: Connection) -> None:
    """Give the batch up."""
    await connection.execute("ROLLBACK")
