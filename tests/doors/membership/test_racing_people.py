"""Two at once want one person, or to let him go: one of two outcomes, never a third (A2, T1)."""

import asyncio

from tests.builders import an_id
from tests.doors.membership.racing import Race, one_or_the_other, outcomes_of, rounds
from tests.waiting import eventually


async def add_by_two(race: Race) -> tuple[str, ...]:
    dan = await race.larkspur.somebody()
    ended = await race.run(race.larkspur.add(dan, "GUEST"), race.fern.add(dan, "GUEST"))
    roles = [await place.roles() for place in (race.larkspur, race.fern)]
    return *ended, *(there.get(dan, "out") for there in roles)


@rounds
async def test_A2_of_two_organizations_at_once_one_gets_the_person(race: Race, rounds: int) -> None:
    outcomes = await outcomes_of(race, add_by_two, rounds)

    one_or_the_other(
        outcomes,
        ("accepted", "already_in_another_organization", "GUEST", "out"),
        ("already_in_another_organization", "accepted", "out", "GUEST"),
    )


async def invite_by_two(race: Race) -> tuple[str, ...]:
    email = f"{an_id().hex}@larkspur.example"
    ended = await race.run(race.larkspur.invite(email), race.fern.invite(email))
    accounts = await race.larkspur.database.fetchval(
        "SELECT count(*) FROM account WHERE email = $1", email
    )
    return *ended, f"{accounts} account"


@rounds
async def test_T32_A2_of_two_invitations_at_once_one_stands(race: Race, rounds: int) -> None:
    outcomes = await outcomes_of(race, invite_by_two, rounds)

    one_or_the_other(
        outcomes,
        ("accepted", "already_in_another_organization", "1 account"),
        ("already_in_another_organization", "accepted", "1 account"),
    )


async def remove_and_leave(race: Race) -> tuple[str, ...]:
    larkspur = race.larkspur
    ben = await larkspur.joined()
    ended = await race.run(larkspur.remove(ben), larkspur.leave(ben))
    [(_, state, reason)] = await larkspur.intervals(ben)
    at = await larkspur.database.fetchval(
        "SELECT removed_at FROM membership WHERE account_id = $1", ben
    )
    confirmed = (race.voices.seats_released, race.voices.access_released)
    await asyncio.gather(*(confirm(larkspur.id, ben, at) for confirm in confirmed))
    await eventually(
        lambda: larkspur.intervals(ben), lambda seen: seen == [("MEMBER", "REMOVED", reason)]
    )
    said = "SELECT count(*) FROM fact WHERE subject = $1 AND body LIKE $2"
    offboarded = f"%member.offboarded%{ben}%"
    assert await larkspur.database.fetchval(said, larkspur.id, offboarded) == 1
    return *ended, state, str(reason)


@rounds
async def test_T1_whoever_leaves_and_is_removed_at_once_goes_once_and_is_off_the_books_once(
    race: Race, rounds: int
) -> None:
    outcomes = await outcomes_of(race, remove_and_leave, rounds)

    one_or_the_other(
        outcomes,
        ("accepted", "not_in_organization", "REMOVING", "removed"),
        ("not_in_organization", "accepted", "REMOVING", "left"),
    )
