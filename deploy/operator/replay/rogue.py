"""A consumer that takes commands away from the ledger's workers and dies without an ack."""

import asyncio
from contextlib import suppress
from math import ceil

import aiormq
from aiormq.abc import AbstractConnection, DeliveredMessage

from shared.messaging.loss import survived
from shared.messaging.publisher import with_heartbeat
from shared.messaging.topology import SHARDS, shard

TAKEN_AT_ONCE_MAX = 200
BITES = 10
TAKE_SECONDS = 2.0
PAUSE_SECONDS = 0.5
# What is still to be taken near the end of the run might find nothing left.
DONE_BY = 0.75
# The broker serves a consumer of higher priority first, so that the rogue gets what it is after.
PRIORITY = 10


class Rogue:
    """Takes `target` of about `total` messages, in bites spread over the run; each bite goes back
    to its queue when its channel dies, flagged as redelivered.
    """

    def __init__(self, amqp_url: str, *, target: int, total: int) -> None:
        self.taken = 0
        self._url = with_heartbeat(amqp_url)
        self._target = target
        self._total = total
        self._bite = max(1, min(TAKEN_AT_ONCE_MAX, target // BITES))
        self._sent = 0
        self._is_due = asyncio.Event()
        self._is_taking = False
        self._may_go_on = asyncio.Event()
        self._may_go_on.set()

    def message_is_sent(self) -> None:
        self._sent += 1
        if self._wanted() >= self._bite and not self._is_due.is_set():
            self._is_due.set()
            if not self._is_taking:
                self._may_go_on.clear()

    async def lets_go_on(self) -> None:
        """Wait until the rogue is at the queues when it is due: what was sent before that is with
        the workers already, and a short run would be over before the first bite.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(TAKE_SECONDS):
                await self._may_go_on.wait()

    async def run(self) -> None:
        """Bite whenever enough has been sent, until the target is reached or it is cancelled."""
        while self.taken < self._target:
            await self._is_due.wait()
            # The broker may be among those that are killed.
            if not await survived(self._bite_often()):
                self._may_go_on.set()
                await asyncio.sleep(PAUSE_SECONDS)
        self._may_go_on.set()

    def _wanted(self) -> int:
        """How many are to be taken by now and have not been."""
        share = min(1.0, self._sent / max(1.0, self._total * DONE_BY))
        return ceil(self._target * share) - self.taken

    async def _bite_often(self) -> None:
        """One connection serves all bites: to open one takes longer than a bite."""
        connection = await aiormq.connect(self._url)
        try:
            while self.taken < self._target:
                await self._is_due.wait()
                self._is_due.clear()
                await self._take(connection, max(1, self._wanted()))
        finally:
            await connection.close()

    async def _take(self, connection: AbstractConnection, count: int) -> None:
        enough = asyncio.Event()
        before = self.taken

        async def keep(_message: DeliveredMessage) -> None:
            self.taken += 1
            if self.taken - before >= count:
                enough.set()

        channel = await connection.channel()
        try:
            await channel.basic_qos(prefetch_count=count)
            for number in range(SHARDS):
                await channel.basic_consume(shard(number), keep, arguments={"x-priority": PRIORITY})
            self._is_taking = True
            self._may_go_on.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(TAKE_SECONDS):
                    await enough.wait()
        finally:
            self._is_taking = False
            await channel.close()
