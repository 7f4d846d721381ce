"""How much waits in queues and how many take from them, asked of the broker as any client may."""

from collections.abc import Iterable
from typing import NamedTuple

import aiormq
from aiormq.abc import AbstractChannel
from aiormq.exceptions import ChannelNotFoundEntity

from shared.messaging.publisher import with_heartbeat

# The broker closes the channel on which a queue was not found; beyond this many there is no queue.
MISSING_MAX = 3


class Depth(NamedTuple):
    """What one queue holds ready, and by how many it is emptied."""

    messages: int
    consumers: int


async def depths(amqp_url: str, queues: Iterable[str]) -> dict[str, Depth]:
    """Ask for each queue by its name; one that does not exist is left out."""
    found: dict[str, Depth] = {}
    missing = 0
    connection = await aiormq.connect(with_heartbeat(amqp_url))
    try:
        channel = await connection.channel()
        for queue in queues:
            depth = await _depth(channel, queue)
            if depth is not None:
                found[queue] = depth
                continue
            missing += 1
            if missing > MISSING_MAX:
                break
            channel = await connection.channel()
    finally:
        await connection.close()
    return found


async def _depth(channel: AbstractChannel, queue: str) -> Depth | None:
    try:
        declared = await channel.queue_declare(queue, passive=True)
    except ChannelNotFoundEntity:
        return None
    return Depth(declared.message_count or 0, declared.consumer_count or 0)
