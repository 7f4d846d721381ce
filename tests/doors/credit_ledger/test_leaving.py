"""Membership waits for the ledger when somebody leaves: it is told, and told again (T1)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.credit_ledger.reactions.leaving import tell_released
from shared.contracts.credit_facts import AccessReleased
from shared.contracts.membership import RemovalAwaited
from shared.messaging.publisher import NotConfirmed, Outgoing
from tests.builders import CLOCK, an_id
from tests.doors.credit_ledger.farm import Farm
from tests.ledger.access_acts import a_role_at
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.hearing import Announced
from tests.ledger.window import window_at
from tests.listening import Listener
from tests.speaking import a_fact
from tests.waiting import eventually


async def test_T1_who_was_removed_is_released_and_again_when_it_is_asked(
    farm: Farm, credit_facts: Listener
) -> None:
    await farm.removes_ben()
    first: Any = await credit_facts.fact(AccessReleased, farm.ben)

    awaited = RemovalAwaited(
        organization_id=farm.id, account_id=farm.ben, removed_at=first.data.removed_at
    )
    await farm.membership_says(awaited, None)

    async def released() -> list[Any]:
        facts: list[Any] = credit_facts.facts_of(farm.id)
        return [fact.data for fact in facts if isinstance(fact.data, AccessReleased)]

    said = await eventually(released, lambda found: len(found) == 2)
    assert said == [first.data, first.data]
    assert first.sequence is None
    assert first.data.organization_id == farm.id


async def test_T1_whoever_is_in_is_not_released(database: LedgerDatabase, desk: Desk) -> None:
    larkspur = await an_organization(desk)

    assert await answers(database, desk, larkspur, CLOCK.now()) == []


async def test_T1_a_removal_that_another_worker_applied_is_told_as_well(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    removed_at = CLOCK.now()
    await desk.decide(a_role_at(larkspur.id, larkspur.ben, "REMOVED", removed_at))

    [said] = await answers(database, desk, larkspur, removed_at)

    assert (said.account_id, said.removed_at) == (larkspur.ben, removed_at)


async def test_T1_T30_who_came_back_at_the_same_moment_had_left(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    at = CLOCK.now()
    await desk.decide(
        a_role_at(larkspur.id, larkspur.ben, "REMOVED", at),
        a_role_at(larkspur.id, larkspur.ben, "GUEST", at),
    )

    assert len(await answers(database, desk, larkspur, at)) == 1
    assert await answers(database, desk, larkspur, at + timedelta(seconds=1)) == []


async def test_T1_whom_the_ledger_never_knew_draws_on_nothing(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    stranger = replace(larkspur, ben=an_id())

    assert len(await answers(database, desk, stranger, CLOCK.now())) == 1


async def answers(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur, removed_at: datetime
) -> list[AccessReleased]:
    """What is said when membership waits for Ben's removal."""
    awaited = RemovalAwaited(
        organization_id=larkspur.id, account_id=larkspur.ben, removed_at=removed_at
    )
    announced: Any = Announced()
    async with window_at(database, desk) as window:
        fact = a_fact(awaited, subject=larkspur.id)
        await tell_released(fact, pool=window.pool, publisher=announced, clock=desk.clock)
    said: list[AccessReleased] = announced.said
    return said


async def test_T1_what_the_broker_does_not_confirm_is_left_to_the_next_time(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    awaited = RemovalAwaited(
        organization_id=larkspur.id, account_id=an_id(), removed_at=CLOCK.now()
    )
    mute: Any = Mute()

    async with window_at(database, desk) as window:
        fact = a_fact(awaited, subject=larkspur.id)
        await tell_released(fact, pool=window.pool, publisher=mute, clock=desk.clock)

    assert mute.asked == 1


@dataclass
class Mute:
    """A publisher that is never confirmed."""

    asked: int = 0

    async def publish(self, _outgoing: Outgoing) -> None:
        self.asked += 1
        raise NotConfirmed
