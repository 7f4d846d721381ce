"""Reconciliation: every check in one snapshot of the ledger's database, while it goes on working.

It shares nothing with the ledger but the tables: another author's arithmetic, in another language.
"""

from dataclasses import dataclass

import asyncpg

from deploy.operator.reconcile.order import ORDER
from deploy.operator.reconcile.totals import TOTALS

DIFFERENCES_MAX = 100
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
    """Recompute the ledger's state from its journal, in one snapshot."""
    connection = await asyncpg.connect(database_url, server_settings=SETTINGS)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await compare(connection)
    finally:
        await connection.close()


async def compare(connection: "asyncpg.Connection[asyncpg.Record]") -> Report:
    """Run every check in the caller's transaction; each tells at most 100 differences."""
    wallets = await connection.fetchval("SELECT count(*) FROM wallet")
    journal_rows = await connection.fetchval("SELECT count(*) FROM journal")
    differences = [
        str(row[0])
        for check in (*TOTALS, *ORDER)
        for row in await connection.fetch(check, DIFFERENCES_MAX)
    ]
    return Report(not differences, wallets, journal_rows, tuple(differences))
