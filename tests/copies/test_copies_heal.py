"""A copy that lost facts notices, fetches what it lacks and nothing else, and is whole again."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from tests.builders import an_account, an_id
from tests.copies.asking import fetched
from tests.copies.business import business
from tests.copies.losing import Way, losing, one_in_twenty
from tests.copies.trio import OWNERS_OF, Services
from tests.speaking import Portal, Store
from tests.waiting import WAIT_SECONDS, eventually

HEALED_SECONDS = 5.0
ATTEMPTS_MAX = 3
# A fact that is under way for longer than a copy waits for it, as where many tests share a machine,
# is fetched though it was not lost; what comes twice changes nothing.
LATE_MAX = 60
OWNERS = ("membership", "licensing", "credit_ledger")


async def seconds_to_heal(services: Services) -> float:
    """Until when after the last fact was said some copy lacked something."""
    clock = asyncio.get_running_loop().time
    said, said_at, whole_at = await spoken(services), clock(), None
    while whole_at is None or clock() - said_at < HEALED_SECONDS:
        is_whole = not await services.missing_anywhere()
        now_said = await spoken(services)
        if now_said != said:
            said, said_at, whole_at = now_said, clock(), None
        elif is_whole and whole_at is None:
            whole_at = clock()
        assert clock() - said_at < WAIT_SECONDS, await services.missing_anywhere()
        await asyncio.sleep(0.05)  # sleep: between two looks at the condition
    return whole_at - said_at


async def spoken(services: Services) -> list[dict[UUID, int]]:
    return [await services.heads(owner) for owner in OWNERS]


@dataclass(frozen=True)
class Healed:
    """How long it took, and how many facts each copy lost and fetched."""

    took: float
    lost: dict[tuple[str, str], int]
    fetched: dict[tuple[str, str], int]

    def is_prompt(self) -> bool:
        """In time, and next to nothing was fetched that was not lost."""
        late = [self.fetched[way] - lost for way, lost in self.lost.items()]
        return self.took <= HEALED_SECONDS and max(late) <= LATE_MAX


async def healed(services: Services, people: Portal, shop: Store, operator: Portal) -> Healed:
    """Let business go on while five facts of a hundred are lost to each copy."""
    before = await fetched(operator)
    ways: dict[tuple[str, str], Way] = {}
    async with AsyncExitStack() as proxies:
        for number, (copy, owner) in enumerate(
            (copy, owner) for copy, owners in OWNERS_OF.items() for owner in owners
        ):
            loses = one_in_twenty(seed=number)
            ways[copy, owner] = await proxies.enter_async_context(
                losing(services.stack, copy, owner, loses)
            )
        await business(people, shop, organizations=8, each=8)
        took = await seconds_to_heal(services)
    after = await fetched(operator)
    lost = {way: len(lossy.lost) for way, lossy in ways.items()}
    return Healed(took, lost, {way: after[way] - before[way] for way in ways})


@pytest.mark.timeout(300)
async def test_five_of_a_hundred_facts_lost_to_each_copy_are_fetched_within_five_seconds(
    services: Services, people: Portal, shop: Store, operator: Portal
) -> None:
    """Whatever else keeps the machine busy only makes it slower: the best attempt counts."""
    for _ in range(ATTEMPTS_MAX):
        seen = await healed(services, people, shop, operator)
        assert all(0 < lost <= seen.fetched[way] for way, lost in seen.lost.items()), seen
        if seen.is_prompt():
            break

    assert seen.is_prompt(), seen
    await services.agree()


async def test_the_last_fact_of_all_is_missed_as_well(services: Services, people: Portal) -> None:
    account_id = an_id()

    def is_his(event: dict[str, Any]) -> bool:
        return bool(event["subject"] == str(account_id))

    async with losing(services.stack, "licensing", "membership", is_his) as way:
        registered = await people.ask(an_account(account_id=account_id), by=account_id)
        assert registered.accepted
        await eventually(
            lambda: services.missing("licensing", "membership"),
            lambda missing: account_id not in missing,
        )

    heads = await services.heads("membership")
    heard = await services.heard("licensing", "membership")
    assert heard[account_id] == heads[account_id] == len(way.lost)
