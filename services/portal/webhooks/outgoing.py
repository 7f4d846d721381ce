"""Brings facts to the systems of organizations: each until it is there, or its time is over.

What is to be done stands in rows, and an attempt is counted before it is made: whoever is killed in
one leaves behind when the next is due. One address is served by one of us at a time, so that a slow
one holds up no other.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import SystemRandom

import structlog
from prometheus_client import Counter

from services.portal.rooms import Rooms, rooms_of
from services.portal.sealing import sealer_of
from services.portal.store import arrivals, deeds, deliveries, letters, webhooks
from services.portal.store.deeds import Deed
from services.portal.store.deliveries import Due
from services.portal.store.webhooks import StateReason, Target
from services.portal.watching import REGISTRY
from services.portal.webhooks import schedule
from services.portal.webhooks.keeping import opened
from services.portal.webhooks.posting import ATTEMPT_SECONDS, Answered, Poster
from services.portal.webhooks.signing import signed
from shared.clock import Clock
from shared.postgres.pool import Connection, Pool
from shared.service import Running

POLL_SECONDS = 0.5
AT_ONCE_MAX = 8
IN_A_TURN_MAX = 20
BUSY_FOR = timedelta(seconds=ATTEMPT_SECONDS + 5)
KEPT_FOR = timedelta(days=30)
SWEEP_SECONDS = 600.0
SWEPT_AT_ONCE = 1_000
DISABLED_LETTER = "webhook_disabled"

ATTEMPTS = Counter(
    "coffer_portal_webhook_attempts",
    "Attempts to tell an organization's own system something, by how they ended.",
    ("outcome",),
    registry=REGISTRY,
)
DISABLED = Counter(
    "coffer_portal_webhooks_disabled",
    "Webhooks that were disabled for an organization, by reason.",
    ("reason",),
    registry=REGISTRY,
)

log = structlog.get_logger()
_dice = SystemRandom()


async def deliver(running: Running) -> None:
    """Serve the addresses whose turn it is until the portal stops, some at once."""
    rooms = rooms_of(running)
    poster = Poster(to_loopback=rooms.settings.webhooks_to_loopback)
    free = asyncio.Semaphore(AT_ONCE_MAX)
    async with asyncio.TaskGroup() as turns:
        while not running.stopping.is_set():
            await free.acquire()
            target = await claim(rooms.pool, rooms.clock)
            if target is None:
                free.release()
                await _wait(running)
                continue
            turn = turns.create_task(serve(rooms, poster, target))
            turn.add_done_callback(lambda _: free.release())


async def claim(pool: Pool, clock: Clock) -> Target | None:
    """Take an address for which something is due."""
    now = clock.now()
    async with pool.acquire() as connection:
        return await webhooks.claim_target(connection, now=now, busy_until=now + BUSY_FOR)


async def serve(rooms: Rooms, poster: Poster, target: Target) -> None:
    """Bring an address what is due, until one does not arrive; then others have a turn."""
    for _ in range(IN_A_TURN_MAX):
        if rooms.running.stopping.is_set():
            break
        due = await _begin(rooms, target)
        if due is None or not await _attempt(rooms, poster, target, due):
            break
    async with rooms.pool.acquire() as connection:
        await webhooks.give_back(connection, target.id)


async def sweep(running: Running) -> None:
    """Forget what is a month old, now and then, some at a time."""
    rooms = rooms_of(running)
    while not running.stopping.is_set():
        forgotten = await forget_old(rooms)
        await running.pause(SWEEP_SECONDS if forgotten < SWEPT_AT_ONCE else POLL_SECONDS)


async def forget_old(rooms: Rooms) -> int:
    """Forget some of what was heard, delivered and written a month ago; tells how much it was."""
    before = rooms.clock.now() - KEPT_FOR
    async with rooms.pool.acquire() as connection:
        return (
            await deliveries.forget_before(connection, before, limit=SWEPT_AT_ONCE)
            + await letters.forget_letters(connection, before, limit=SWEPT_AT_ONCE)
            + await arrivals.forget_arrivals(connection, before, limit=SWEPT_AT_ONCE)
        )


async def _begin(rooms: Rooms, target: Target) -> Due | None:
    """Take the next delivery to an address, and leave word when it is due if we die in it."""
    now = rooms.clock.now()
    async with rooms.pool.acquire() as connection, connection.transaction():
        due = await deliveries.next_due(connection, target.id, now)
        if due is None:
            return None
        pause = schedule.pause_after(due.attempts + 1, draw=_dice.uniform)
        await webhooks.stay_busy(connection, target.id, now + BUSY_FOR)
        await deliveries.begin_attempt(
            connection, due.id, now=now, next_attempt_at=now + max(pause, BUSY_FOR)
        )
    return due


async def _attempt(rooms: Rooms, poster: Poster, target: Target, due: Due) -> bool:
    """Make one attempt and write down how it ended; says whether it arrived."""
    answered = await _posted(rooms, poster, target, due)
    log.info(
        "webhook_sent",
        webhook=str(target.id),
        delivery=str(due.id),
        attempt=due.attempts + 1,
        status=answered.status,
        trouble=answered.trouble,
    )
    ATTEMPTS.labels("arrived" if answered.arrived else "failed").inc()
    async with rooms.pool.acquire() as connection, connection.transaction():
        if answered.arrived:
            await _arrived(connection, target, due, answered)
        else:
            await _failed(connection, rooms.clock, target, due, answered)
    return answered.arrived


async def _posted(rooms: Rooms, poster: Poster, target: Target, due: Due) -> Answered:
    """Sign and post; what cannot be signed waits until it can, as if nobody had answered."""
    keys = opened(sealer_of(rooms.settings), target.secrets)
    if not keys:
        return Answered(trouble="its secret cannot be read here; make a new one")
    # The other side holds the signature against its own clock, which no demonstration moves.
    headers = signed(str(due.fact_id), due.body, keys, at=datetime.now(UTC))
    return await poster.post(target.url, due.body, headers)


async def _arrived(connection: Connection, target: Target, due: Due, answered: Answered) -> None:
    await webhooks.note_success(connection, target.id)
    await deliveries.settle_attempt(
        connection,
        due.id,
        "DELIVERED",
        next_attempt_at=None,
        status=answered.status,
        trouble=None,
    )


async def _failed(
    connection: Connection, clock: Clock, target: Target, due: Due, answered: Answered
) -> None:
    """Plan the next attempt, or give the delivery up, and the address with it if it is time."""
    now = clock.now()
    failing_since = await webhooks.note_failure(connection, target.id, now)
    again = schedule.next_attempt(
        due.attempts + 1,
        begun_at=due.begun_at,
        now=now,
        draw=_dice.uniform,
        wished=answered.wished_pause,
    )
    await deliveries.settle_attempt(
        connection,
        due.id,
        "FAILED" if again is None else "WAITING",
        next_attempt_at=again,
        status=answered.status,
        trouble=answered.trouble,
    )
    if answered.is_gone:
        await disable(connection, clock, target, "gone")
    elif failing_since is not None and schedule.is_given_up(failing_since, now):
        await disable(connection, clock, target, "failing")


async def disable(
    connection: Connection, clock: Clock, target: Target, reason: StateReason
) -> None:
    """Send no more to an address, and let the Administrator know."""
    if not await webhooks.disable_webhook(connection, target.id, reason):
        return
    DISABLED.labels(reason).inc()
    log.warning("webhook_disabled", webhook=str(target.id), reason=reason)
    await deliveries.stop_deliveries(connection, target.id, "the webhook was disabled")
    deed = Deed(
        id=clock.new_id(),
        organization_id=target.organization_id,
        act="disable_webhook",
        by=None,
        at=clock.now(),
        after={"reason": "the address is gone" if reason == "gone" else "nothing got through"},
    )
    await deeds.note(connection, deed)
    notice = letters.NewLetter(
        cause=clock.new_id(),  # each time it is disabled is told
        kind=DISABLED_LETTER,
        facts={"webhook_id": str(target.id), "reason": reason},
        organization_id=target.organization_id,
    )
    await letters.add_letters(connection, [(clock.new_id(), notice)], clock.now())


async def _wait(running: Running) -> None:
    """Wait until something was written here, or a moment for what others wrote."""
    written = asyncio.ensure_future(running.written.wait())
    stopping = asyncio.ensure_future(running.stopping.wait())
    _, pending = await asyncio.wait(
        (written, stopping), timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED
    )
    for one in pending:
        one.cancel()
        with suppress(asyncio.CancelledError):
            await one
