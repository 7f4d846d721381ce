"""Whoever leaves gives his seats back, and membership hears that it is done (R16, T1, T30)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.clock import Clock
from shared.contracts.licensing import SeatRevoked, SeatsReleased
from shared.contracts.membership import MemberAdded
from tests.builders import an_id
from tests.doors.licensing.showing import said
from tests.doors.licensing.studio import Ground
from tests.listening import Listener
from tests.waiting import eventually


async def released(told: Listener, organization_id: UUID, who: UUID) -> list[Any]:
    facts = await said(told, SeatsReleased, organization_id)
    return [each.removed_at for each in facts if each.account_id == who]


async def test_T1_seats_are_freed_and_said_to_be_released_in_one_commit(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=2, people=1)
    [ben] = studio.people
    await studio.assigns(ben)

    removed_at = await ground.says.removes(studio.id, ben)

    seen = await eventually(lambda: released(told, studio.id, ben), bool)
    assert seen == [removed_at]
    assert await studio.seats() == (2, 0, 0)
    of_ben = [one for one in told.facts_of(studio.id) if str(ben) in one.model_dump_json()]
    kinds = [type(one.data) for one in of_ben]
    assert kinds[-2:] == [SeatRevoked, SeatsReleased]
    assert of_ben[-1].sequence == (of_ben[-2].sequence or 0) + 1


async def test_T1_whoever_had_no_seat_is_released_as_well(ground: Ground, told: Listener) -> None:
    studio = await ground.studio(seats=0, people=1)
    [ben] = studio.people

    removed_at = await ground.says.removes(studio.id, ben)

    assert await eventually(lambda: released(told, studio.id, ben), bool) == [removed_at]


async def test_T1_it_is_said_again_when_membership_waits_for_it(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=0, people=1)
    [ben] = studio.people
    removed_at = await ground.says.removes(studio.id, ben)
    await eventually(lambda: released(told, studio.id, ben), bool)

    await ground.says.awaits(studio.id, ben, removed_at)

    seen = await eventually(lambda: released(told, studio.id, ben), lambda seen: len(seen) >= 2)
    assert seen == [removed_at, removed_at]


async def test_T1_nothing_is_said_while_we_have_not_heard_of_the_removal(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=2, people=2)
    ben, chloe = studio.people
    await studio.assigns(ben)

    await ground.says.awaits(studio.id, ben, Clock().now())
    await ground.says.removes(studio.id, chloe)

    await eventually(lambda: released(told, studio.id, chloe), bool)
    assert await released(told, studio.id, ben) == []
    assert await studio.seats() == (2, 1, 0)


async def test_T30_whoever_came_back_meanwhile_keeps_what_he_was_given_since(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=2, people=1)
    [ben] = studio.people
    removed_at = await ground.says.removes(studio.id, ben)
    await ground.says.adds(studio.id, ben, role="GUEST", at=removed_at)
    held = "SELECT role FROM role_held WHERE account_id = $1 AND ended_at IS NULL"
    await eventually(lambda: ground.database.fetchval(held, ben), lambda role: role == "GUEST")
    assert (await studio.assigns(ben)).accepted

    await ground.says.awaits(studio.id, ben, removed_at)

    await eventually(lambda: released(told, studio.id, ben), lambda seen: len(seen) == 2)
    assert await studio.seats() == (2, 1, 0)


async def test_T1_a_removal_heard_before_its_addition_waits_for_it(
    ground: Ground, told: Listener
) -> None:
    """Facts of an organization are heard in their order, whatever order they come in."""
    studio = await ground.studio(seats=0, people=0)
    ben, added_at = an_id(), Clock().now()
    added = MemberAdded(organization_id=studio.id, account_id=ben, role="MEMBER", added_at=added_at)
    sequence = ground.says.last[studio.id] + 1
    ground.says.last[studio.id] = sequence
    removed_at = await ground.says.removes(studio.id, ben, at=added_at + timedelta(seconds=1))
    ground.says.last[studio.id] = sequence - 1
    await ground.says.says(added, studio.id)
    ground.says.last[studio.id] = sequence + 1

    assert await eventually(lambda: released(told, studio.id, ben), bool) == [removed_at]
    ended = "SELECT ended_at FROM role_held WHERE account_id = $1"
    assert await ground.database.fetchval(ended, ben) == removed_at
