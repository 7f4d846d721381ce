"""The one reader of the stream of facts in this process; it starts minutes back and catches up."""

import asyncio
from contextlib import aclosing
from datetime import timedelta

import orjson

from services.portal.awaiting.telling import Ears, ears_of
from services.portal.live.hub import Hub, hub_of, serve
from services.portal.live.ops.screen import Screen, measure, screen_of
from services.portal.rooms import Rooms, rooms_of
from shared.messaging.stream import facts
from shared.service import Running

CATCH_UP = timedelta(minutes=15)


async def listen(running: Running) -> None:
    """Read facts until the service stops."""
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(_read(rooms_of(running)))
        await running.stopping.wait()
        reading.cancel()


async def _read(rooms: Rooms) -> None:
    """Hand each fact to the ops screen and to who watches or waits; go on after the last one."""
    hub, screen, ears = hub_of(rooms), screen_of(rooms), ears_of(rooms)
    start = rooms.wall.now() - CATCH_UP if screen.position is None else screen.position + 1
    async with aclosing(facts(rooms.running.settings.amqp_url, start)) as stream:
        async for offset, key, body in stream:
            _take(hub, screen, ears, offset, key, body)


def _take(hub: Hub, screen: Screen, ears: Ears, offset: int, key: str, body: bytes) -> None:
    try:
        fact = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    screen.take(offset, key, fact)
    hub.hear(key, fact)
    ears.hear(key, fact)


WORKS = (serve, listen, measure)
