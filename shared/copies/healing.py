"""Copies heal: what a copy missed is noticed by sequence, fetched, and heard as if delivered.

A gap is noticed in three ways: a watermark names the heads of what was said a moment ago, so that
even the last fact is missed when it does not come; a fact that came too early waits for those
before it; and at start and each minute all heads are compared, page by page. Before anything is
fetched, what may be under way is given a moment to come.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from uuid import UUID

import structlog

from shared.contracts.catalogue import FACT_BY_TYPE
from shared.contracts.copies import GAPS_MAX, FactsFetched, Gap, Head, HeadsFetched
from shared.contracts.message import Fact, FactData
from shared.copies import rebuilding
from shared.copies.keeping import NOTED_MAX, Copy, copies_in
from shared.copies.questions import Questions
from shared.messaging import hearing
from shared.messaging.ask import Asker, asker
from shared.messaging.trying import succeeded
from shared.service import Running

PARKED_SECONDS = 0.5
SETTLE_SECONDS = 1.0
LOOK_SECONDS = 0.25
LOOKED_AT_ONCE_MAX = 1_000
COMPARE_SECONDS = 60.0
COVERED_SECONDS = 60.0
FRUITLESS_FIRST_SECONDS = 1.0
FRUITLESS_MAX_SECONDS = 60.0

log = structlog.get_logger()


async def heal(running: Running) -> None:
    """Keep every copy of this service whole, until it stops."""
    async with asker(running.settings.amqp_url) as asks, asyncio.TaskGroup() as errands:
        for copy in copies_in(running).by_service.values():
            errands.create_task(Healing.of(running, asks, copy).run())
            if copy.keeping.is_leading(running):
                errands.create_task(_compare(Questions(running, asks, copy)))
                errands.create_task(rebuilding.run(Questions(running, asks, copy)))


@dataclass
class Patience:
    """Gaps that were asked for in vain are asked for again ever later."""

    _next: dict[UUID, tuple[float, float]] = field(default_factory=dict)

    def is_due(self, subject: UUID) -> bool:
        not_before, _ = self._next.get(subject, (0.0, 0.0))
        return monotonic() >= not_before

    def was_fruitless(self, subject: UUID) -> None:
        if len(self._next) >= NOTED_MAX:
            self._next.clear()
        _, before = self._next.get(subject, (0.0, FRUITLESS_FIRST_SECONDS / 2))
        pause = min(before * 2, FRUITLESS_MAX_SECONDS)
        self._next[subject] = (monotonic() + pause, pause)

    def was_fruitful(self, subject: UUID) -> None:
        self._next.pop(subject, None)


@dataclass
class Healing:
    """The healing of one copy: one request in flight at a time."""

    running: Running
    copy: Copy
    questions: Questions
    patience: Patience = field(default_factory=Patience)

    @classmethod
    def of(cls, running: Running, asks: Asker, copy: Copy) -> "Healing":
        """Begin to heal a copy."""
        return cls(running, copy, Questions(running, asks, copy))

    async def run(self) -> None:
        """Look for gaps and fetch them, until the service stops."""
        while not self.running.stopping.is_set():
            gaps = await self._gaps()
            if not gaps:
                await self.running.pause(LOOK_SECONDS)
                continue
            answer = await self.questions.ask(self.copy.keeping.owner.facts(gaps=gaps))
            if answer is None:
                await self.questions.be_quiet()
                continue
            await self._take(gaps, FactsFetched.model_validate(answer, strict=False))

    async def _gaps(self) -> tuple[Gap, ...]:
        """What is missed for longer than what is under way takes to come."""
        source = self.copy.keeping.owner.source
        heads = self._settled_heads()
        missed: dict[UUID, Gap] = {}
        async with self.running.pool.acquire() as connection:
            if self.copy.keeping.is_leading(self.running):
                since = self.running.clock.now() - timedelta(seconds=PARKED_SECONDS)
                parked = await hearing.parked_before(connection, source, since, limit=GAPS_MAX)
                missed = {gap.subject: gap for gap in parked}
            if heads:
                behind = await hearing.behind(connection, source, heads)
                self._agree(heads, {gap.subject for gap in behind})
                missed |= {gap.subject: gap for gap in behind}
        due = [gap for gap in missed.values() if self.patience.is_due(gap.subject)]
        return tuple(due[:GAPS_MAX])

    def _settled_heads(self) -> dict[UUID, int]:
        settled = monotonic() - SETTLE_SECONDS
        heads = [
            (subject, sequence)
            for subject, (sequence, since) in self.copy.noted.items()
            if since <= settled and self.patience.is_due(subject)
        ]
        return dict(heads[:LOOKED_AT_ONCE_MAX])

    def _agree(self, heads: Mapping[UUID, int], behind: AbstractSet[UUID]) -> None:
        for subject in heads.keys() - behind:
            self.copy.agree(subject, heads[subject])
            if self.copy.noted[subject][0] == heads[subject]:
                del self.copy.noted[subject]

    async def _take(self, gaps: Iterable[Gap], fetched: FactsFetched) -> None:
        """Hear what came; a gap that brought nothing is given more time each time."""
        asked = {gap.subject for gap in gaps}
        served: set[UUID] = set()
        last: UUID | None = None
        for event in fetched.facts:
            fact = _read(event)
            last = UUID(str(event["subject"]))
            if fact is None or fact.source != self.copy.keeping.owner.source or last not in asked:
                continue
            if await self._is_heard(fact):
                self.copy.fetched += 1
                served.add(fact.subject)
        for subject in asked:
            if subject in served:
                self.patience.was_fruitful(subject)
            elif last is None or subject <= last:
                self.patience.was_fruitless(subject)

    async def _is_heard(self, fact: Fact[FactData]) -> bool:
        """Hear a fact as if it had been delivered; one that fails is for an operator to see."""
        hearing_it = self.copy.keeping.hear(self.running, fact)
        if not await succeeded(hearing_it, trying="hear", type=fact.type, fact=str(fact.id)):
            return False
        self.running.written.set()
        return True


def _read(event: Mapping[str, object]) -> Fact[FactData] | None:
    contract = FACT_BY_TYPE.get(str(event["type"]))
    if contract is None:
        log.error("fetched_fact_unknown", type=event["type"])
        return None
    fact: Fact[FactData] = contract.model_validate_json(json.dumps(event))
    return fact


async def _compare(questions: Questions) -> None:
    """At start and each minute, compare all heads."""
    running = questions.running
    while not running.stopping.is_set():
        await _compare_once(questions)
        await running.pause(COMPARE_SECONDS)


async def _compare_once(questions: Questions) -> None:
    running, copy = questions.running, questions.copy
    after: UUID | None = None
    while not running.stopping.is_set():
        asked_at = running.clock.now()
        answer = await questions.ask(copy.keeping.owner.heads(after=after))
        if answer is None:
            await questions.be_quiet()
            continue
        page = HeadsFetched.model_validate(answer, strict=False)
        if await _behind(questions, page.heads):
            # What waits in our own queue is not missed: it comes before a watermark of that time.
            await _until(running, lambda: copy.freshness.covers(asked_at))  # noqa: B023  # at once
            copy.note(await _behind(questions, page.heads))
            await _until(running, lambda: len(copy.noted) <= NOTED_MAX // 2)
        after = page.after
        if after is None:
            return


async def _until(running: Running, holds: Callable[[], bool]) -> None:
    """Wait until something holds, for a minute at most."""
    deadline = monotonic() + COVERED_SECONDS
    while not holds() and monotonic() < deadline and not running.stopping.is_set():
        await running.pause(LOOK_SECONDS)


async def _behind(questions: Questions, heads: Iterable[Head]) -> tuple[Head, ...]:
    sequences = {head.subject: head.sequence for head in heads}
    source = questions.copy.keeping.owner.source
    async with questions.running.pool.acquire() as connection:
        missed = await hearing.behind(connection, source, sequences)
    return tuple(Head(subject=gap.subject, sequence=sequences[gap.subject]) for gap in missed)
