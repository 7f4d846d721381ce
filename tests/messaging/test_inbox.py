"""One id, one verdict; facts count once and in order, however they come."""

import asyncio
import random
from uuid import UUID

import asyncpg
import pytest

from shared.clock import Clock
from shared.contracts.accounts import AccountOpened, RegisterAccount
from shared.contracts.membership import MemberAdded
from shared.contracts.message import Command, Fact, FactData, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging.inbox import hear, hear_latest, once
from shared.postgres.pool import PASSING
from tests.builders import an_account, an_id
from tests.databases import Database
from tests.speaking import a_fact

CLOCK = Clock()


def a_command(account: RegisterAccount, id: UUID | None = None) -> Command[RegisterAccount]:
    return Command[RegisterAccount](
        id=id or an_id(),
        type=RegisterAccount.TYPE,
        actor="coffer_portal",
        sent_at=CLOCK.now(),
        data=account,
    )


async def decide(
    database: Database, command: Command[RegisterAccount], code: RefusalCode | None = None
) -> Verdict:
    """A door that gives every new command a number of its own, or refuses it."""
    async with once(database, command, CLOCK) as change:
        if not change.already_made:
            opened = AccountOpened(account_id=an_id(), customer_number=an_id().hex)
            change.decide(refuse(code) if code else opened)
    assert change.verdict is not None
    return change.verdict


async def test_the_same_command_gets_the_same_verdict(database: Database) -> None:
    command = a_command(an_account())

    first = await decide(database, command)

    assert await decide(database, command) == first
    assert await decide(database, command.model_copy(update={"sent_at": CLOCK.now()})) == first


async def test_the_same_command_many_times_at_once_is_decided_once(database: Database) -> None:
    command = a_command(an_account())

    verdicts = await asyncio.gather(*(decide(database, command) for _ in range(20)))

    assert all(verdict == verdicts[0] for verdict in verdicts)


async def test_the_same_id_with_other_content_is_refused_and_changes_nothing(
    database: Database,
) -> None:
    command = a_command(an_account())
    first = await decide(database, command)

    other = await decide(database, a_command(an_account(), command.id))

    assert other.refused is not None
    assert other.refused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await decide(database, command) == first


async def test_a_refusal_is_remembered_as_well(database: Database) -> None:
    command = a_command(an_account())
    refused = await decide(database, command, RefusalCode.EMAIL_TAKEN)

    assert await decide(database, command) == refused


async def test_a_refusal_that_may_pass_is_forgotten(database: Database) -> None:
    command = a_command(an_account())
    await decide(database, command, RefusalCode.COPY_STALE)

    assert (await decide(database, command)).accepted


async def test_a_door_that_fails_leaves_nothing_behind(database: Database) -> None:
    command = a_command(an_account())

    async def fails() -> None:
        async with once(database, command, CLOCK) as change:
            await change.say(member_added(an_id(), 1), subject=an_id())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()

    assert await database.fetchval("SELECT count(*) FROM inbox") == 0
    assert await database.fetchval("SELECT count(*) FROM outbox") == 0


def member_added(organization_id: UUID, number: int) -> MemberAdded:
    return MemberAdded(
        organization_id=organization_id,
        account_id=UUID(int=number),
        role="GUEST",
        added_at=CLOCK.now(),
    )


def told(organization_id: UUID, number: int) -> Fact[FactData]:
    return a_fact(member_added(organization_id, number), subject=organization_id, sequence=number)


async def apply(database: Database, fact: Fact[FactData], applied: list[int]) -> None:
    async with hear(database, fact, CLOCK) as heard:
        for due in heard.due:
            assert isinstance(due.data, MemberAdded)
            applied.append(due.data.account_id.int)


@pytest.mark.parametrize("seed", range(10))
async def test_facts_in_any_order_with_duplicates_apply_once_and_in_order(
    database: Database, seed: int
) -> None:
    organization_id, applied = an_id(), list[int]()
    facts = [told(organization_id, number) for number in range(1, 9)] * 3
    random.Random(seed).shuffle(facts)

    for fact in facts:
        await apply(database, fact, applied)

    assert applied == list(range(1, 9))
    assert await database.fetchval("SELECT count(*) FROM parked_fact") == 0


async def test_a_fact_after_a_gap_waits_for_the_one_it_follows(database: Database) -> None:
    organization_id, applied = an_id(), list[int]()

    await apply(database, told(organization_id, 1), applied)
    await apply(database, told(organization_id, 3), applied)
    assert applied == [1]
    await apply(database, told(organization_id, 2), applied)

    assert applied == [1, 2, 3]


async def test_facts_heard_at_the_same_time_apply_once(database: Database) -> None:
    organization_id, applied = an_id(), list[int]()
    facts = [told(organization_id, number) for number in (3, 2, 1, 2, 3, 1) * 3]

    await asyncio.gather(*(apply(database, fact, applied) for fact in facts))

    assert applied == [1, 2, 3]


async def test_what_fails_while_a_fact_is_heard_is_heard_again(database: Database) -> None:
    organization_id, applied = an_id(), list[int]()

    with pytest.raises(ZeroDivisionError):
        async with hear(database, told(organization_id, 1), CLOCK):
            raise ZeroDivisionError
    await apply(database, told(organization_id, 1), applied)

    assert applied == [1]


async def test_a_bad_argument_does_not_pass_by_waiting(database: Database) -> None:
    with pytest.raises(asyncpg.DataError) as bad:
        await database.fetchval("SELECT $1::bigint", 2**70)

    assert not isinstance(bad.value, PASSING)


async def test_of_a_subject_heard_in_part_only_what_is_later_than_the_last_is_due(
    database: Database,
) -> None:
    organization_id, applied = an_id(), list[int]()

    for number in (2, 7, 5, 7, 9):
        async with hear_latest(database, told(organization_id, number), CLOCK) as heard:
            applied += [number for _ in heard.due]

    assert applied == [2, 7, 9]
    assert await database.fetchval("SELECT count(*) FROM parked_fact") == 0
