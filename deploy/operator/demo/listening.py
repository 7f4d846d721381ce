"""Hears every fact live, as a dashboard would: counts them and wakes who waits for one."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from shared.contracts.message import FactData
from shared.messaging.topology import FACTS

HEAR_SECONDS = 20.0
WATERMARK = ".copy.watermark"


class NotHeard(Exception):  # noqa: N818  # reads as a sentence
    """A fact did not come in time."""


@dataclass
class Listener:
    """What was heard so far, by routing key, and by whom it is about."""

    heard: Counter[str] = field(default_factory=Counter)
    heard_of: Counter[tuple[str, str]] = field(default_factory=Counter)
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def total(self) -> int:
        return sum(self.heard.values())

    async def hears(
        self, fact: type[FactData], *, times: int = 1, owner: UUID | None = None
    ) -> None:
        """Wait until a fact was heard so many times, of one wallet or at all; raises NotHeard."""
        key = fact.ROUTING_KEY

        def is_heard() -> bool:
            count = self.heard[key] if owner is None else self.heard_of[key, str(owner)]
            return count >= times

        try:
            async with asyncio.timeout(HEAR_SECONDS), self._came:
                await self._came.wait_for(is_heard)
        except TimeoutError as error:
            message = f"{key} was not heard {times} times within {HEAR_SECONDS} s"
            raise NotHeard(message) from error

    async def take(self, message: AbstractIncomingMessage) -> None:
        key = message.routing_key or ""
        if key.endswith(WATERMARK):
            return
        data = json.loads(message.body)["data"]
        async with self._came:
            self.heard[key] += 1
            self.heard_of[key, str(data.get("owner"))] += 1
            self._came.notify_all()


@asynccontextmanager
async def listening(amqp_url: str) -> AsyncIterator[Listener]:
    """Hear every fact from now on."""
    listener = Listener()
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(FACTS, "#")
        await queue.consume(listener.take, no_ack=True)
        yield listener
