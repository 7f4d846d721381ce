"""Where stories of people are told: databases of membership and licensing, and one event loop."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
import uvloop

from deploy.native.stack import Stack
from tests.databases import Database, scratch_database
from tests.model.ground import BEGINNING, StillClock

SERVICES = Path(__file__).parents[2] / "services"
EMPTY_FILES_EVERY = 200
R = TypeVar("R")


@dataclass
class House:
    """The database of one service, and somebody who may look at all of it."""

    name: str
    pool: Database
    inspector: "asyncpg.Connection[asyncpg.Record]"
    tables: tuple[str, ...]

    async def empty(self, *, files: bool) -> None:
        """Nothing happened yet; rows go faster than files, which are emptied now and then."""
        if files:
            await self.inspector.execute(f"TRUNCATE {', '.join(self.tables)}")
            return
        for table in self.tables:
            await self.inspector.execute(f"DELETE FROM {table}")  # noqa: S608  # one of ours


@dataclass
class PeopleGround:
    """Hypothesis runs machines without an event loop; they borrow this one."""

    membership: House
    licensing: House
    clock: StillClock
    runner: asyncio.Runner
    tally: Counter[str] = field(default_factory=Counter)

    @property
    def houses(self) -> tuple[House, House]:
        return self.membership, self.licensing

    def run(self, work: Coroutine[Any, Any, R]) -> R:
        return self.runner.get_loop().run_until_complete(work)

    async def begin_anew(self) -> None:
        """Set the clock back for another story."""
        self.clock.moment = BEGINNING
        files = self.tally["stories"] % EMPTY_FILES_EVERY == 0
        for house in self.houses:
            await house.empty(files=files)
        self.tally["stories"] += 1


@contextmanager
def people_ground_on(stack: Stack) -> Iterator[PeopleGround]:
    """Open a ground on databases of its own."""
    opened = AsyncExitStack()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            houses = [
                runner.run(_open(stack, name, opened)) for name in ("membership", "licensing")
            ]
            yield PeopleGround(houses[0], houses[1], StillClock(), runner)
        finally:
            runner.run(opened.aclose())


async def _open(stack: Stack, name: str, opened: AsyncExitStack) -> House:
    scratch = scratch_database(stack.database_url, SERVICES / name / "migrations")
    pool = await opened.enter_async_context(scratch)
    database = await pool.fetchval("SELECT current_database()")
    inspector = await asyncpg.connect(
        urlsplit(stack.database_url)._replace(path=f"/{database}").geturl()
    )
    opened.push_async_callback(inspector.close)
    await inspector.execute(f"ALTER DATABASE {database} SET synchronous_commit = off")
    await pool.expire_connections()
    # Rows are deleted in any order, whatever refers to them.
    await inspector.execute("SET session_replication_role = replica")
    return House(name, pool, inspector, await _tables(inspector))


async def _tables(inspector: "asyncpg.Connection[asyncpg.Record]") -> tuple[str, ...]:
    rows = await inspector.fetch(
        """
        SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'schema_migrations'
        ORDER BY tablename
        """
    )
    return tuple(row["tablename"] for row in rows)
