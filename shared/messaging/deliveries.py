"""The hot door's way in: everything that waits on several queues, taken at once, acked at once."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import aiormq
import structlog
from aiormq import Channel
from aiormq.abc import DeliveredMessage

from shared.messaging.loss import Lost, survived
from shared.messaging.publisher import RECONNECT_SECONDS, with_heartbeat

PREFETCH_PER_QUEUE = 1_000
CONSUMERS_CHECKED_SECONDS = 2.0

log = structlog.get_logger()


@dataclass
class Deliveries:
    """Messages in arrival order on one channel, kept until `ack_through` says they are done.

    The plain client is used because the robust one costs a third of the hot door's rate; what
    makes that one robust is this loop: connect, consume, and begin again when anything ends.
    """

    amqp_url: str
    queues: Sequence[str]
    consuming: bool = False
    _waiting: "deque[DeliveredMessage]" = field(default_factory=deque)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, stopping: asyncio.Event, *, drained: Callable[[], Awaitable[None]]) -> None:
        """Consume until stopped; unacked messages of a lost channel come again by themselves.

        At the end nothing new is taken, `drained` waits until all that was taken is acknowledged,
        and only then the connection closes.
        """
        while not stopping.is_set():
            if not await survived(self._connected(stopping, drained)):
                await self._pause(stopping, RECONNECT_SECONDS)

    async def take(self, limit: int) -> list[DeliveredMessage]:
        """Take what waits now, at most `limit`; waits only while there is nothing."""
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        return [self._waiting.popleft() for _ in range(min(limit, len(self._waiting)))]

    async def ack_through(self, last: DeliveredMessage) -> None:
        """Acknowledge everything taken up to this message; on a lost channel it comes again."""
        if last.channel.is_closed or last.delivery_tag is None:
            return
        with suppress(*Lost):
            await last.channel.basic_ack(last.delivery_tag, multiple=True, wait=False)

    async def _connected(
        self, stopping: asyncio.Event, drained: Callable[[], Awaitable[None]]
    ) -> None:
        connection = await aiormq.connect(with_heartbeat(self.amqp_url))
        try:
            channel = await connection.channel()
            assert isinstance(channel, Channel)
            await self._consume(channel, stopping)
            if stopping.is_set():
                await drained()
        finally:
            self.consuming = False
            self._waiting.clear()
            with suppress(*Lost):
                await connection.close()

    async def _consume(self, channel: Channel, stopping: asyncio.Event) -> None:
        """Consume on one channel, prefetch per queue, until it or one consumer is gone."""
        await channel.basic_qos(prefetch_count=PREFETCH_PER_QUEUE)
        tags = []
        for queue in self.queues:
            consumer = await channel.basic_consume(queue, self._arrive)
            tags.append(consumer.consumer_tag)
        self.consuming = True
        while not stopping.is_set() and not channel.is_closed:
            if any(tag not in channel.consumers for tag in tags):
                log.warning("consumer_cancelled")
                return
            await self._pause(stopping, CONSUMERS_CHECKED_SECONDS, channel)
        for tag in tags:
            if tag is not None and not channel.is_closed:
                await channel.basic_cancel(tag)

    async def _arrive(self, message: DeliveredMessage) -> None:
        self._waiting.append(message)
        self._arrived.set()

    async def _pause(
        self, stopping: asyncio.Event, seconds: float, channel: Channel | None = None
    ) -> None:
        """Wait a moment, but not past the end of the service or of the channel."""
        waits: set[asyncio.Future[object]] = {asyncio.ensure_future(stopping.wait())}
        if channel is not None:
            waits.add(asyncio.ensure_future(asyncio.wait({channel.closing})))
        _, pending = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for wait in pending:
            wait.cancel()
