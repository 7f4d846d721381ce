"""A migration beside running engines: it never holds the pool up, and says when it gives up."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

import services.credit_ledger
from deploy.native.stack import Stack
from shared.postgres.migrate import LOCK_MILLISECONDS, MigrationError, migrate
from tests.databases import scratch_database
from tests.ledger.acts import CREDIT, a_debit, an_id
from tests.ledger.desk import Larkspur, LedgerDatabase, an_organization, desk_at
from tests.waiting import WAIT_SECONDS, eventually

# Half a second for the lock, and the rest for a busy machine.
SECONDS_MAX = 5.0
GO_ON = 10
MIGRATIONS = Path(services.credit_ledger.__file__).with_name("migrations")
PARK = """
INSERT INTO parked_command (wallet, command, hold, body, until)
VALUES ($1, $2, gen_random_uuid(), $3, now())
"""


@asynccontextmanager
async def reading(database: LedgerDatabase, table: str) -> AsyncIterator[None]:
    """A long transaction that has read a table, as a report or a dump is."""
    async with database.as_owner() as connection, connection.transaction():
        await connection.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608  # our own name
        yield


def a_migration(folder: Path, text: str, name: str = "0100_later.sql") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


async def spend(database: LedgerDatabase, stopping: asyncio.Event, took: list[float]) -> None:
    """Debit again and again, and note how long each took."""
    async with desk_at(database) as desk:
        larkspur: Larkspur = await an_organization(desk, 5_000 * CREDIT)
        while not stopping.is_set():
            started = time.perf_counter()
            [outcome] = await desk.decide(a_debit(larkspur.id, larkspur.ben, 1))
            assert outcome.refusal is None
            took.append(time.perf_counter() - started)


async def go_on(took: list[float]) -> None:
    """Wait until so many more debits were made."""
    before = len(took)

    async def more() -> int:
        return len(took) - before

    await eventually(more, lambda count: count >= GO_ON)


async def indexing_waits(database: LedgerDatabase) -> None:
    """Wait until an index that is made concurrently waits for those who write."""
    async with database.as_owner() as connection:
        waits = (
            "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND wait_event_type = 'Lock' AND query LIKE '%INDEX CONCURRENTLY lot_store%'"
        )
        await eventually(lambda: connection.fetchval(waits), bool)


async def has_waited(database: LedgerDatabase, *, times: int) -> None:
    """Wait until a migration has come to the table's lock so often, and left it again."""
    seen: set[int] = set()
    async with database.as_owner() as connection:

        async def waiting() -> int:
            seen.update(
                row["pid"]
                for row in await connection.fetch(
                    "SELECT pid FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
                )
            )
            return len(seen)

        await eventually(waiting, lambda count: count >= times)


async def test_debits_go_on_while_a_migration_waits_for_their_table_and_tries_again(
    database: LedgerDatabase, tmp_path: Path
) -> None:
    folder = a_migration(tmp_path, "-- migrate:up\nALTER TABLE lot ADD COLUMN colour text;\n")
    stopping, took = asyncio.Event(), list[float]()
    spending = asyncio.create_task(spend(database, stopping, took))

    async with reading(database, "lot"):
        migrating = asyncio.create_task(asyncio.to_thread(migrate, database.owner_url, folder))
        await has_waited(database, times=3)
        await go_on(took)
        assert not migrating.done()
    await migrating
    stopping.set()
    await spending

    assert max(took) < SECONDS_MAX, sorted(took)[-5:]
    async with database.as_owner() as connection:
        assert await connection.fetchval("SELECT count(colour) FROM lot") == 0


async def test_a_migration_that_never_gets_its_table_gives_up_and_says_why(
    database: LedgerDatabase, tmp_path: Path
) -> None:
    folder = a_migration(tmp_path, "-- migrate:up\nALTER TABLE lot ADD COLUMN colour text;\n")

    async with reading(database, "lot"):
        started = time.monotonic()
        with pytest.raises(MigrationError, match=f"2 tries of {LOCK_MILLISECONDS}ms each"):
            await asyncio.to_thread(migrate, database.owner_url, folder, tries=2)

    assert time.monotonic() - started < WAIT_SECONDS


async def test_a_migration_that_is_wrong_is_not_tried_again(
    database: LedgerDatabase, tmp_path: Path
) -> None:
    folder = a_migration(tmp_path, "-- migrate:up\nALTER TABLE nowhere ADD COLUMN a text;\n")

    with pytest.raises(MigrationError, match="nowhere"):
        await asyncio.to_thread(migrate, database.owner_url, folder)


async def test_an_index_made_concurrently_waits_as_long_as_it_must_and_blocks_nobody(
    database: LedgerDatabase, tmp_path: Path
) -> None:
    index = "CREATE INDEX CONCURRENTLY lot_store ON lot (store);"
    a_migration(tmp_path, f"-- migrate:up transaction:false\n{index}\n")
    folder = a_migration(
        tmp_path, "-- migrate:up\nALTER TABLE lot ADD COLUMN colour text;\n", "0101_after.sql"
    )
    stopping, took = asyncio.Event(), list[float]()
    spending = asyncio.create_task(spend(database, stopping, took))
    async with database.as_owner() as holding, holding.transaction():
        await holding.execute("LOCK TABLE lot IN ROW EXCLUSIVE MODE")
        migrating = asyncio.create_task(asyncio.to_thread(migrate, database.owner_url, folder))
        await indexing_waits(database)
        await go_on(took)
        await asyncio.wait({migrating}, timeout=3 * LOCK_MILLISECONDS / 1000)
        assert not migrating.done()
    await migrating
    stopping.set()
    await spending

    assert max(took) < SECONDS_MAX
    async with database.as_owner() as connection:
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'lot_store'::regclass"
        assert await connection.fetchval(valid)


async def test_what_no_contract_takes_any_more_is_not_left_waiting(
    stack: Stack, tmp_path: Path
) -> None:
    async with scratch_database(stack.database_url, tmp_path) as pool:
        name: str = await pool.fetchval("SELECT current_database()")
        url = urlsplit(stack.database_url)._replace(path=f"/{name}").geturl()
        before = [path for path in sorted(MIGRATIONS.glob("*.sql")) if path.name < "0024"]
        for path in before:
            shutil.copy(path, tmp_path)
        await asyncio.to_thread(migrate, url, tmp_path)
        owner = await asyncpg.connect(url)
        for wallet, token in enumerate(("a\\u0000", "u0000")):
            await owner.execute(PARK, wallet, an_id(), f'{{"job_token": "{token}"}}')

        await asyncio.to_thread(migrate, url, MIGRATIONS)

        left = await owner.fetch("SELECT wallet, owner FROM parked_command")
        await owner.close()
    assert [tuple(row) for row in left] == [(1, None)]
