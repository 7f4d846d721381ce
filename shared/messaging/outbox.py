"""Facts leave by the outbox: written with the change, published in order after the commit."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import orjson
import structlog

from shared.contracts.catalogue import fact_type
from shared.contracts.message import CLOUDEVENT_CONTENT_TYPE, Fact, FactData
from shared.messaging.heads import RecentHeads
from shared.messaging.publisher import NotConfirmed, Outgoing, Publisher
from shared.messaging.topology import FACTS
from shared.postgres.pool import PASSING, Connection

RELAY_BATCH = 500
RELAY_POLL_SECONDS = 0.2
# Two numbers, for the ids of commands are locks of one: none of them can be this.
RELAY_LOCK = (0x636F66, 0x666572)
NOBODY = UUID(int=0)  # the subject of a fact that is about no one

log = structlog.get_logger()


async def add(
    connection: Connection, data: FactData, *, subject: UUID, identifier: UUID, at: datetime
) -> None:
    """Say a fact about a subject, under the next number of its dense sequence."""
    sequence = await _next_sequence(connection, subject)
    fact = Fact(
        id=identifier,
        source=f"/coffer/{data.SERVICE}",
        type=fact_type(type(data)),
        subject=subject,
        time=at,
        sequence=sequence,
        data=data,
    )
    await _insert(connection, fact, data.ROUTING_KEY)


async def lock_subject(connection: Connection, subject: UUID) -> None:
    """Take the lock that saying something of a subject takes, before anything is said.

    Whoever takes other locks for what he may have to say takes this one before them.
    """
    await connection.execute("SELECT 1 FROM subject WHERE subject = $1 FOR UPDATE", subject)


async def announce(
    publisher: Publisher,
    data: FactData,
    *,
    identifier: UUID,
    at: datetime,
    subject: UUID = NOBODY,
) -> None:
    """Say a fact outside the sequences at once: its loss harms nobody, the next one follows."""
    fact = Fact(
        id=identifier,
        source=f"/coffer/{data.SERVICE}",
        type=fact_type(type(data)),
        subject=subject,
        time=at,
        data=data,
    )
    body = fact.model_dump_json(exclude_none=True).encode()
    await publisher.publish(_fact(body, identifier=identifier, routing_key=data.ROUTING_KEY))


async def published_until(pool: "asyncpg.Pool[asyncpg.Record]", now: datetime) -> datetime:
    """Until when everything that was said has reached the broker.

    That is now, unless something waits for the broker or is being decided still: whoever waits for
    a lock took his time before. So a service that is never idle goes on telling how far it is.
    """
    row = await pool.fetchrow(
        """
        SELECT
            (
                SELECT fact.body
                FROM outbox
                INNER JOIN fact USING (subject, sequence)
                ORDER BY outbox.id
                LIMIT 1
            ) AS body,
            (
                SELECT max(clock_timestamp() - xact_start)
                FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
            ) AS open_for
        """
    )
    assert row is not None
    until = now - (row["open_for"] or timedelta())
    if row["body"] is None:
        return until
    said_at = datetime.fromisoformat(orjson.loads(row["body"])["time"])
    return min(until, said_at - timedelta(microseconds=1))


@dataclass
class Relay:
    """Publishes what the outbox holds; one per service at a time, held by an advisory lock."""

    pool: "asyncpg.Pool[asyncpg.Record]"
    publisher: Publisher
    written: asyncio.Event = field(default_factory=asyncio.Event)
    heads: RecentHeads = field(default_factory=RecentHeads)
    stopping: bool = False

    async def run(self) -> None:
        """Relay until stopped; a lost database or broker is waited for, never given up."""
        while not self.stopping:
            try:
                await self._hold_the_lock_and_relay()
            except PASSING as error:
                log.warning("relay_waits", reason=repr(error))
            await self._wait()

    async def drain(self) -> bool:
        """Publish everything that waits now; says whether the outbox is empty."""
        async with self.pool.acquire() as connection:
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", *RELAY_LOCK):
                return False
            try:
                while await self._relay_once(connection):
                    pass
            finally:
                await connection.execute("SELECT pg_advisory_unlock($1, $2)", *RELAY_LOCK)
        return True

    async def stop(self) -> None:
        """Stop after the batch in flight."""
        self.stopping = True
        self.written.set()

    async def _hold_the_lock_and_relay(self) -> None:
        async with self.pool.acquire() as connection:
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", *RELAY_LOCK):
                return
            try:
                while not self.stopping:
                    if not await self._relay_once(connection):
                        await self._wait()
            finally:
                with suppress(*PASSING):
                    await connection.execute("SELECT pg_advisory_unlock($1, $2)", *RELAY_LOCK)

    async def _wait(self) -> None:
        """Wait for a commit of this process, or a moment for those of the others."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.written.wait(), RELAY_POLL_SECONDS)
        self.written.clear()

    async def _relay_once(self, connection: Connection) -> bool:
        waiting = await _waiting(connection)
        if not waiting:
            return False
        outcomes = await asyncio.gather(
            *(self.publisher.publish(_outgoing(row)) for row in waiting), return_exceptions=True
        )
        confirmed = _confirmed_prefix(waiting, outcomes)
        self.heads.note(
            (row["subject"], row["sequence"])
            for row in waiting[: len(confirmed)]
            if self.heads.counts(row["routing_key"])
        )
        await connection.execute("DELETE FROM outbox WHERE id = ANY($1::bigint[])", confirmed)
        if len(confirmed) < len(waiting):
            log.warning("relay_not_confirmed", waiting=len(waiting), confirmed=len(confirmed))
            return False
        return True


def _confirmed_prefix(
    waiting: list[asyncpg.Record], outcomes: list[BaseException | None]
) -> list[int]:
    """Keep the longest confirmed beginning, so that no subject is published out of order."""
    confirmed: list[int] = []
    for row, outcome in zip(waiting, outcomes, strict=True):
        if isinstance(outcome, NotConfirmed):
            break
        if outcome is not None:
            raise outcome
        confirmed.append(row["id"])
    return confirmed


def _outgoing(row: asyncpg.Record) -> Outgoing:
    return _fact(row["body"].encode(), identifier=row["fact"], routing_key=row["routing_key"])


def _fact(body: bytes, *, identifier: UUID, routing_key: str) -> Outgoing:
    return Outgoing(
        exchange=FACTS,
        routing_key=routing_key,
        body=body,
        message_id=identifier,
        type=f"coffer.{routing_key}.v1",
        content_type=CLOUDEVENT_CONTENT_TYPE,
    )


async def _next_sequence(connection: Connection, subject: UUID) -> int:
    sequence: int = await connection.fetchval(
        """
        INSERT INTO subject (subject, sequence) VALUES ($1, 1)
        ON CONFLICT (subject) DO UPDATE SET sequence = subject.sequence + 1
        RETURNING sequence
        """,
        subject,
    )
    return sequence


async def _insert(connection: Connection, fact: Fact[FactData], routing_key: str) -> None:
    await connection.execute(
        """
        WITH said AS (
            INSERT INTO fact (subject, sequence, id, routing_key, body)
            VALUES ($1, $2, $3, $4, $5)
        )
        INSERT INTO outbox (subject, sequence) VALUES ($1, $2)
        """,
        fact.subject,
        fact.sequence,
        fact.id,
        routing_key,
        fact.model_dump_json(exclude_none=True),
    )


async def _waiting(connection: Connection) -> list[asyncpg.Record]:
    return await connection.fetch(
        """
        SELECT
            outbox.id, outbox.subject, outbox.sequence, fact.id AS fact, fact.routing_key, fact.body
        FROM outbox
        INNER JOIN fact USING (subject, sequence)
        ORDER BY outbox.id
        LIMIT $1
        """,
        RELAY_BATCH,
    )
