"""Sends the letters that wait: one after another, over one connection while there are more.

A letter that a server took is marked so; one that may have been taken is not sent again, for the
same twice is worse than once perhaps not. Everything before that is tried again for three days.
"""

from datetime import UTC, datetime, timedelta
from random import SystemRandom

import aiosmtplib
import structlog
from aiosmtplib import SMTP
from prometheus_client import Counter

from services.portal.asking import RefusedError
from services.portal.mail.addressing import Addressed, Known, address
from services.portal.mail.handing import (
    Handed,
    Outcome,
    Server,
    connected,
    hand_over,
    read_server,
)
from services.portal.mail.writing import Writer
from services.portal.rooms import Rooms, rooms_of
from services.portal.store import letters
from services.portal.store.letters import Ending, Letter
from services.portal.watching import REGISTRY
from services.portal.webhooks.schedule import pause_after
from shared.messaging.ask import NoAnswer
from shared.service import Running

POLL_SECONDS = 1.0
SERVER_REST_SECONDS = 10.0
NO_SERVER_SECONDS = 600.0
CARRIED_FOR = timedelta(seconds=90)
TRIED_FOR = timedelta(days=3)
SLOWEST_AFTER = 5
OVER_ONE_CONNECTION_MAX = 100
ENDING: dict[Outcome, Ending] = {
    Outcome.TAKEN: "SENT",
    Outcome.REFUSED: "FAILED",
    Outcome.UNCERTAIN: "UNCERTAIN",
}

HANDED = Counter(
    "coffer_portal_letters",
    "Letters that came to a mail server, by what became of them.",
    ("outcome",),
    registry=REGISTRY,
)

log = structlog.get_logger()
_dice = SystemRandom()


async def send(running: Running) -> None:
    """Send letters until the portal stops; without a mail server they wait for one."""
    rooms = rooms_of(running)
    url = rooms.settings.smtp_url.get_secret_value()
    if not url:
        log.info("no_mail_server")
        await _wait_in_vain(running, rooms)
        return
    server = read_server(url)
    while not running.stopping.is_set():
        async with rooms.pool.acquire() as connection:
            await letters.settle_those_who_were_leaving(connection, rooms.clock.now())
        first = await take(rooms, {})
        if first is None:
            await running.pause(POLL_SECONDS)
        elif not await carry(rooms, server, first):
            await running.pause(SERVER_REST_SECONDS)


async def _wait_in_vain(running: Running, rooms: Rooms) -> None:
    """Keep letters no longer than a server would be waited for, while there is none at all."""
    while not running.stopping.is_set():
        now = rooms.clock.now()
        async with rooms.pool.acquire() as connection:
            await letters.give_up_before(connection, now - TRIED_FOR, now=now)
        await running.pause(NO_SERVER_SECONDS)


async def take(rooms: Rooms, known: Known) -> Addressed | None:
    """Take the next letter that somebody is there to read."""
    while not rooms.running.stopping.is_set():
        now = rooms.clock.now()
        async with rooms.pool.acquire() as connection:
            letter = await letters.claim_letter(
                connection, now=now, next_attempt_at=now + CARRIED_FOR
            )
        if letter is None:
            return None
        if now - letter.created_at > TRIED_FOR:
            await _settle(rooms, letter, "FAILED", "no server took it for three days")
            continue
        try:
            addressed = await address(rooms.asking, letter, known)
        except (NoAnswer, RefusedError):
            await _again(rooms, letter, "membership does not tell who it is for")
            return None
        if addressed is not None:
            return addressed
        await _settle(rooms, letter, "DROPPED", "nobody is there to read it")
    return None


async def carry(rooms: Rooms, server: Server, first: Addressed) -> bool:
    """Carry a letter to the server, and those after it; False when the server is of no use now."""
    writer = Writer(rooms.settings)
    carried: Addressed | None = first
    known: Known = {}
    try:
        async with connected(server, own_name=_own_name(rooms)) as smtp:
            for _ in range(OVER_ONE_CONNECTION_MAX):
                if carried is None:
                    break
                await _hand(rooms, writer, smtp, carried)
                carried = await take(rooms, known)
    except (aiosmtplib.SMTPException, OSError) as error:
        log.warning("mail_waits", reason=type(error).__name__)
        if carried is not None:
            await _again(rooms, carried.letter, f"no mail server: {type(error).__name__}")
        return False
    if carried is not None:
        await _again(rooms, carried.letter, "the next connection takes it", pause=timedelta())
    return True


async def _hand(rooms: Rooms, writer: Writer, smtp: SMTP, addressed: Addressed) -> None:
    async def let_leave() -> bool:
        async with rooms.pool.acquire() as connection:
            return await letters.let_leave(connection, addressed.letter.id)

    try:
        handed = await hand_over(
            smtp,
            writer.write(addressed, at=datetime.now(UTC)),
            sender=rooms.settings.mail_from,
            to=addressed.email,
            let_leave=let_leave,
        )
    except (LookupError, ValueError) as error:
        # Nothing but a letter that cannot be written, or an address that no server could read.
        log.exception("letter_failed", letter=str(addressed.letter.id), kind=addressed.kind)
        handed = Handed(Outcome.REFUSED, type(error).__name__)
        await smtp.rset()
    await _note(rooms, addressed.letter, handed)


async def _note(rooms: Rooms, letter: Letter, handed: Handed) -> None:
    HANDED.labels(handed.outcome.value).inc()
    log.info("letter", letter=str(letter.id), kind=letter.kind, outcome=handed.outcome.value)
    if handed.outcome is Outcome.AGAIN:
        await _again(rooms, letter, handed.trouble or "")
    elif handed.outcome is not Outcome.HELD_BACK:
        await _settle(rooms, letter, ENDING[handed.outcome], handed.trouble)


async def _again(
    rooms: Rooms, letter: Letter, trouble: str, *, pause: timedelta | None = None
) -> None:
    if pause is None:
        pause = pause_after(min(letter.attempts, SLOWEST_AFTER), draw=_dice.uniform)
    at = rooms.clock.now() + pause
    async with rooms.pool.acquire() as connection:
        await letters.wait_again(connection, letter.id, next_attempt_at=at, trouble=trouble)


async def _settle(rooms: Rooms, letter: Letter, ending: Ending, trouble: str | None) -> None:
    async with rooms.pool.acquire() as connection:
        await letters.settle_letter(
            connection, letter.id, ending, now=rooms.clock.now(), trouble=trouble
        )


def _own_name(rooms: Rooms) -> str:
    return rooms.settings.mail_from.rpartition("@")[2] or "localhost"
