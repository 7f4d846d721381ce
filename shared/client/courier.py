"""Delivers letters: sends each again, under the same ids, until every verdict is in."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from shared.client.journal import BlockNote, Journal
from shared.client.letters import Letter
from shared.client.wire import VerdictJson, Wire, opened
from shared.contracts.refusals import RefusalCode

RESEND_FIRST_SECONDS = 5.0
RESEND_MAX_SECONDS = 30.0
RESEND_CHECK_SECONDS = 0.25
LOST_SECONDS = 0.5
LETTERS_WAITING_MAX = 100_000
LETTERS_AT_ONCE_MAX = 64
# Answered but not remembered: what is overloaded or stale now may not be so in a moment.
PASSING = {RefusalCode.OVERLOADED.value, RefusalCode.COPY_STALE.value}


class TooMuchWaiting(Exception):  # noqa: N818  # reads as a sentence
    """More letters wait for their verdicts than one node may have under way."""


@dataclass(slots=True)
class Errand:
    """A letter under way and the verdicts that have come for it, by id."""

    letter: Letter
    done: "asyncio.Future[dict[str, VerdictJson]]"
    resend_at: float
    pause_seconds: float
    verdicts: dict[str, VerdictJson] = field(default_factory=dict)


class Courier:
    """Many letters under way at once; each is answered by the verdicts under its ids."""

    def __init__(
        self,
        amqp_url: str,
        *,
        journal: Journal | None = None,
        resend_seconds: float = RESEND_FIRST_SECONDS,
    ) -> None:
        """Take the broker's address, the file that remembers what is under way, and how long a
        verdict may take before its letter goes again.
        """
        self.wire = Wire(amqp_url, on_verdicts=self._hear, on_lost_letter=self._send_soon_again)
        self.sent_again = 0
        self.repeats_heard = 0
        self._journal = journal
        self._resend_seconds = resend_seconds
        self._outbox: deque[Letter] = deque()
        self._errand_by_id: dict[str, Errand] = {}
        self._errand_by_letter: dict[str, Errand] = {}
        self._work = asyncio.Event()

    def send(self, letter: Letter) -> "asyncio.Future[dict[str, VerdictJson]]":
        """Send a letter; the future has the verdict of each expected id once all are in.

        The same letter again while it is under way joins the errand. Raises TooMuchWaiting.
        """
        known = self._errand_by_letter.get(letter.id)
        if known is not None:
            return known.done
        self._has_room()
        loop = asyncio.get_running_loop()
        pause = self._resend_seconds
        errand = Errand(letter, loop.create_future(), loop.time() + pause, pause)
        self._errand_by_letter[letter.id] = errand
        self._errand_by_id[letter.id] = errand
        for one in letter.expected:
            self._errand_by_id[one] = errand
        if self._journal is not None:
            self._journal.sending(letter)
        self._put(letter)
        return errand.done

    def spend(
        self, letter: Letter, block: BlockNote, amount: int
    ) -> "asyncio.Future[dict[str, VerdictJson]]":
        """Write down what a letter charges to a block, and then send it; raises TooMuchWaiting."""
        assert self._journal is not None
        self._has_room()
        self._journal.spending(block, letter, amount)
        return self.send(letter)

    def note_block(self, block: BlockNote) -> None:
        """Write down a block that is about to be taken, or what it is now."""
        assert self._journal is not None
        self._journal.taking(block)

    def forget_block(self, block: BlockNote) -> None:
        """Write down that a block was given back, or never granted."""
        assert self._journal is not None
        self._journal.closed(block)

    def blocks(self) -> list[BlockNote]:
        """The blocks the journal has not seen the end of."""
        return list(self._journal.blocks.values()) if self._journal else []

    def block(self, block_id: str) -> BlockNote | None:
        """A block that was asked for before under this id."""
        return self._journal.blocks.get(block_id) if self._journal else None

    @property
    def keeps_a_journal(self) -> bool:
        """Whether what is under way survives the end of this process."""
        return self._journal is not None

    def send_copy(self, letter: Letter) -> None:
        """Send the very same message once more and wait for nothing, as a doubtful node does."""
        self._put(letter)

    def unsettled(self) -> list[Letter]:
        """The letters whose verdicts the journal has not seen, in the order they were sent."""
        return list(self._journal.unsettled.values()) if self._journal else []

    def forget(self, letter: Letter) -> None:
        """Stop waiting for a letter; the journal still knows that it is unsettled."""
        errand = self._errand_by_letter.pop(letter.id, None)
        if errand is not None:
            for one in (letter.id, *letter.expected):
                self._errand_by_id.pop(one, None)
            errand.done.cancel()

    async def write(self) -> None:
        """Carry letters to the wire as they come, in their order; runs until cancelled."""
        while True:
            await self._work.wait()
            await self.wire.is_up.wait()
            if self._journal is not None:
                self._journal.persist()
            count = min(len(self._outbox), LETTERS_AT_ONCE_MAX)
            await self.wire.post([self._outbox.popleft() for _ in range(count)])
            if not self._outbox:
                self._work.clear()

    async def watch(self) -> None:
        """Send again what has waited too long, and everything after a new connection."""
        loop = asyncio.get_running_loop()
        connections = self.wire.connections
        while True:
            await asyncio.sleep(RESEND_CHECK_SECONDS)
            if not self.wire.is_up.is_set():
                continue
            is_new = self.wire.connections != connections
            connections = self.wire.connections
            for errand in list(self._errand_by_letter.values()):
                if is_new or errand.resend_at <= loop.time():
                    self._send_again(errand, loop.time())

    def _has_room(self) -> None:
        if len(self._errand_by_letter) >= LETTERS_WAITING_MAX:
            message = f"{LETTERS_WAITING_MAX} letters wait for their verdicts"
            raise TooMuchWaiting(message)

    def _send_again(self, errand: Errand, now: float) -> None:
        errand.pause_seconds = max(
            self._resend_seconds, min(errand.pause_seconds * 2, RESEND_MAX_SECONDS)
        )
        errand.resend_at = now + errand.pause_seconds
        self.sent_again += 1
        self._put(errand.letter)

    def _send_soon_again(self, letter_id: str) -> None:
        """The broker refused or returned the letter: it is not there, so we need not wait long."""
        errand = self._errand_by_letter.get(letter_id)
        if errand is not None:
            errand.resend_at = asyncio.get_running_loop().time() + LOST_SECONDS

    def _put(self, letter: Letter) -> None:
        self._outbox.append(letter)
        self._work.set()

    def _hear(self, verdicts: list[VerdictJson]) -> None:
        for verdict in verdicts:
            errand = self._errand_by_id.get(cast("str", verdict["id"]))
            if errand is None:
                self.repeats_heard += 1
            else:
                self._settle(errand, verdict)

    def _settle(self, errand: Errand, verdict: VerdictJson) -> None:
        if _is_passing(verdict):
            errand.resend_at = asyncio.get_running_loop().time() + LOST_SECONDS
            return
        letter = errand.letter
        if verdict["id"] in letter.expected:
            errand.verdicts[verdict["id"]] = verdict
        else:
            # The whole message was refused under its own id: every line of it was.
            errand.verdicts = {one: {**verdict, "id": one} for one in letter.expected}
        if len(errand.verdicts) < len(letter.expected):
            return
        for one in (letter.id, *letter.expected):
            self._errand_by_id.pop(one, None)
        del self._errand_by_letter[letter.id]
        if self._journal is not None:
            self._journal.settled(letter)
        if not errand.done.done():
            errand.done.set_result(errand.verdicts)


@asynccontextmanager
async def courier(
    amqp_url: str, *, journal: Path | None = None, resend_seconds: float = RESEND_FIRST_SECONDS
) -> AsyncIterator[Courier]:
    """Connect, and send what the journal holds unsettled; raises OSError, TimeoutError or
    AMQPError when the broker cannot be reached now. Later losses it survives by itself.
    """
    remembered = Journal.open(journal) if journal else None
    carries = Courier(amqp_url, journal=remembered, resend_seconds=resend_seconds)
    async with opened(carries.wire):
        tasks = {asyncio.create_task(carries.write()), asyncio.create_task(carries.watch())}
        try:
            yield carries
        finally:
            await _ended(tasks)
            if remembered is not None:
                remembered.close()


async def _ended(tasks: "set[asyncio.Task[None]]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.result()


def _is_passing(verdict: VerdictJson) -> bool:
    refused = verdict.get("refused")
    return isinstance(refused, dict) and refused["code"] in PASSING
