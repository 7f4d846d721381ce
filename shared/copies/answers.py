"""What every service answers about copies: to those who keep one of it, and to operators."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from shared.clock import Clock
from shared.contracts.copies import FactsFetched, Gap, HeadsFetched
from shared.contracts.message import Command, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.copies import rebuilding
from shared.copies.keeping import Copies, KnownSubject, Owner
from shared.messaging import telling
from shared.messaging.inbox import act, answer
from shared.postgres.pool import Connection

OPERATORS = frozenset({"operator", telling.STAGE})
Database: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
FactsAfter: TypeAlias = Callable[[Connection, Sequence[Gap]], Awaitable[FactsFetched]]
HeadsAfter: TypeAlias = Callable[[Connection, UUID | None, int], Awaitable[HeadsFetched]]


async def tell_facts(
    query: Command[Any], pool: Database, facts_after: FactsAfter = telling.facts_after
) -> Verdict:
    """Answer what was said after the sequences of a copy."""
    if not telling.may_copy(query.actor):
        return answer(query.id, refuse(RefusalCode.UNKNOWN_ACCOUNT))
    async with pool.acquire() as connection:
        return answer(query.id, await facts_after(connection, query.data.gaps))


async def tell_heads(
    query: Command[Any], pool: Database, heads_after: HeadsAfter = telling.heads_after
) -> Verdict:
    """Answer how far each subject was spoken of."""
    if not telling.may_copy(query.actor):
        return answer(query.id, refuse(RefusalCode.UNKNOWN_ACCOUNT))
    async with pool.acquire() as connection:
        found = await heads_after(connection, query.data.after, query.data.limit)
    return answer(query.id, found)


async def tell_snapshot(
    query: Command[Any],
    pool: Database,
    owner: Owner,
    subject_at: Callable[[Connection, UUID, int], Awaitable[KnownSubject]],
) -> Verdict:
    """Answer what is, subject by subject."""
    if not telling.may_copy(query.actor):
        return answer(query.id, refuse(RefusalCode.UNKNOWN_ACCOUNT))
    page = await telling.page(pool, query.data, subject_at)
    return answer(
        query.id, owner.page.model_validate({"subjects": page.subjects, "after": page.leads_to})
    )


async def show_copies(query: Command[Any], pool: Database, clock: Clock, copies: Copies) -> Verdict:
    """Answer an operator how this service's copies stand."""
    if query.actor not in OPERATORS:
        return answer(query.id, refuse(RefusalCode.OPERATOR_REQUIRED))
    async with act(pool, clock) as reading:
        return answer(query.id, await rebuilding.state_of(reading, copies))


async def rebuild_copies(
    query: Command[Any], pool: Database, clock: Clock, copies: Copies
) -> Verdict:
    """Have this service's copies rebuilt, as an operator asks."""
    if query.actor not in OPERATORS:
        return answer(query.id, refuse(RefusalCode.OPERATOR_REQUIRED))
    async with act(pool, clock) as change:
        await rebuilding.ask_anew(change, copies)
        return answer(query.id, await rebuilding.state_of(change, copies))
