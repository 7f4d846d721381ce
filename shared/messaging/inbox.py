"""What comes in: one command, one transaction, one remembered verdict; facts heard in order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import TypeVar
from uuid import UUID

import asyncpg

from shared.clock import Clock
from shared.contracts.catalogue import FACT_BY_TYPE
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
from shared.messaging import outbox
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

    command: UUID
    verdict: Verdict | None = None
    already_made: bool = False

    def decide(self, decision: Contract | Refused) -> Verdict:
        """Settle the verdict: a refusal, or the data that says what happened."""
        self.verdict = answer(self.command, decision)
        return self.verdict


@dataclass
class Heard(Act):
    """The transaction of what was heard, and the facts to apply in it, in order."""

    due: tuple[Fact[FactData], ...]


@asynccontextmanager
async def once(
    pool: "asyncpg.Pool[asyncpg.Record]", command: Command[D], clock: Clock
) -> AsyncIterator[Change]:
    """Open the transaction of a command; when its id was decided before, with that verdict."""
    content = _content(command)
    async with pool.acquire() as connection, connection.transaction():
        await _one_at_a_time(connection, command.id)
        change = Change(connection, clock, clock.now(), command.id)
        remembered = await _remembered(connection, command.id)
        if remembered is not None:
            change.already_made = True
            change.verdict = _verdict_again(remembered, command.id, content)
        yield change
        if not change.already_made and _is_remembered(change.verdict):
            await _remember(connection, change, content)


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
        last = await _last_heard(connection, fact.source, fact.subject)
        if fact.sequence <= last:
            yield heard
            return
        if fact.sequence > last + 1:
            await _park(connection, fact, heard.now)
            yield heard
            return
        due = (fact, *await _parked_after(connection, fact))
        yield Heard(connection, clock, heard.now, due)
        await _advance(connection, fact.source, fact.subject, fact.sequence + len(due) - 1)


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


async def _remember(connection: Connection, change: Change, content: bytes) -> None:
    assert change.verdict is not None
    await connection.execute(
        "INSERT INTO inbox (command, content, verdict, decided_at) VALUES ($1, $2, $3, $4)",
        change.command,
        content,
        change.verdict.model_dump(mode="json", exclude_none=True),
        change.now,
    )


async def _last_heard(connection: Connection, source: str, subject: UUID) -> int:
    await connection.execute(
        """
        INSERT INTO heard (source, subject, sequence) VALUES ($1, $2, 0)
        ON CONFLICT DO NOTHING
        """,
        source,
        subject,
    )
    sequence: int = await connection.fetchval(
        "SELECT sequence FROM heard WHERE source = $1 AND subject = $2 FOR UPDATE",
        source,
        subject,
    )
    return sequence


async def _advance(connection: Connection, source: str, subject: UUID, sequence: int) -> None:
    await connection.execute(
        "UPDATE heard SET sequence = $3 WHERE source = $1 AND subject = $2",
        source,
        subject,
        sequence,
    )


async def _park(connection: Connection, fact: Fact[FactData], now: datetime) -> None:
    # Written as the contract it is: as a fact of any kind it would lose the fields of its data.
    whole = FACT_BY_TYPE[fact.type].model_construct(**dict(fact))
    await connection.execute(
        """
        INSERT INTO parked_fact (source, subject, sequence, body, parked_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        """,
        fact.source,
        fact.subject,
        fact.sequence,
        whole.model_dump_json(exclude_none=True),
        now,
    )


async def _parked_after(connection: Connection, fact: Fact[FactData]) -> tuple[Fact[FactData], ...]:
    """Take the parked facts that follow this one without a gap."""
    assert fact.sequence is not None
    rows = await connection.fetch(
        """
        DELETE FROM parked_fact
        WHERE source = $1 AND subject = $2 AND sequence > $3
            AND sequence - $3 <= (
                SELECT count(*) FROM parked_fact AS earlier
                WHERE earlier.source = $1 AND earlier.subject = $2
                    AND earlier.sequence > $3 AND earlier.sequence <= parked_fact.sequence
            )
        RETURNING sequence, body
        """,
        fact.source,
        fact.subject,
        fact.sequence,
    )
    return tuple(
        FACT_BY_TYPE[_type_in(row["body"])].model_validate_json(row["body"])
        for row in sorted(rows, key=lambda row: row["sequence"])
    )


def _type_in(body: str) -> str:
    return Fact[FactData].model_validate_json(body).type
