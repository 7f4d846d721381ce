"""Messages that died: taken over when an operator looks, sent again at a pace, nothing lost.

The queue itself can be read but by taking: a message that is handed back counts as a failure, and
the broker drops it after fifty. So what an operator sees is kept here first, committed, and only
then taken from the queue; what he has sent again leaves here once the broker confirmed it.
"""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

import aio_pika
import structlog
from aio_pika.abc import AbstractIncomingMessage

from services.portal.operating.rerouting import Again, NotAgain, rerouted
from services.portal.rooms import Rooms, rooms_of
from services.portal.store import dead_letters as store
from services.portal.store.dead_letters import Letter, NewLetter
from shared.messaging.doors import claimed_id, name_by_content
from shared.messaging.publisher import NotConfirmed, with_heartbeat
from shared.messaging.topology import DEAD, REASON_HEADER
from shared.service import Running

TAKEN_AT_ONCE = 500
PACE_SECONDS = 0.05
PAUSE_SECONDS = 1.0
REASON_MAX = 1_000
BUSY = timedelta(seconds=30)

log = structlog.get_logger()


async def take_over(rooms: Rooms, most: int = TAKEN_AT_ONCE) -> int:
    """Take what waits in the queue of the dead; answers how many."""
    connection = await aio_pika.connect(with_heartbeat(rooms.running.settings.amqp_url))
    taken = 0
    async with connection:
        channel = await connection.channel()
        queue = await channel.get_queue(DEAD, ensure=False)
        while taken < most:
            message = await queue.get(fail=False)
            if message is None:
                return taken
            await _keep(rooms, message)
            await message.ack()
            taken += 1
    return taken


def again(rooms: Rooms, letter: Letter) -> Again | NotAgain:
    """Where a letter would go, if it may go anywhere."""
    asking = rooms.asking
    staff = () if asking.staff is None else (asking.staff.user,)
    body = letter.body or b""
    identifier = claimed_id(body, letter.message_id) or name_by_content(body)
    return rerouted(letter.type, body, identifier, (asking.people.user, *staff))


async def redrive(running: Running) -> None:
    """Send again what operators chose, one after the other, for as long as it takes."""
    rooms = rooms_of(running)
    while not running.stopping.is_set():
        has_sent = await _send_next(rooms)
        await running.pause(PACE_SECONDS if has_sent else PAUSE_SECONDS)


async def _send_next(rooms: Rooms) -> bool:
    """Send one letter; it stays ours until the broker has it."""
    now = rooms.wall.now()
    busy_until = now + BUSY
    async with rooms.pool.acquire() as database:
        letter = await store.next_to_send(database, now=now, busy_until=busy_until)
    if letter is None:
        return False
    route = again(rooms, letter)
    if isinstance(route, NotAgain):
        async with rooms.pool.acquire() as database:
            await store.give_up(database, letter.id, route.why)
        return True
    try:
        await _publish(rooms, route)
    except NotConfirmed as error:
        log.warning("redrive_waits", letter=str(letter.id), reason=repr(error))
        return False
    async with rooms.pool.acquire() as database:
        await store.sent(database, letter.id, busy_until=busy_until)
    return True


async def _publish(rooms: Rooms, route: Again) -> None:
    staff = rooms.asking.staff
    is_staffs = staff is not None and route.user == staff.user
    speaks = staff.publisher if is_staffs and staff is not None else rooms.publisher
    await speaks.publish(route.outgoing)


async def _keep(rooms: Rooms, message: AbstractIncomingMessage) -> None:
    letter = NewLetter(
        id=rooms.wall.new_id(),
        digest=sha256(message.body + (message.type or "").encode()).digest(),
        message_id=message.message_id or "",
        type=message.type or "",
        reason=_reason(message.headers)[:REASON_MAX],
        origin=_origin(message.headers),
        body=message.body,
    )
    async with rooms.pool.acquire() as database:
        await store.add(database, letter, rooms.wall.now())


def _reason(headers: Mapping[str, Any]) -> str:
    """Why it died: in our words, or the broker's where no door buried it."""
    if REASON_HEADER in headers:
        return str(headers[REASON_HEADER])
    return str(headers.get("x-first-death-reason") or "no reason was given")


def _origin(headers: Mapping[str, Any]) -> str:
    """The queue it died in, where the broker knows it."""
    return str(headers.get("x-first-death-queue") or "")
