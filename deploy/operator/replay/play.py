"""Plays a plan as many render nodes: a window of jobs at once, in recorded time, or shuffled."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from typing import TypeVar

from deploy.operator.replay.plan import PlannedJob
from deploy.operator.replay.rogue import Rogue
from deploy.operator.replay.tally import Tally
from shared.client.courier import Courier
from shared.client.letters import Letter, Sender
from shared.client.wire import VerdictJson
from shared.clock import Clock

JOBS_AT_ONCE = 1_024
SHUFFLE_WINDOW = 2_000
LEASE_SECONDS = 30 * 86_400
REPEATS_SECONDS = 10.0
GLANCE_SECONDS = 0.1

Drawn = TypeVar("Drawn")


@dataclass
class Player:
    """Sends what nodes would send and counts what comes back."""

    courier: Courier
    owner_by_group: Mapping[int, str]
    tally: Tally
    random: Random
    resend_share: float = 0.0
    rogue: Rogue | None = None
    _clock: Clock = field(default_factory=Clock)
    _senders: dict[str, Sender] = field(default_factory=dict)

    async def play(self, jobs: Sequence[PlannedJob]) -> None:
        """Flat out: each job captures once it was authorized, many jobs at once."""
        waiting = iter(jobs)
        self.tally.begin()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(JOBS_AT_ONCE, len(jobs))):
                tasks.create_task(self._play_each(waiting))

    async def play_in_time(self, jobs: Sequence[PlannedJob], speed: float) -> None:
        """Each job starts and ends at its recorded time, `speed` times as fast."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        self.tally.begin()
        async with asyncio.TaskGroup() as tasks:
            for job in jobs:
                await asyncio.sleep(max(0.0, began + job.started / speed - loop.time()))
                tasks.create_task(self._play_one(job, until=began + job.ends / speed))

    async def play_shuffled(self, jobs: Sequence[PlannedJob]) -> None:
        """Nobody waits for an answer, and each message is drawn from a window of thousands: half
        of the captures overtake their authorize, and the ledger parks them.
        """
        room = asyncio.Semaphore(JOBS_AT_ONCE)
        self.tally.begin()
        async with asyncio.TaskGroup() as tasks:
            for job, letter, is_authorize in shuffled(self._messages(jobs), self.random):
                if is_authorize:
                    await room.acquire()
                    tasks.create_task(self._authorize_and_make_room(letter, room))
                else:
                    tasks.create_task(self._settle(job, letter))

    async def repeats_are_answered(self) -> None:
        """Wait until the copies that were sent have been answered as well, or nothing more comes:
        a broker that was killed takes some answers with it.
        """
        loop = asyncio.get_running_loop()
        heard, since = -1, loop.time()
        while self.courier.repeats_heard < self.tally.resent:
            if self.courier.repeats_heard != heard:
                heard, since = self.courier.repeats_heard, loop.time()
            if loop.time() - since > REPEATS_SECONDS:
                return
            await asyncio.sleep(GLANCE_SECONDS)

    async def _play_each(self, jobs: Iterator[PlannedJob]) -> None:
        for job in jobs:
            await self._play_one(job)

    async def _play_one(self, job: PlannedJob, until: float = 0.0) -> None:
        authorize = self._authorization(job)
        if not await self._authorize(authorize):
            self.tally.job_is_settled()
            return
        if until:
            await asyncio.sleep(max(0.0, until - asyncio.get_running_loop().time()))
        await self._settle(job, self._settlement(job, authorize.id))

    async def _authorize(self, letter: Letter) -> bool:
        sent_at = perf_counter()
        verdict = await self._answer(letter)
        return self.tally.authorize(verdict, sent_at)

    async def _authorize_and_make_room(self, letter: Letter, room: asyncio.Semaphore) -> None:
        await self._authorize(letter)
        room.release()

    async def _settle(self, job: PlannedJob, letter: Letter) -> None:
        verdict = await self._answer(letter)
        self.tally.settle(verdict, str(job.person.id), is_capture=job.capture is not None)
        self.tally.job_is_settled()

    async def _answer(self, letter: Letter) -> VerdictJson:
        if self.rogue is not None:
            await self.rogue.lets_go_on()
            self.rogue.message_is_sent()
        answered = self.courier.send(letter)
        verdict = (await answered)[letter.id]
        if self.random.random() < self.resend_share:
            self.tally.resent += 1
            self.courier.send_copy(letter)
        return verdict

    def _messages(self, jobs: Sequence[PlannedJob]) -> Iterator[tuple[PlannedJob, Letter, bool]]:
        for job in jobs:
            authorize = self._authorization(job)
            yield job, authorize, True
            yield job, self._settlement(job, authorize.id), False

    def _authorization(self, job: PlannedJob) -> Letter:
        return self._sender(job).authorize(
            str(self._clock.new_id()),
            owner=self.owner_by_group[job.person.group],
            account=str(job.person.id),
            amount=job.authorize,
            lease_seconds=LEASE_SECONDS,
            job=None,
        )

    def _settlement(self, job: PlannedJob, hold: str) -> Letter:
        sender, command_id = self._sender(job), str(self._clock.new_id())
        owner, account = self.owner_by_group[job.person.group], str(job.person.id)
        if job.capture is None:
            return sender.void(command_id, owner=owner, account=account, hold=hold)
        return sender.capture(
            command_id, owner=owner, account=account, hold=hold, amount=job.capture, final=True
        )

    def _sender(self, job: PlannedJob) -> Sender:
        sender = self._senders.get(job.node)
        if sender is None:
            sender = self._senders[job.node] = Sender(user=self.courier.wire.user, node=job.node)
        return sender


def shuffled(
    messages: Iterator[Drawn], random: Random, window: int = SHUFFLE_WINDOW
) -> Iterator[Drawn]:
    """Draw each message at random from the next `window` that have not been drawn."""
    held: list[Drawn] = []
    for message in messages:
        held.append(message)
        if len(held) >= window:
            yield _drawn(held, random)
    while held:
        yield _drawn(held, random)


def _drawn(held: list[Drawn], random: Random) -> Drawn:
    place = random.randrange(len(held))
    held[place], held[-1] = held[-1], held[place]
    return held.pop()
