"""Reads the stream of facts from any point, and goes on after a lost connection."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime

import aiormq
from aiormq.abc import AbstractChannel, DeliveredMessage

from shared.messaging.loss import survived
from shared.messaging.publisher import with_heartbeat
from shared.messaging.topology import STREAM

OFFSET = "x-stream-offset"
PREFETCH = 500
ACK_EVERY = 100
AGAIN_SECONDS = 0.5

# "first", "last" or "next", a number, or a time of the broker's own clock.
Offset = int | str | datetime


async def facts(amqp_url: str, start: Offset) -> AsyncGenerator[tuple[int, str, bytes]]:
    """Offset, routing key and body of each fact; goes on where it was after a lost connection."""
    waiting: asyncio.Queue[tuple[int, str, bytes]] = asyncio.Queue(PREFETCH)
    reader = asyncio.create_task(_Reader(start, waiting).read(amqp_url))
    try:
        while True:
            following = asyncio.create_task(waiting.get())
            await asyncio.wait({following, reader}, return_when=asyncio.FIRST_COMPLETED)
            if reader.done():
                reader.result()
            yield await following
    finally:
        reader.cancel()
        await asyncio.wait({reader})


class _Reader:
    """Reads on from where it was, through any loss of the connection but the first attempt."""

    def __init__(self, start: Offset, waiting: "asyncio.Queue[tuple[int, str, bytes]]") -> None:
        self._following = start
        self._waiting = waiting
        self._unacked = 0

    async def read(self, amqp_url: str) -> None:
        """Read for ever; the first attempt raises what it meets, so that a wrong address shows."""
        await self._read_until_lost(amqp_url)
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            await survived(self._read_until_lost(amqp_url))

    async def _read_until_lost(self, amqp_url: str) -> None:
        connection = await aiormq.connect(with_heartbeat(amqp_url))
        try:
            channel = await connection.channel()
            await channel.basic_qos(prefetch_count=PREFETCH)

            async def hear(message: DeliveredMessage) -> None:
                await self._hear(channel, message)

            await channel.basic_consume(STREAM, hear, arguments={OFFSET: self._following})
            await asyncio.wait({asyncio.ensure_future(connection.closing)})
        finally:
            await survived(connection.close())

    async def _hear(self, channel: AbstractChannel, message: DeliveredMessage) -> None:
        offset = (message.header.properties.headers or {})[OFFSET]
        assert isinstance(offset, int)
        # The stream starts at the chunk that holds the wanted offset, not at the offset.
        if isinstance(self._following, int) and offset < self._following:
            return
        self._following = offset + 1
        await self._waiting.put((offset, message.routing_key or "", message.body))
        self._unacked += 1
        if self._unacked >= ACK_EVERY and message.delivery_tag is not None:
            self._unacked = 0
            await channel.basic_ack(message.delivery_tag, multiple=True)
