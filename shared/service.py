"""The one way a service starts, is healthy and stops."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

import asyncpg
import structlog
import uvloop
from faststream.rabbit import RabbitBroker, RabbitRouter

from shared.clock import OFFSET_FILE, Clock
from shared.messaging.doors import Doorkeeper
from shared.messaging.headers import read_any_header
from shared.messaging.heads import RecentHeads
from shared.messaging.loss import Lost, survived
from shared.messaging.outbox import Relay
from shared.messaging.publisher import NotConfirmed, Publisher, publisher, with_heartbeat
from shared.postgres.pool import PASSING, open_pool
from shared.settings import Settings, settings_for
from shared.telemetry import configure_logs, serve_health

RETRY_SECONDS = 0.5
GRACE_SECONDS = 15.0
UNREACHABLE: tuple[type[Exception], ...] = (NotConfirmed, *Lost, *PASSING)

log = structlog.get_logger()
T = TypeVar("T")


class DoorsShutError(Exception):
    """The service cannot start now; whoever supervises it starts it again."""


@dataclass
class Running:
    """What a service's own work is given: settings, connections, clock, and when to stop."""

    settings: Settings
    pool: "asyncpg.Pool[asyncpg.Record]"
    publisher: Publisher
    clock: Clock
    written: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    rooms: dict[str, object] = field(default_factory=dict)
    heads: RecentHeads = field(default_factory=RecentHeads)
    ready: bool = False

    async def pause(self, seconds: float) -> None:
        """Wait, but no longer than until the service stops."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)


Work: TypeAlias = Callable[[Running], Coroutine[None, None, None]]
Room: TypeAlias = Callable[[Running], AbstractAsyncContextManager[dict[str, object]]]


def run(
    service: str,
    routers: Sequence[RabbitRouter],
    *,
    works: Sequence[Work] = (),
    rooms: Sequence[Room] = (),
    copied: frozenset[str] = frozenset(),
) -> None:
    """Run a service until SIGTERM or SIGINT.

    `routers` are its doors, `works` run beside them until the service stops, `rooms` open before
    the doors and hand them what they share (the ledger's engine). `copied` are the kinds of facts
    that copies hear, all when none is named.
    """
    configure_logs(service)
    read_any_header()
    calm_garbage_collection()
    heads = RecentHeads(of_kinds=copied)
    uvloop.run(_run(service, routers, works, rooms, heads))


def calm_garbage_collection() -> None:
    """Leave what was loaded at start alone, and look for cycles after thousands of objects.

    Batches make many objects that live for milliseconds and form no cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


async def _run(
    service: str,
    routers: Sequence[RabbitRouter],
    works: Sequence[Work],
    rooms: Sequence[Room],
    heads: RecentHeads,
) -> None:
    settings = settings_for(service)
    async with AsyncExitStack() as stack:
        running = await _start(settings, stack)
        running.heads = heads
        shared = {"pool": running.pool, "publisher": running.publisher, "clock": running.clock}
        shared["written"] = running.written
        for room in rooms:
            shared |= await stack.enter_async_context(room(running))
        broker = _broker(settings, routers, shared)
        relay = Relay(running.pool, running.publisher, running.written, running.heads)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(relay.run())
            for work in works:
                tasks.create_task(_until_stopped(work, running))
            try:
                await _open_doors(broker)
                running.ready = True
                log.info("ready")
                await running.stopping.wait()
            finally:
                log.info("stopping")
                running.ready = False
                running.stopping.set()
                await broker.stop()
                await relay.stop()
        with suppress(TimeoutError, *PASSING):
            await asyncio.wait_for(relay.drain(), GRACE_SECONDS)
    log.info("stopped")


async def _start(settings: Settings, stack: AsyncExitStack) -> Running:
    offset_file = settings.home / OFFSET_FILE if settings.demo and settings.home else None
    stopping = asyncio.Event()
    _stop_on_signals(stopping)
    pool = await _patiently(lambda: open_pool(settings.database_url))
    stack.push_async_callback(pool.close)
    speaks = await _patiently(lambda: stack.enter_async_context(publisher(settings.amqp_url)))
    running = Running(settings, pool, speaks, Clock(offset_file), stopping=stopping)
    await stack.enter_async_context(serve_health(settings.health_port, lambda: running.ready))
    return running


def _broker(
    settings: Settings, routers: Sequence[RabbitRouter], shared: dict[str, object]
) -> RabbitBroker:
    broker = RabbitBroker(
        with_heartbeat(settings.amqp_url),
        graceful_timeout=GRACE_SECONDS,
        middlewares=(Doorkeeper,),
        logger=None,
    )
    for router in routers:
        broker.include_router(router)
    for name, value in shared.items():
        broker.context.set_global(name, value)
    return broker


async def _open_doors(broker: RabbitBroker) -> None:
    """Open every door or none: half-open ones are for a new process to open again."""
    if not await survived(broker.start(), losses=UNREACHABLE):
        message = "the broker was lost while the doors opened"
        raise DoorsShutError(message)


async def _patiently(start: Callable[[], Awaitable[T]]) -> T:
    """Start something that needs a server which may be a moment late."""
    while True:
        try:
            return await start()
        except UNREACHABLE as error:
            log.warning("waits_for_server", reason=repr(error))
            await asyncio.sleep(RETRY_SECONDS)


async def _until_stopped(work: Work, running: Running) -> None:
    """Run work again and again while its failures pass; never in one breath, even if it ends."""
    while not running.stopping.is_set():
        if not await survived(work(running), losses=UNREACHABLE):
            log.warning("work_waits", work=work.__name__)
        await running.pause(RETRY_SECONDS)


def _stop_on_signals(stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
