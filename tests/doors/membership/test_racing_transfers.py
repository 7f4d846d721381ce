"""An offer meets another answer, act or fact: one of two outcomes, never a third (R5, R7, T16)."""

from shared.contracts.message import Verdict
from shared.contracts.transfers import AppointAdministrator
from tests.builders import an_id
from tests.doors.membership.larkspur import held_licenses
from tests.doors.membership.racing import Race, one_or_the_other, outcomes_of, rounds


async def accept_twice(race: Race) -> tuple[str, ...]:
    larkspur = race.larkspur
    ben = await larkspur.joined()
    offer = await larkspur.offered(ben)
    ended = await race.run(larkspur.accept(offer, ben), larkspur.accept(offer, ben))
    return *ended, (await larkspur.roles())[ben]


@rounds
async def test_T16_an_offer_accepted_twice_at_once_is_accepted_once(
    race: Race, rounds: int
) -> None:
    outcomes = await outcomes_of(race, accept_twice, rounds)

    one_or_the_other(
        outcomes,
        ("accepted", "request_decided", "ADMINISTRATOR"),
        ("request_decided", "accepted", "ADMINISTRATOR"),
    )


async def accept_and_cancel(race: Race) -> tuple[str, ...]:
    larkspur = race.larkspur
    ben = await larkspur.joined()
    offer = await larkspur.offered(ben)
    ended = await race.run(larkspur.accept(offer, ben), larkspur.cancel(offer))
    return *ended, (await larkspur.roles())[ben], (await larkspur.offers())[-1]


@rounds
async def test_T16_an_offer_is_accepted_or_taken_back_never_both(race: Race, rounds: int) -> None:
    outcomes = await outcomes_of(race, accept_and_cancel, rounds)

    one_or_the_other(
        outcomes,
        ("accepted", "not_administrator", "ADMINISTRATOR", "ACCEPTED"),
        ("request_decided", "accepted", "MEMBER", "CANCELLED"),
    )


async def accept_and_leave(race: Race) -> tuple[str, ...]:
    larkspur = race.larkspur
    ben = await larkspur.joined()
    offer = await larkspur.offered(ben)
    ended = await race.run(larkspur.accept(offer, ben), larkspur.leave(ben))
    role = (await larkspur.roles()).get(ben, "out")
    return *ended, role, (await larkspur.offers())[-1]


@rounds
async def test_T16_R7_the_chosen_one_accepts_or_leaves_never_both(race: Race, rounds: int) -> None:
    outcomes = await outcomes_of(race, accept_and_leave, rounds)

    one_or_the_other(
        outcomes,
        ("accepted", "cannot_remove_administrator", "ADMINISTRATOR", "ACCEPTED"),
        ("request_decided", "accepted", "out", "CANCELLED"),
    )


async def accept_and_remove(race: Race) -> tuple[str, ...]:
    larkspur = race.larkspur
    ben = await larkspur.joined()
    offer = await larkspur.offered(ben)
    ended = await race.run(larkspur.accept(offer, ben), larkspur.remove(ben))
    return *ended, (await larkspur.roles()).get(ben, "out")


@rounds
async def test_T16_R2_the_chosen_one_accepts_or_is_removed_never_both(
    race: Race, rounds: int
) -> None:
    outcomes = await outcomes_of(race, accept_and_remove, rounds)

    one_or_the_other(
        outcomes,
        ("accepted", "not_administrator", "ADMINISTRATOR"),
        ("request_decided", "accepted", "out"),
    )


async def accept_and_appoint(race: Race) -> tuple[str, ...]:
    larkspur = race.larkspur
    ben, chloe = await larkspur.joined(), await larkspur.joined()
    offer = await larkspur.offered(ben)
    appointed = AppointAdministrator(account_id=chloe, reason="lost")
    ended = await race.run(
        larkspur.accept(offer, ben), race.operator.ask(appointed, owner=larkspur.id)
    )
    roles = await larkspur.roles()
    return *ended, roles[ben], roles[chloe], (await larkspur.offers())[-1]


@rounds
async def test_T16_R7_of_two_administrators_made_at_once_one_follows_the_other(
    race: Race, rounds: int
) -> None:
    outcomes = await outcomes_of(race, accept_and_appoint, rounds)

    one_or_the_other(
        outcomes,
        ("accepted", "accepted", "MEMBER", "ADMINISTRATOR", "ACCEPTED"),
        ("request_decided", "accepted", "MEMBER", "ADMINISTRATOR", "CANCELLED"),
    )


async def accept_and_own(race: Race) -> tuple[str, ...]:
    larkspur = race.larkspur
    dan = await larkspur.joined("GUEST")
    offer = await larkspur.offered(dan)

    async def bought() -> Verdict:
        await race.voices.license(dan)
        await held_licenses(larkspur, dan, 1)
        return await larkspur.decline(an_id(), dan)

    accepted, _ = await race.run(larkspur.accept(offer, dan), bought())
    owned = await larkspur.database.fetch(
        "SELECT id FROM organization WHERE administrator_id = $1", dan
    )
    if accepted != "accepted":
        assert (await larkspur.cancel(offer)).accepted
    return accepted, *("this" if row["id"] == larkspur.id else "his own" for row in owned)


@rounds
async def test_R5_the_chosen_one_takes_over_or_gets_his_own_organization_never_both(
    race: Race, rounds: int
) -> None:
    outcomes = await outcomes_of(race, accept_and_own, rounds)

    one_or_the_other(outcomes, ("accepted", "this"), ("transfer_target_ineligible", "his own"))


async def offer_to_two(race: Race) -> tuple[str, ...]:
    larkspur = race.larkspur
    ben, chloe = await larkspur.joined(), await larkspur.joined()
    ended = await race.run(larkspur.request(ben), larkspur.request(chloe))
    [offer] = await larkspur.database.fetch(
        "SELECT id FROM transfer WHERE organization_id = $1 AND state = 'REQUESTED'", larkspur.id
    )
    assert (await larkspur.cancel(offer["id"])).accepted
    return ended


@rounds
async def test_T16_of_two_offers_at_once_one_stands(race: Race, rounds: int) -> None:
    outcomes = await outcomes_of(race, offer_to_two, rounds)

    one_or_the_other(outcomes, ("accepted", "transfer_pending"), ("transfer_pending", "accepted"))
