"""Where stories are told: a database with two engines' desks, in an event loop of its own."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from deploy.native.stack import Stack
from services.credit_ledger.engine.delivery_log import DeliveryLog
from services.credit_ledger.engine.group_commit import Engine
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.engine.store_orders import StoreOrders
from services.credit_ledger.rules.acts import Act
from services.credit_ledger.store.locking import PLANNER
from shared.clock import Clock, id_at
from shared.messaging.reach import Reach
from shared.postgres.pool import open_pool
from tests.ledger.databases import at, copied
from tests.ledger.desk import Desk, LedgerDatabase, desk_at

BEGINNING = datetime(2027, 3, 1, 11, 59, 30, tzinfo=UTC)
DESKS = 2
R = TypeVar("R")


@dataclass
class StillClock(Clock):
    """Time stands still within a batch, so that engines and model read the same."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.moment

    def new_id(self) -> UUID:
        return id_at(self.moment)


@dataclass
class DeskEngine(Engine):
    """What reactions submit to: a desk that decides at once."""

    desk: Desk | None = None

    async def submit(self, acts: Sequence[Act]) -> list[Outcome]:
        assert self.desk is not None
        return await self.desk.decide(*acts)


@dataclass
class Ground:
    """Hypothesis runs machines without an event loop; they borrow this one."""

    database: LedgerDatabase
    clock: StillClock
    desks: list[Desk]
    engines: list[DeskEngine]
    pool: "asyncpg.Pool[asyncpg.Record]"
    inspector: "asyncpg.Connection[asyncpg.Record]"
    runner: asyncio.Runner
    tally: Counter[str] = field(default_factory=Counter)

    def run(self, work: Coroutine[Any, Any, R]) -> R:
        # `Runner.run` writes each task down for a signal handler, with all that it gave.
        return self.runner.get_loop().run_until_complete(work)

    async def begin_anew(self) -> list[StoreOrders]:
        """Set the clock back for another story, whose ids are its own; nothing waits for it."""
        self.clock.moment = BEGINNING
        await self.inspector.execute("TRUNCATE parked_order")
        return [
            StoreOrders(self.pool, engine, self.clock, _copy_of_memberships())
            for engine in self.engines
        ]


@contextmanager
def ground_on(stack: Stack, template: str) -> Iterator[Ground]:
    """Open a ground on a copy of the template; it is not kept, so that no commit waits for disk."""
    opened = AsyncExitStack()
    with asyncio.Runner() as runner:
        try:
            yield runner.run(_open(stack, template, opened, runner))
        finally:
            runner.run(opened.aclose())


async def _open(
    stack: Stack, template: str, opened: AsyncExitStack, runner: asyncio.Runner
) -> Ground:
    name = await opened.enter_async_context(copied(stack.database_url, template))
    service_url = at(stack.database_urls["credit_ledger"], name)
    database = LedgerDatabase(name, stack.database_url, service_url, at(stack.database_url, name))
    inspector = await asyncpg.connect(database.owner_url, server_settings=PLANNER)
    opened.push_async_callback(inspector.close)
    await inspector.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    clock = StillClock()
    desks = [await opened.enter_async_context(desk_at(database, clock)) for _ in range(DESKS)]
    pool = await opened.enter_async_context(await open_pool(service_url))
    engines = [_engine(service_url, clock, desk) for desk in desks]
    return Ground(database, clock, desks, engines, pool, inspector, runner)


def _engine(url: str, clock: StillClock, desk: Desk) -> DeskEngine:
    async def nobody_waits(_late: list[Outcome]) -> None:
        """What came late is compared where it was decided."""

    return DeskEngine(
        url,
        clock,
        worker=0,
        committed=asyncio.Event(),
        late=nobody_waits,
        log=DeliveryLog(None, 0),
        desk=desk,
    )


def _copy_of_memberships() -> Reach:
    """A copy that is as far as the last watermark as soon as it is heard."""
    return Reach(itertools.count(step=10).__next__)
