"""A copy is rebuilt from nothing while it is used, and goes on where a crash ended it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.contracts.accounts import ForgetAccount
from tests.builders import an_account, an_id
from tests.copies.asking import is_rebuilt, rebuild, states
from tests.copies.business import business
from tests.copies.trio import OWNERS_OF, Services
from tests.speaking import Portal, Store
from tests.waiting import eventually

pytestmark = pytest.mark.verify
EMPTYING = {
    ("licensing", "membership"): (
        "DELETE FROM role_held",
        "DELETE FROM registered_account",
        "UPDATE organization SET administrator_id = founder_id, state = 'LAPSED'",
    ),
    ("membership", "licensing"): ("DELETE FROM held_license", "DELETE FROM held_seat"),
    ("membership", "credit_ledger"): ("DELETE FROM personal_credits",),
    ("credit_ledger", "licensing"): ("DELETE FROM entitlement",),
}
MEMBERSHIP = "/coffer/membership"
LOCKED = """
    INSERT INTO heard (source, subject, sequence) VALUES ($1, $2, 0)
    ON CONFLICT (source, subject) DO UPDATE SET sequence = heard.sequence
"""


async def is_whole(services: Services) -> None:
    await eventually(services.missing_anywhere, lambda missing: missing == [], wait_seconds=30)


async def told(services: Services) -> set[Any]:
    """What licensing told of everybody's entitlements."""
    said, _ = await services.entitlements()
    return said


async def test_an_emptied_copy_is_rebuilt_while_facts_keep_coming(
    services: Services, people: Portal, shop: Store, operator: Portal
) -> None:
    await business(people, shop, organizations=3, each=6)
    await is_whole(services)
    before = await told(services)

    working = asyncio.create_task(business(people, shop, organizations=3, each=6))
    for (copy, owner), statements in EMPTYING.items():
        await services.empty(copy, owner, *statements)
    for copy in OWNERS_OF:
        await rebuild(operator, copy)
    await working
    for copy in OWNERS_OF:
        await is_rebuilt(operator, copy)

    await is_whole(services)
    await services.agree()
    assert before <= await told(services)


async def test_what_the_owner_does_not_have_is_dropped_from_the_copy(
    services: Services, operator: Portal
) -> None:
    licensing = services.pools["licensing"]
    account_id, organization_id = an_id(), an_id()
    await licensing.execute("INSERT INTO registered_account VALUES ($1)", account_id)
    await licensing.execute(
        "INSERT INTO organization VALUES ($1, $2, $2, 'ACTIVE')", organization_id, account_id
    )
    await licensing.execute(
        "INSERT INTO role_held VALUES ($1, $2, 'ADMINISTRATOR', now())",
        organization_id,
        account_id,
    )
    await licensing.execute("INSERT INTO heard VALUES ($1, $2, 7)", MEMBERSHIP, account_id)

    await rebuild(operator, "licensing")
    await is_rebuilt(operator, "licensing")

    assert account_id not in await services.heard("licensing", "membership")
    assert not await licensing.fetchval(
        "SELECT EXISTS (SELECT 1 FROM registered_account WHERE account_id = $1)", account_id
    )
    left = await licensing.fetchrow(
        "SELECT administrator_id, state FROM organization WHERE id = $1", organization_id
    )
    assert left is not None
    assert (left["administrator_id"].int, left["state"]) == (0, "LAPSED")
    await services.agree()


async def test_A20_a_forgotten_account_is_none_in_a_rebuilt_copy(
    services: Services, people: Portal, operator: Portal
) -> None:
    licensing, account_id = services.pools["licensing"], an_id()
    assert (await people.ask(an_account(account_id=account_id), by=account_id)).accepted
    assert (await operator.ask(ForgetAccount(account_id=account_id, reason="asked"))).accepted
    await is_whole(services)
    await licensing.execute("INSERT INTO registered_account VALUES ($1)", account_id)

    await rebuild(operator, "licensing")
    await is_rebuilt(operator, "licensing")

    assert not await licensing.fetchval(
        "SELECT EXISTS (SELECT 1 FROM registered_account WHERE account_id = $1)", account_id
    )


async def test_a_rebuild_that_was_killed_goes_on_where_it_was(
    services: Services, people: Portal, shop: Store, operator: Portal
) -> None:
    await business(people, shop, organizations=3, each=10)
    await is_whole(services)
    licensing = services.processes["licensing"]
    subjects = sorted(await services.heads("membership"))
    await services.empty("licensing", "membership", *EMPTYING["licensing", "membership"])

    async with held_up_at(services, subjects[len(subjects) // 2]):
        await rebuild(operator, "licensing")
        await eventually(lambda: rebuilt(services), lambda count: count >= 5)
        await licensing.kill()
    reached = await rebuilt(services)
    await licensing.start()
    await is_rebuilt(operator, "licensing")

    [state] = await states(operator, "licensing")
    assert 5 <= reached < len(subjects)
    assert len(subjects) <= state["rebuilt"] < reached + len(subjects)
    await is_whole(services)
    await services.agree()


@asynccontextmanager
async def held_up_at(services: Services, subject: UUID) -> AsyncIterator[None]:
    """Let no rebuild of licensing's copy come past a subject for the length of the block."""
    connection = await asyncpg.connect(services.stack.database_urls["licensing"])
    holding = connection.transaction()
    await holding.start()
    try:
        await connection.execute(LOCKED, MEMBERSHIP, subject)
        yield
    finally:
        await holding.rollback()
        await connection.close()


async def rebuilt(services: Services) -> int:
    """How many subjects the rebuild has done."""
    count: int = await services.pools["licensing"].fetchval(
        "SELECT rebuilt FROM rebuild WHERE source = $1 AND NOT is_done", MEMBERSHIP
    )
    return count or 0
