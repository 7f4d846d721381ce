"""Reads the stream of facts from any point, and goes on after a lost connection."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
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


async def facts(amqp_url: str, start: Offset) -> AsyncGenerator[tuple[int, str, bytes], None]:
    """Offset, routing key and body of each fact; goes on where it was after a lost connection."""
    # Without a bound of its own: the broker sends no more than PREFETCH before they are acked.
    waiting: asyncio.Queue[_Delivered] = asyncio.Queue()
    reading = _Reader(start, waiting)
    reader = asyncio.create_task(reading.read(amqp_url))
    try:
        while True:
            following = asyncio.create_task(waiting.get())
            await asyncio.wait({following, reader}, return_when=asyncio.FIRST_COMPLETED)
            if reader.done():
                reader.result()
            delivered = await following
            yield delivered.offset, delivered.key, delivered.message.body
            await reading.took(delivered)
    finally:
        reader.cancel()
        await asyncio.wait({reader})


@dataclass(frozen=True)
class _Delivered:
    """A fact that was read, with the channel on which it is acknowledged."""

    offset: int
    key: str
    message: DeliveredMessage
    channel: AbstractChannel


class _Reader:
    """Reads on from where it was, through any loss of the connection but the first attempt."""

    def __init__(self, start: Offset, waiting: "asyncio.Queue[_Delivered]") -> None:
        self._following = start
        self._waiting = waiting
        self._unacked = 0

    async def read(self, amqp_url: str) -> None:
        """Read for ever; the first attempt raises what it meets, so that a wrong address shows."""
        await self._read_until_lost(amqp_url)
        while True:
            await asyncio.sleep(AGAIN_SECONDS)  # sleep: a broker that is lost is not hammered
            await survived(self._read_until_lost(amqp_url))

    async def took(self, delivered: _Delivered) -> None:
        """Acknowledge what was taken, many at once and in order, so that more is sent."""
        self._unacked += 1
        if self._unacked >= ACK_EVERY:
            self._unacked = 0
            await survived(_ack(delivered))

    async def _read_until_lost(self, amqp_url: str) -> None:
        connection = await aiormq.connect(with_heartbeat(amqp_url))
        try:
            channel = await connection.channel()
            await channel.basic_qos(prefetch_count=PREFETCH)

            async def hear(message: DeliveredMessage) -> None:
                self._hear(channel, message)

            await channel.basic_consume(STREAM, hear, arguments={OFFSET: self._following})
            # The broker may close the channel alone.
            ends = (connection.closing, channel.closing)
            await asyncio.wait(
                {asyncio.ensure_future(end) for end in ends}, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            await survived(connection.close())

    def _hear(self, channel: AbstractChannel, message: DeliveredMessage) -> None:
        """Take a delivery without waiting for anything: each comes in a task of its own."""
        offset = (message.header.properties.headers or {})[OFFSET]
        assert isinstance(offset, int)
        # The stream starts at the chunk that holds the wanted offset, not at the offset.
        if isinstance(self._following, int) and offset < self._following:
            return
        self._following = offset + 1
        key = message.routing_key or ""
        self._waiting.put_nowait(_Delivered(offset, key, message, channel))


async def _ack(delivered: _Delivered) -> None:
    tag = delivered.message.delivery_tag
    if tag is not None and not delivered.channel.is_closed:
        await delivered.channel.basic_ack(tag, multiple=True)
