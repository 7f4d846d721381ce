"""Seats and trials under two processes that are told everything at once: one of two outcomes."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from deploy.native.stack import Stack
from shared.contracts.licensing import SeatsReleased
from shared.contracts.message import Verdict
from shared.contracts.trials import ApplyForTrial, SetOffer
from tests.builders import LUMEN, an_id
from tests.doors.licensing.racing import (
    Outcome,
    Race,
    one_or_the_other,
    outcome,
    outcomes_of,
    rounds,
)
from tests.doors.licensing.showing import rights, said
from tests.doors.licensing.studio import Ground, Studio
from tests.listening import Listener
from tests.processes import running
from tests.speaking import Portal
from tests.waiting import eventually

SURPLUS = """
    SELECT
        product_seats.organization_id,
        product_seats.product
    FROM product_seats
    LEFT JOIN assignment
        ON assignment.organization_id = product_seats.organization_id
        AND assignment.product = product_seats.product
        AND assignment.state = 'ACTIVE'
    GROUP BY product_seats.organization_id, product_seats.product
    HAVING count(assignment.id) <> product_seats.assigned
        OR product_seats.assigned + product_seats.in_use > product_seats.seats
"""
UNTOLD = """
    SELECT assignment.account_id
    FROM assignment
    LEFT JOIN entitlement
        ON entitlement.account_id = assignment.account_id
        AND entitlement.product = assignment.product
    WHERE assignment.organization_id = $1
        AND (assignment.state = 'ACTIVE') <> ('ORGANIZATION' = ANY(
            coalesce(entitlement.sources, '{}')
        ))
        AND NOT EXISTS (
            SELECT 1 FROM assignment AS other
            WHERE other.account_id = assignment.account_id
                AND other.product = assignment.product
                AND other.id <> assignment.id
                AND other.state = 'ACTIVE'
        )
"""


@pytest.fixture
async def race(ground: Ground, stack: Stack) -> AsyncIterator[Race]:
    """A second process takes its share of all that is asked and told."""
    async with running(stack, "licensing"):
        yield Race(ground)


async def broken(race: Race, studio: Studio) -> list[UUID]:
    """Products with more seats taken than there are (I6), and people who were told otherwise."""
    surplus = await race.ground.database.fetch(SURPLUS)
    untold = await race.ground.database.fetch(UNTOLD, studio.id)
    return [row[0] for row in (*surplus, *untold)]


@rounds
async def test_R17_I6_the_last_seat_is_assigned_once(race: Race, rounds: int) -> None:
    studio = await race.ground.studio(seats=1, people=2)
    ben, chloe = studio.people

    async def last_seat() -> Outcome:
        ended = await race.run(studio.assigns(ben), studio.assigns(chloe))
        codes = tuple(outcome(verdict) for verdict in ended)
        holder = ben if codes[0] == "accepted" else chloe
        other = chloe if holder == ben else ben
        assert await studio.seats() == (1, 1, 0)
        assert await broken(race, studio) == []
        assert await rights(race.ground.portal, holder) == ("ORGANIZATION",)
        assert await rights(race.ground.portal, other) == ()
        assert (await studio.revokes(holder)).accepted
        return codes

    one_or_the_other(
        await outcomes_of(rounds, last_seat),
        ("accepted", "no_seat_available"),
        ("no_seat_available", "accepted"),
    )


@rounds
async def test_T1_R16_whoever_leaves_while_a_seat_is_assigned_keeps_none(
    race: Race, rounds: int, told: Listener
) -> None:
    studio = await race.ground.studio(seats=1, people=0)

    async def leaves_while_assigned() -> Outcome:
        ben = an_id()
        await studio.joins(ben)
        await eventually(lambda: is_known(race, ben), bool)

        async def leaves() -> Verdict | None:
            await race.ground.says.removes(studio.id, ben)
            return None

        assigned, _ = await race.run(studio.assigns(ben), leaves())
        assert assigned is not None
        await eventually(lambda: is_released(told, studio.id, ben), bool)
        assert await studio.seats() == (1, 0, 0)
        assert await broken(race, studio) == []
        assert await rights(race.ground.portal, ben) == ()
        return (outcome(assigned),)

    one_or_the_other(
        await outcomes_of(rounds, leaves_while_assigned), ("accepted",), ("not_in_organization",)
    )


@rounds
async def test_A15_one_offer_applied_for_twice_at_once_is_granted_once(
    race: Race, rounds: int, operator: Portal
) -> None:
    name = f"once, {an_id().hex}"
    offer = SetOffer(offer=name, product=LUMEN, kind="TRIAL", days=30)
    assert (await operator.ask(offer)).accepted

    async def twice() -> Outcome:
        fay, asked = await race.ground.account(), ApplyForTrial(offer=name)
        ended = await race.run(
            race.ground.portal.ask(asked, by=fay), race.ground.portal.ask(asked, by=fay)
        )
        granted = "SELECT count(*) FROM license WHERE account_id = $1"
        assert await race.ground.database.fetchval(granted, fay) == 1
        return tuple(outcome(verdict) for verdict in ended)

    one_or_the_other(
        await outcomes_of(rounds, twice),
        ("accepted", "trial_already_used"),
        ("trial_already_used", "accepted"),
    )


async def is_known(race: Race, who: UUID) -> bool:
    known = "SELECT EXISTS (SELECT 1 FROM role_held WHERE account_id = $1)"
    registered = "SELECT EXISTS (SELECT 1 FROM registered_account WHERE account_id = $1)"
    both = [await race.ground.database.fetchval(each, who) for each in (known, registered)]
    return all(both)


async def is_released(told: Listener, organization_id: UUID, who: UUID) -> bool:
    released = await said(told, SeatsReleased, organization_id)
    return any(each.account_id == who for each in released)
