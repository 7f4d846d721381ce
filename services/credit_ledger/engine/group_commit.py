"""The engine: takes whatever waits, decides it in one commit, and begins again. No timer."""

import asyncio
import struct
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

import asyncpg
import structlog

from services.credit_ledger.engine.batch import decide_batch
from services.credit_ledger.engine.books import Books
from services.credit_ledger.engine.delivery_log import DeliveryLog
from services.credit_ledger.engine.outcomes import REUSED, Outcome
from services.credit_ledger.engine.rulebook import UNREMEMBERED
from services.credit_ledger.rules.acts import Act
from services.credit_ledger.rules.book import Refusal
from services.credit_ledger.store import checking, locking
from shared.clock import Clock
from shared.contracts.refusals import RefusalCode
from shared.postgres.pool import PASSING

BATCH_ACTS_MAX = 2_000
BACKOFF_FIRST_SECONDS = 0.05
BACKOFF_MAX_SECONDS = 2.0
POISON = Refusal((RefusalCode.MALFORMED,), "constraint")
# What one poisonous act can do to a batch: break a constraint, or a promise of our own code.
VIOLATIONS = (
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.DataError,
    AssertionError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    # A sum past 63 bits does not fit into what the head is taken of.
    struct.error,
)

logger = structlog.get_logger()
Late: TypeAlias = Callable[[list[Outcome]], Awaitable[None]]


class BooksDifferError(Exception):
    """The database came back with books that do not match their journal."""


# What is waited out with the messages unacked; books that differ want a human, not a restart.
WAITS: tuple[type[Exception], ...] = (BooksDifferError, *PASSING)


@dataclass
class Waiting:
    """Acts that came together and are answered together."""

    acts: Sequence[Act]
    decided: "asyncio.Future[list[Outcome]]"


@dataclass
class Engine:
    """One worker's engine: one connection, one batch at a time, books at hand between batches."""

    database_url: str
    clock: Clock
    worker: int
    committed: asyncio.Event
    late: Late
    log: DeliveryLog
    books: Books = field(default_factory=Books)
    _refused: dict[UUID, Counter[str]] = field(default_factory=dict)
    _waiting: "deque[Waiting]" = field(default_factory=deque)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _connection: "asyncpg.Connection[asyncpg.Record] | None" = None

    async def submit(self, acts: Sequence[Act]) -> list[Outcome]:
        """Have acts decided with whatever else waits; outcomes come in their order."""
        decided: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(acts, decided))
        self._arrived.set()
        return await decided

    async def open(self) -> None:
        """Connect and look at the books before anything is taken; waits while they differ."""
        pause = BACKOFF_FIRST_SECONDS
        while True:
            try:
                await self._connected()
            except WAITS as error:
                logger.warning("engine_waits", reason=repr(error))
                await self._disconnect()
                await asyncio.sleep(pause)
                pause = min(pause * 2, BACKOFF_MAX_SECONDS)
            else:
                return

    async def run(self, stopping: asyncio.Event) -> None:
        """Decide batch after batch until stopped and nothing waits."""
        while not (stopping.is_set() and not self._waiting):
            if not self._waiting:
                self._arrived.clear()
                await _either(self._arrived, stopping)
                continue
            taken = self._take()
            await self._settle(taken)
        await self._disconnect()

    def _take(self) -> list[Waiting]:
        """Take what waits, up to the cap; one that is larger by itself goes alone."""
        taken = [self._waiting.popleft()]
        size = len(taken[0].acts)
        while self._waiting and size + len(self._waiting[0].acts) <= BATCH_ACTS_MAX:
            size += len(self._waiting[0].acts)
            taken.append(self._waiting.popleft())
        return taken

    async def _settle(self, taken: list[Waiting]) -> None:
        together = [waiting.acts for waiting in taken]
        decided = await self._decide_patiently(together)
        self.committed.set()
        self._count_refused([act for acts in together for act in acts], decided)
        begin = 0
        for waiting in taken:
            end = begin + len(waiting.acts)
            if not waiting.decided.done():
                waiting.decided.set_result(decided[begin:end])
            begin = end

    def take_refused(self) -> dict[UUID, Counter[str]]:
        """Hand over the counts of refusals by owner and code since the last time."""
        refused, self._refused = self._refused, {}
        return refused

    def _count_refused(self, acts: Sequence[Act], decided: Sequence[Outcome]) -> None:
        """Count what was refused to somebody; an id used for something else is an alarm (T21)."""
        for act, outcome in zip(acts, decided, strict=True):
            refusal = outcome.refusal
            if refusal is None or type(act) in UNREMEMBERED:
                continue
            if refusal == REUSED:
                owner, command = str(act.owner), str(act.command)
                logger.error("idempotency_key_reused", owner=owner, id=command)
            elif outcome.duplicate:
                continue
            owner_named = self.books.owner_named(act.owner)
            self._refused.setdefault(owner_named, Counter())[refusal.code] += 1

    async def _decide_patiently(self, together: Sequence[Sequence[Act]]) -> list[Outcome]:
        """Try the same batch until it commits; the ids make a second try harmless."""
        pause = BACKOFF_FIRST_SECONDS
        while True:
            try:
                return await self._decide(together)
            except WAITS as error:
                logger.warning("engine_waits", reason=repr(error), acts=sum(map(len, together)))
                await self._disconnect()
                await asyncio.sleep(pause)
                pause = min(pause * 2, BACKOFF_MAX_SECONDS)

    async def _decide(
        self, together: Sequence[Sequence[Act]], *, is_second_try: bool = False
    ) -> list[Outcome]:
        """Decide a batch; when one act breaks a constraint, split until it stands alone.

        What came together is parted last: a payment and its refund are to be one commit (T20).
        """
        connection = await self._connected()
        acts = [act for some in together for act in some]
        try:
            decided, late = await decide_batch(
                connection, self.books, acts, clock=self.clock, worker=self.worker, log=self.log
            )
        except VIOLATIONS as error:
            if len(acts) == 1 and is_second_try:
                logger.exception("poison_act", act=repr(acts[0]), reason=repr(error))
                return [Outcome(acts[0].command, POISON)]
            if len(acts) == 1:
                # Its books were dropped with the transaction: once more, on fresh ones.
                return await self._decide([acts], is_second_try=True)
            first, second = _halves(together)
            return await self._decide(first) + await self._decide(second)
        if late:
            await self.late(late)
        return decided

    async def _connected(self) -> "asyncpg.Connection[asyncpg.Record]":
        if self._connection is None or self._connection.is_closed():
            self.books = self.books.emptied()
            self._connection = await locking.connect(self.database_url)
            await self._check_books(self._connection)
        return self._connection

    async def _check_books(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Decide nothing on books that a failover or a restore left behind their journal."""
        differing = await checking.differing_wallets(connection)
        if differing:
            logger.critical("books_differ", wallets=[str(wallet) for wallet in differing])
            message = f"{len(differing)} wallets differ from their journal: run coffer reconcile"
            raise BooksDifferError(message)

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*PASSING):
                connection.terminate()


def _halves(
    together: Sequence[Sequence[Act]],
) -> tuple[Sequence[Sequence[Act]], Sequence[Sequence[Act]]]:
    """Part what was decided at once: between submissions, and within the only one."""
    if len(together) > 1:
        half = len(together) // 2
        return together[:half], together[half:]
    [acts] = together
    half = len(acts) // 2
    return [acts[:half]], [acts[half:]]


async def _either(first: asyncio.Event, second: asyncio.Event) -> None:
    """Wait until one of two events is set."""
    waits = [asyncio.create_task(event.wait()) for event in (first, second)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
