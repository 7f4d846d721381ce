"""A copy rebuilt while it is used: subject by subject, each from what its owner says it is.

A row says how far it came, and moves in the transaction of each subject; so a crash loses nothing,
and facts go on being heard: whichever of a snapshot and a fact is newer stands.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from shared.contracts.copies import CopyState, SourceState
from shared.copies.keeping import Copies, Copy, KnownSubject
from shared.copies.questions import Questions
from shared.messaging import hearing, rebuilds
from shared.messaging.inbox import Act, act
from shared.messaging.trying import succeeded
from shared.postgres.pool import Connection

LOOK_SECONDS = 0.5
PAGE = 100
OVERTAKEN_SECONDS = 0.1
FAILED_SECONDS = 30.0

log = structlog.get_logger()


class BegunAnew(Exception):  # noqa: N818  # reads as a sentence
    """Somebody asked for the rebuild again: it begins anew."""


async def ask_anew(change: Act, copies: Copies) -> None:
    """Have every copy rebuilt from its beginning."""
    for copy in copies.by_service.values():
        if copy.keeping.replace is not None:
            await rebuilds.begin(change.connection, copy.keeping.owner.source, change.now)


async def state_of(reading: Act, copies: Copies) -> CopyState:
    """How each copy stands."""
    states = [
        await _state(reading.connection, copy, reading.now) for copy in copies.by_service.values()
    ]
    return CopyState(sources=tuple(states))


async def run(questions: Questions) -> None:
    """Rebuild whenever it was asked for, from where it stands."""
    running = questions.running
    source = questions.copy.keeping.owner.source
    while not running.stopping.is_set():
        async with running.pool.acquire() as connection:
            progress = await rebuilds.progress_of(connection, source)
        if progress is None or progress.is_done:
            await running.pause(LOOK_SECONDS)
            continue
        page = Rebuild(questions, progress).next_page()
        if not await succeeded(page, trying="rebuild", source=source):
            await running.pause(FAILED_SECONDS)


@dataclass
class Rebuild:
    """The rebuild of one copy, as far as it came."""

    questions: Questions
    progress: rebuilds.Progress

    async def next_page(self) -> None:
        """Rebuild the subjects of the next page, and drop those that stand between them."""
        found = await self._fetch(self.progress.after, PAGE)
        if found is None:
            await self.questions.be_quiet()
            return
        known, until = found
        known |= dict.fromkeys(await self._ours(until) - known.keys())
        with suppress(BegunAnew):
            for subject in sorted(known):
                if self.questions.running.stopping.is_set():
                    return
                await self._rebuild(subject, known[subject])
            if until is None:
                await self._finish()

    async def _rebuild(self, subject: UUID, known: KnownSubject | None) -> None:
        """Rebuild a subject; one that is absent, or was overtaken by a fact, is asked for again."""
        owner = self.questions.copy.keeping.owner
        while known is None or not await self._is_replaced(known):
            if known is not None:
                await self.questions.running.pause(OVERTAKEN_SECONDS)
            found = await self._fetch(_before(subject), 1)
            if found is None:
                await self.questions.be_quiet()
            else:
                known = found[0].get(subject) or owner.subject(subject=subject, sequence=0)
            if self.questions.running.stopping.is_set():
                return

    async def _is_replaced(self, known: KnownSubject) -> bool:
        """Replace the copy of a subject, unless a fact that is newer was heard meanwhile.

        Where all that is said has to be heard, one that is behind waits until it was.
        """
        running, keeping = self.questions.running, self.questions.copy.keeping
        source = keeping.owner.source
        async with act(running.pool, running.clock) as change:
            last = await hearing.lock_heard(change.connection, source, known.subject)
            if 0 < known.sequence < last or (keeping.is_heard_whole and last < known.sequence):
                return False
            assert keeping.replace is not None
            await keeping.replace(running, change, known)
            if not keeping.is_heard_whole:
                await _count_as_heard(change.connection, source, known)
            if not await rebuilds.advance(change.connection, source, self.progress, known.subject):
                raise BegunAnew
        running.written.set()
        return True

    async def _fetch(
        self, after: UUID | None, limit: int
    ) -> tuple[dict[UUID, KnownSubject | None], UUID | None] | None:
        owner = self.questions.copy.keeping.owner
        answer = await self.questions.ask(owner.snapshot(after=after, limit=limit))
        if answer is None:
            return None
        page = owner.page.model_validate(answer, strict=False)
        return {known.subject: known for known in page.subjects}, page.after

    async def _ours(self, until: UUID | None) -> set[UUID]:
        """The subjects that the copy has in the span of a page."""
        running, keeping = self.questions.running, self.questions.copy.keeping
        async with act(running.pool, running.clock) as reading:
            heard = await hearing.heard_between(
                reading.connection, keeping.owner.source, self.progress.after, until
            )
            assert keeping.subjects is not None
            return heard | await keeping.subjects(reading, self.progress.after, until)

    async def _finish(self) -> None:
        """Conclude from the whole copy what could not be concluded from a part of it."""
        running, keeping = self.questions.running, self.questions.copy.keeping
        source = keeping.owner.source
        async with running.pool.acquire() as connection:
            if not await rebuilds.come_through(connection, source, self.progress):
                return
        if keeping.conclude is not None:
            await keeping.conclude(running)
        async with running.pool.acquire() as connection:
            await rebuilds.end(connection, source, self.progress)
        log.info("rebuilt", source=source)


async def _count_as_heard(connection: Connection, source: str, known: KnownSubject) -> None:
    """What is known of a subject stands for its facts; of one that nobody has, nothing was said."""
    if known.sequence == 0:
        await hearing.forget(connection, source, known.subject)
        return
    await hearing.set_heard(connection, source, known.subject, known.sequence)
    await hearing.drop_parked(connection, source, known.subject, known.sequence)


async def _state(connection: Connection, copy: Copy, now: datetime) -> SourceState:
    source = copy.keeping.owner.source
    progress = await rebuilds.progress_of(connection, source)
    return SourceState(
        service=copy.keeping.owner.service,
        behind_seconds=copy.freshness.behind_seconds(now),
        waiting=await hearing.count_parked(connection, source),
        fetched=copy.fetched,
        rebuilt=progress.rebuilt if progress else 0,
        rebuilding=progress is not None and not progress.is_done,
    )


def _before(subject: UUID) -> UUID | None:
    return UUID(int=subject.int - 1) if subject.int else None
