"""What a migration locks beside a running release: little, of one table, and not for long."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from deploy.native.stack import Stack
from shared.postgres.migrate import OUTSIDE_TRANSACTIONS, migrate
from tests.databases import scratch_database
from tests.ledger.databases import at

SERVICES = Path(__file__).parents[2] / "services"
STRONG = ("AccessExclusiveLock", "ExclusiveLock", "ShareRowExclusiveLock", "ShareLock")
BUILDING = "ShareLock"
# What the first release brought ran on databases with nothing in them.
FIRST_RELEASE = {"credit_ledger": 5, "licensing": 11, "membership": 9}
# An index on a table that stays small says so, and is otherwise made CONCURRENTLY.
EXPLAINED = "squawk-ignore require-concurrent-index-creation"
BEFORE_ANYBODY_LOOKED = {
    "0007_lots_to_announce.sql",
    "0008_wallets_with_a_notice_of_their_own.sql",
}


@pytest.mark.parametrize("service", sorted(FIRST_RELEASE))
async def test_no_migration_locks_more_than_one_table_that_is_in_use(
    stack: Stack, tmp_path: Path, service: str
) -> None:
    locked: dict[str, set[str]] = {}
    built: dict[str, set[str]] = {}
    async with scratch_database(stack.database_url, tmp_path) as pool:
        name: str = await pool.fetchval("SELECT current_database()")
        url = at(stack.database_url, name)
        for source in sorted((SERVICES / service / "migrations").glob("*.sql")):
            text = source.read_text(encoding="utf-8")
            if int(source.name[:4]) > FIRST_RELEASE[service] and OUTSIDE_TRANSACTIONS not in text:
                locks = await locks_of(url, text)
                locked[source.name] = {table for table, _ in locks}
                if EXPLAINED not in text and source.name not in BEFORE_ANYBODY_LOOKED:
                    built[source.name] = {table for table, mode in locks if mode == BUILDING}
            (tmp_path / source.name).write_text(text, encoding="utf-8")
            await asyncio.to_thread(migrate, url, tmp_path)

    assert locked
    assert {name: tables for name, tables in locked.items() if len(tables) > 1} == {}
    assert {name: tables for name, tables in built.items() if tables} == {}


async def locks_of(url: str, migration: str) -> set[tuple[str, str]]:
    """By which locks a migration keeps others from writing to tables that are there already."""
    connection = await asyncpg.connect(url)
    try:
        before = {row[0] for row in await connection.fetch("SELECT oid FROM pg_class")}
        await connection.execute("BEGIN")
        await connection.execute(migration)
        locks = await connection.fetch(
            """
            SELECT relation, relname, mode FROM pg_locks
            INNER JOIN pg_class ON pg_class.oid = relation AND relkind = 'r'
            WHERE pid = pg_backend_pid() AND mode = ANY($1::text [])
            """,
            STRONG,
        )
    finally:
        await connection.close()
    return {(row["relname"], row["mode"]) for row in locks if row["relation"] in before}
