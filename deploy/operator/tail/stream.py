"""Reads the stream of facts from any point, and goes on after a lost connection."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import aiormq
import orjson
from aiormq.abc import AbstractConnection, DeliveredMessage
from aiormq.exceptions import AMQPError

from shared.messaging.publisher import with_heartbeat
from shared.messaging.topology import STREAM

OFFSET = "x-stream-offset"
WORDS = ("first", "last", "next")
PREFETCH = 500
ACK_EVERY = 100
AGAIN_SECONDS = 0.5

Offset = int | str | datetime


def read_offset(text: str) -> Offset:
    """Read where to start; raises ValueError that says what can be written."""
    if text in WORDS:
        return text
    if text.isdecimal():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = f"--since {text}: write first, last, next, an offset, or a time with its zone."
        raise ValueError(message)
    return moment


async def facts(amqp_url: str, start: Offset) -> AsyncIterator[tuple[int, str, bytes]]:
    """Offset, routing key and body of each fact; goes on where it was after a lost connection."""
    waiting: asyncio.Queue[tuple[int, str, bytes]] = asyncio.Queue(PREFETCH)
    reader = asyncio.create_task(_read(amqp_url, start, waiting))
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


def line_of(offset: int, key: str, body: bytes) -> str:
    """One fact for eyes: offset, time, key, subject with sequence, and what it says."""
    fact = orjson.loads(body)
    sequence = fact.get("sequence")
    place = fact.get("subject", "-") + ("" if sequence is None else f"#{sequence}")
    said = orjson.dumps(fact.get("data", {})).decode()
    return f"{offset:>8} {fact.get('time', '-')} {key} {place} {said}"


async def show(
    amqp_url: str, start: Offset, pattern: str, count: int | None, *, as_json: bool
) -> None:
    shown = 0
    async for offset, key, body in facts(amqp_url, start):
        if not key.startswith(pattern):
            continue
        print(body.decode() if as_json else line_of(offset, key, body), flush=True)
        shown += 1
        if shown == count:
            return


async def _read(
    amqp_url: str, start: Offset, waiting: "asyncio.Queue[tuple[int, str, bytes]]"
) -> None:
    connection: AbstractConnection = await aiormq.connect(with_heartbeat(amqp_url))
    while True:
        try:
            start = await _read_until_lost(connection, start, waiting)
        finally:
            await connection.close()
        connection = await _connected_again(amqp_url)


async def _read_until_lost(
    connection: AbstractConnection,
    start: Offset,
    waiting: "asyncio.Queue[tuple[int, str, bytes]]",
) -> Offset:
    following = start
    unacked = 0
    channel = await connection.channel()
    await channel.basic_qos(prefetch_count=PREFETCH)

    async def hear(message: DeliveredMessage) -> None:
        nonlocal following, unacked
        offset = (message.header.properties.headers or {})[OFFSET]
        assert isinstance(offset, int)
        # The stream starts at the chunk that holds the wanted offset, not at the offset.
        if isinstance(following, int) and offset < following:
            return
        following = offset + 1
        await waiting.put((offset, message.routing_key or "", message.body))
        unacked += 1
        if unacked >= ACK_EVERY and message.delivery_tag is not None:
            unacked = 0
            await channel.basic_ack(message.delivery_tag, multiple=True)

    await channel.basic_consume(STREAM, hear, arguments={OFFSET: start})
    await asyncio.wait({asyncio.ensure_future(connection.closing)})
    return following


async def _connected_again(amqp_url: str) -> AbstractConnection:
    while True:
        try:
            return await aiormq.connect(with_heartbeat(amqp_url))
        except (OSError, AMQPError):
            await asyncio.sleep(AGAIN_SECONDS)
