"""What comes in: one command, one transaction, one remembered verdict; facts heard in order."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import asyncpg

from shared.clock import Clock
from shared.contracts.message import (
    Command,
    CommandData,
    Contract,
    Fact,
    FactData,
    Refused,
    Verdict,
    refuse,
)
from shared.contracts.refusals import RefusalCode
from shared.messaging import hearing, outbox
from shared.postgres.pool import Connection

CONTENT_VERSION = b"1"
D = TypeVar("D", bound=CommandData)

# Answered but not remembered (conventions 5): the same id may come again and pass.
FORGOTTEN = frozenset(
    {
        RefusalCode.OVERLOADED,
        RefusalCode.COPY_STALE,
        RefusalCode.UNKNOWN_ORGANIZATION,
        RefusalCode.UNKNOWN_ACCOUNT,
        RefusalCode.CLOCK_SKEW,
        RefusalCode.OPERATOR_REQUIRED,
        RefusalCode.MALFORMED,
        RefusalCode.UNKNOWN_FIELD,
        RefusalCode.TOO_LARGE,
    }
)


class _DryRunError(Exception):
    """Undoes the transaction of a command that was only tried."""


@dataclass
class Act:
    """One transaction: what changes in it, and what is said of it, commit together."""

    connection: Connection
    clock: Clock
    now: datetime

    async def say(self, data: FactData, *, subject: UUID) -> None:
        """Say a fact with this change."""
        await outbox.add(
            self.connection, data, subject=subject, identifier=self.clock.new_id(), at=self.now
        )


@dataclass
class Change(Act):
    """The transaction of one command: what it did, and the verdict it ends in."""

    asked: Command[Any]
    verdict: Verdict | None = None
    already_made: bool = False

    def decide(self, decision: Contract | Refused) -> Verdict:
        """Settle the verdict: a refusal, or the data that says what happened."""
        self.verdict = answer(self.asked.id, decision)
        return self.verdict


@dataclass
class Heard(Act):
    """The transaction of what was heard, and the facts to apply in it, in order."""

    due: tuple[Fact[FactData], ...]


Remember: TypeAlias = Callable[[Change, bytes], Awaitable[None]]


async def write_down(change: Change, content: bytes) -> None:
    """Remember a verdict, with the hash of what it was given on."""
    assert change.verdict is not None
    await change.connection.execute(
        "INSERT INTO inbox (command, content, verdict, decided_at) VALUES ($1, $2, $3, $4)",
        change.asked.id,
        content,
        change.verdict.model_dump(mode="json", exclude_none=True),
        change.now,
    )


@asynccontextmanager
async def once(
    pool: "asyncpg.Pool[asyncpg.Record]",
    command: Command[D],
    clock: Clock,
    *,
    remember: Remember = write_down,
) -> AsyncIterator[Change]:
    """Open the transaction of a command; when its id was decided before, with that verdict.

    A service that forgets some of its verdicts marks them by `remember`. A dry run ends as if it
    had never been, and its verdict is what would have come of it.
    """
    content = _content(command)
    async with _undone_after_a_dry_run(), pool.acquire() as connection, connection.transaction():
        await _one_at_a_time(connection, command.id)
        change = Change(connection, clock, clock.now(), command)
        remembered = await _remembered(connection, command.id)
        if remembered is not None:
            change.already_made = True
            change.verdict = _verdict_again(remembered, command.id, content)
        yield change
        if command.dry_run:
            raise _DryRunError
        if not change.already_made and _is_remembered(change.verdict):
            await remember(change, content)


@asynccontextmanager
async def _undone_after_a_dry_run() -> AsyncIterator[None]:
    with suppress(_DryRunError):
        yield


@asynccontextmanager
async def hear(
    pool: "asyncpg.Pool[asyncpg.Record]", fact: Fact[FactData], clock: Clock
) -> AsyncIterator[Heard]:
    """Open the transaction of a fact and tell which facts of its subject are due now.

    Nothing when it was heard before; nothing, and parked, when it came too early; else this one
    and those that waited for it. A fact outside the sequences is always due.
    """
    async with pool.acquire() as connection, connection.transaction():
        heard = Heard(connection, clock, clock.now(), ())
        if fact.sequence is None:
            yield Heard(connection, clock, heard.now, (fact,))
            return
        last = await hearing.lock_heard(connection, fact.source, fact.subject)
        if fact.sequence <= last:
            yield heard
            return
        if fact.sequence > last + 1:
            await hearing.park(connection, fact, heard.now)
            yield heard
            return
        due = (fact, *await hearing.take_parked_after(connection, fact))
        yield Heard(connection, clock, heard.now, due)
        until = fact.sequence + len(due) - 1
        await hearing.set_heard(connection, fact.source, fact.subject, until)


@asynccontextmanager
async def hear_latest(
    pool: "asyncpg.Pool[asyncpg.Record]", fact: Fact[FactData], clock: Clock
) -> AsyncIterator[Heard]:
    """Open the transaction of a fact of a subject of which we hear some kinds alone.

    Its sequence has gaps for us, so that nothing waits: a fact is due unless a later one was heard.
    """
    async with pool.acquire() as connection, connection.transaction():
        now = clock.now()
        if fact.sequence is None:
            yield Heard(connection, clock, now, (fact,))
            return
        last = await hearing.lock_heard(connection, fact.source, fact.subject)
        is_due = fact.sequence > last
        yield Heard(connection, clock, now, (fact,) if is_due else ())
        if is_due:
            await hearing.set_heard(connection, fact.source, fact.subject, fact.sequence)


@asynccontextmanager
async def act(pool: "asyncpg.Pool[asyncpg.Record]", clock: Clock) -> AsyncIterator[Act]:
    """Open the transaction of what we do by ourselves, when time passes."""
    async with pool.acquire() as connection, connection.transaction():
        yield Act(connection, clock, clock.now())


def answer(identifier: UUID, decision: Contract | Refused) -> Verdict:
    """Answer a command or query: a refusal, or the data that says what happened or is."""
    if isinstance(decision, Refused):
        return Verdict(id=identifier, refused=decision)
    return Verdict(id=identifier, result=decision.model_dump(mode="json", exclude_none=True))


def _content(command: Command[D]) -> bytes:
    """Hash every field that changes the effect, amounts already parsed."""
    effect = (command.type, command.on_behalf_of, command.owner, command.data)
    return CONTENT_VERSION + blake2b(repr(effect).encode(), digest_size=16).digest()


def _verdict_again(remembered: asyncpg.Record, command: UUID, content: bytes) -> Verdict:
    if remembered["content"] != content:
        return Verdict(id=command, refused=refuse(RefusalCode.IDEMPOTENCY_KEY_REUSED))
    return Verdict.model_validate(remembered["verdict"], strict=False)


def _is_remembered(verdict: Verdict | None) -> bool:
    if verdict is None:
        message = "a command's door left without a verdict"
        raise AssertionError(message)
    return verdict.refused is None or verdict.refused.code not in FORGOTTEN


async def _one_at_a_time(connection: Connection, command: UUID) -> None:
    await connection.execute(
        "SELECT pg_advisory_xact_lock($1)", int.from_bytes(command.bytes[8:], signed=True)
    )


async def _remembered(connection: Connection, command: UUID) -> asyncpg.Record | None:
    return await connection.fetchrow(
        "SELECT content, verdict FROM inbox WHERE command = $1", command
    )
