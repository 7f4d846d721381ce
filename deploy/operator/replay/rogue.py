"""A consumer that takes commands away from the ledger's workers and dies without an ack."""

import asyncio
from contextlib import suppress

import aiormq
from aiormq.abc import DeliveredMessage
from aiormq.exceptions import AMQPError

from shared.messaging.publisher import with_heartbeat
from shared.messaging.topology import SHARDS, shard

TAKEN_AT_ONCE_MAX = 200
TAKE_SECONDS = 2.0
PAUSE_SECONDS = 0.5
# The broker serves a consumer of higher priority first, so that the rogue gets what it is after.
PRIORITY = 10


class Rogue:
    """Takes `target` of about `total` messages, in bites spread over the run; each bite goes back
    to its queue when the channel dies, flagged as redelivered.
    """

    def __init__(self, amqp_url: str, *, target: int, total: int) -> None:
        self.taken = 0
        self._url = with_heartbeat(amqp_url)
        self._target = target
        self._bite = max(1, min(TAKEN_AT_ONCE_MAX, target // 10))
        self._every = max(1, total * self._bite // max(1, target))
        self._sent = 0
        self._next_at = self._every // 2
        self._is_due = asyncio.Event()

    def message_is_sent(self) -> None:
        self._sent += 1
        if self._sent >= self._next_at:
            self._is_due.set()

    async def run(self) -> None:
        """Bite whenever enough has been sent, until the target is reached or it is cancelled."""
        while self.taken < self._target:
            await self._is_due.wait()
            self._is_due.clear()
            try:
                await self._take(min(self._bite, self._target - self.taken))
                self._next_at += self._every
            except (OSError, TimeoutError, AMQPError):
                await asyncio.sleep(PAUSE_SECONDS)
            if self._sent >= self._next_at:
                self._is_due.set()

    async def _take(self, count: int) -> None:
        connection = await aiormq.connect(self._url)
        enough = asyncio.Event()
        before = self.taken

        async def keep(_message: DeliveredMessage) -> None:
            self.taken += 1
            if self.taken - before >= count:
                enough.set()

        try:
            channel = await connection.channel()
            await channel.basic_qos(prefetch_count=count)
            for number in range(SHARDS):
                await channel.basic_consume(shard(number), keep, arguments={"x-priority": PRIORITY})
            with suppress(TimeoutError):
                async with asyncio.timeout(TAKE_SECONDS):
                    await enough.wait()
        finally:
            await connection.close()
