"""What a service tells those who keep copies of it: what it said, how far, and to whom it may."""

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

import asyncpg
from pydantic import JsonValue

from shared.contracts.copies import (
    FACTS_MAX,
    FactsFetched,
    FetchLicensingSnapshot,
    FetchMembershipSnapshot,
    Gap,
    Head,
    HeadsFetched,
)
from shared.contracts.message import Contract
from shared.messaging.topology import is_ours
from shared.postgres.pool import Connection

ANSWER_CHARACTERS_MAX = 1_000_000
PEOPLES_DOORS = frozenset({"coffer_portal"})
STAGE = "stage"
S = TypeVar("S", bound=Contract)


PageWanted: TypeAlias = FetchMembershipSnapshot | FetchLicensingSnapshot


@dataclass(frozen=True)
class Page(Generic[S]):
    """A page of what is, and where the next one begins."""

    subjects: tuple[S, ...]
    leads_to: UUID | None


class Subject(NamedTuple):
    """A subject of this service's facts, and the sequence of its last."""

    subject: UUID
    sequence: int


def may_copy(actor: str) -> bool:
    """Copies are for services, and the stage that plays them; the portal speaks for people.

    A user we did not make (all services sharing one on somebody else's broker) is not told apart.
    """
    if not is_ours(actor) or actor == STAGE:
        return True
    return actor.startswith("coffer_") and actor not in PEOPLES_DOORS


async def facts_after(connection: Connection, gaps: Sequence[Gap]) -> FactsFetched:
    """What was said within each gap, as much of it as one answer holds."""
    rows = await connection.fetch(
        """
        SELECT fact.body
        FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS gap (subject, after, before)
        INNER JOIN fact
            ON fact.subject = gap.subject
            AND fact.sequence > gap.after
            AND (gap.before IS NULL OR fact.sequence < gap.before)
        ORDER BY fact.subject, fact.sequence
        LIMIT $4
        """,
        [gap.subject for gap in gaps],
        [gap.after for gap in gaps],
        [gap.before for gap in gaps],
        FACTS_MAX,
    )
    return as_many_as_fit(row["body"] for row in rows)


def as_many_as_fit(bodies: Iterable[str]) -> FactsFetched:
    """As many facts as one answer holds, one at least."""
    told: list[dict[str, JsonValue]] = []
    characters = 0
    for body in bodies:
        characters += len(body)
        if told and characters > ANSWER_CHARACTERS_MAX:
            break
        told.append(json.loads(body))
    return FactsFetched(facts=tuple(told))


async def heads_after(connection: Connection, after: UUID | None, limit: int) -> HeadsFetched:
    """One page of how far each subject was spoken of."""
    return page_of_heads(await subjects_after(connection, after, limit + 1), limit)


def page_of_heads(subjects: Iterable[Subject], limit: int) -> HeadsFetched:
    """One page of heads, out of one more than it holds."""
    heads = [Head(subject=one.subject, sequence=one.sequence) for one in subjects]
    shown = tuple(heads[:limit])
    return HeadsFetched(heads=shown, after=shown[-1].subject if len(heads) > limit else None)


async def subjects_after(
    connection: Connection, after: UUID | None, limit: int
) -> tuple[Subject, ...]:
    rows = await connection.fetch(
        """
        SELECT subject, sequence
        FROM subject
        WHERE $1::uuid IS NULL OR subject > $1
        ORDER BY subject
        LIMIT $2
        """,
        after,
        limit,
    )
    return tuple(Subject(**row) for row in rows)


async def page(
    pool: "asyncpg.Pool[asyncpg.Record]",
    wanted: PageWanted,
    subject_at: Callable[[Connection, UUID, int], Awaitable[S]],
) -> Page[S]:
    """As many subjects as one answer holds, each read in a transaction while it holds still."""
    async with pool.acquire() as connection:
        waiting = await subjects_after(connection, wanted.after, wanted.limit + 1)
    told: list[S] = []
    characters = 0
    for one in waiting[: wanted.limit]:
        async with pool.acquire() as connection, connection.transaction():
            sequence = await hold_still(connection, one.subject)
            known = await subject_at(connection, one.subject, sequence)
        characters += len(known.model_dump_json(exclude_none=True))
        if told and characters > ANSWER_CHARACTERS_MAX:
            break
        told.append(known)
    is_more = len(told) < len(waiting)
    return Page(tuple(told), waiting[len(told) - 1].subject if is_more else None)


async def hold_still(connection: Connection, subject: UUID) -> int:
    """Lock how far a subject was spoken of: until the end of this transaction nothing more is.

    What is read of the subject after this is what its facts up to this sequence made of it.
    """
    sequence: int = await connection.fetchval(
        "SELECT sequence FROM subject WHERE subject = $1 FOR SHARE", subject
    )
    return sequence
