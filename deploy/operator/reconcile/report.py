"""Reconciliation: every check in one snapshot of the ledger's database, while it goes on working.

It shares nothing with the ledger but the tables: another author's arithmetic, in another language.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from deploy.operator.reconcile.months import MONTHLY
from deploy.operator.reconcile.order import ORDER
from deploy.operator.reconcile.totals import TOTALS
from deploy.operator.reconcile.usage import USAGE

CHECKS = (*ORDER, *TOTALS, *MONTHLY, *USAGE)
DIFFERENCES_MAX = 100
BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# No statement timeout: ten million rows take their time, and hold no lock that anybody waits for.
SETTINGS = {
    "application_name": "coffer reconcile",
    "timezone": "UTC",
    "work_mem": "64MB",
    "jit": "off",
}


@dataclass(frozen=True)
class Report:
    """What a reconciliation found; each difference is a sentence with both values."""

    balanced: bool
    wallets: int
    journal_rows: int
    differences: tuple[str, ...]


async def reconcile(database_url: str) -> Report:
    """Recompute the ledger's state from its journal: two connections, one snapshot."""
    async with _connected(database_url) as one, _connected(database_url) as other:
        await one.execute(BEGIN)
        snapshot = await one.fetchval("SELECT pg_export_snapshot()")
        await other.execute(BEGIN)
        await other.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")  # no parameters here
        return await compare(one, other)


async def compare(*connections: "asyncpg.Connection[asyncpg.Record]") -> Report:
    """Run every check in the callers' transactions; each tells at most 100 differences."""
    pending = iter(CHECKS)
    found: dict[str, list[str]] = {}

    async def run(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        for check in pending:
            rows = await connection.fetch(check, DIFFERENCES_MAX)
            found[check] = [str(row[0]) for row in rows]

    async with asyncio.TaskGroup() as tasks:
        for connection in connections:
            tasks.create_task(run(connection))
    wallets = await connections[0].fetchval("SELECT count(*) FROM wallet")
    journal_rows = await connections[0].fetchval("SELECT count(*) FROM journal")
    differences = tuple(text for check in CHECKS for text in found[check])
    return Report(not differences, wallets, journal_rows, differences)


@asynccontextmanager
async def _connected(
    database_url: str,
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database_url, server_settings=SETTINGS)
    try:
        yield connection
    finally:
        await connection.close()
