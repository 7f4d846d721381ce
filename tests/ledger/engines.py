"""Whole engines that run beside the test, as two workers do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.credit_ledger.engine.delivery_log import DeliveryLog
from services.credit_ledger.engine.group_commit import Engine
from services.credit_ledger.engine.outcomes import Outcome
from shared.clock import Clock
from tests.ledger.desk import LedgerDatabase


@asynccontextmanager
async def running_engine(
    database: LedgerDatabase, worker: int = 0, *, clock: Clock | None = None
) -> AsyncIterator[Engine]:
    async def ignore(_late: list[Outcome]) -> None:
        """Nobody waits for answers that come late."""

    engine = Engine(
        database.service_url,
        clock or Clock(),
        worker=worker,
        committed=asyncio.Event(),
        late=ignore,
        log=DeliveryLog(None, worker),
    )
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.run(stopping))
        try:
            yield engine
        finally:
            stopping.set()
