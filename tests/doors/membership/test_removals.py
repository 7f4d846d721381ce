"""Whoever leaves is out at once, and off the books when all is taken back (R16, T1, T2)."""

from datetime import timedelta
from functools import partial
from itertools import permutations

import pytest

from shared.contracts.audit import MembershipActRecorded
from shared.contracts.membership import MemberOffboarded, MemberRemoved, RemovalAwaited
from tests.builders import LUMEN
from tests.doors.membership.larkspur import Larkspur, Voices, code_of
from tests.listening import Listener
from tests.waiting import eventually

# Longer ago than any that other tests left open: those that are open longest are asked about first.
LONG_AGO = timedelta(days=1)
OUT = ("MEMBER", "REMOVED", "removed")
UNDER_WAY = ("MEMBER", "REMOVING", "removed")


async def test_T1_whoever_is_removed_is_out_at_once_and_his_seats_are_named(
    organized: Larkspur, voices: Voices, told: Listener
) -> None:
    ben = await organized.joined()
    await voices.seat(organized.id, ben)
    await eventually(lambda: organized.database.fetchval(HELD, ben), lambda held: held == [LUMEN])

    verdict = await organized.remove(ben)

    assert verdict.result is not None
    assert verdict.result["products"] == [LUMEN]
    assert ben not in await organized.roles()
    assert await organized.intervals(ben) == [UNDER_WAY]
    fact = await told.fact(MemberRemoved, ben)
    assert isinstance(fact.data, MemberRemoved)
    assert (fact.data.reason, fact.data.products) == ("removed", (LUMEN,))


@pytest.mark.parametrize(
    "order", sorted(set(permutations(("seats", "access", "seats", "access"), 4)))
)
async def test_T1_a_removal_is_finished_once_when_both_have_confirmed_in_any_order(
    organized: Larkspur, voices: Voices, told: Listener, order: tuple[str, ...]
) -> None:
    ben = await organized.joined()
    at = await organized.removed(ben)

    for who in order:
        confirm = voices.seats_released if who == "seats" else voices.access_released
        await confirm(organized.id, ben, at)

    fact = await told.fact(MemberOffboarded, ben)
    assert isinstance(fact.data, MemberOffboarded)
    assert fact.data.removed_at == at
    await heard_everything(organized, voices)
    assert await organized.intervals(ben) == [OUT]
    finished = [fact.data for fact in told.facts_of(organized.id)]
    of_ben = [d for d in finished if isinstance(d, MemberOffboarded) and d.account_id == ben]
    assert len(of_ben) == 1


async def test_T1_one_confirmation_does_not_finish_a_removal(
    organized: Larkspur, voices: Voices
) -> None:
    ben, chloe = await organized.joined(), await organized.joined()
    at = await organized.removed(ben)
    later = await organized.removed(chloe)

    await voices.seats_released(organized.id, ben, at)
    await voices.access_released(organized.id, chloe, later)
    for who in (ben, chloe):
        await eventually(partial(organized.database.fetchval, CONFIRMED, who), bool)

    assert await organized.intervals(ben) == [UNDER_WAY]
    assert await organized.intervals(chloe) == [UNDER_WAY]


async def test_T1_whoever_was_added_again_meanwhile_stays_in(
    organized: Larkspur, voices: Voices, told: Listener
) -> None:
    ben = await organized.joined()
    at = await organized.removed(ben)
    assert (await organized.add(ben, "GUEST")).accepted

    await voices.seats_released(organized.id, ben, at)
    await voices.access_released(organized.id, ben, at)

    await told.fact(MemberOffboarded, ben)
    assert await organized.intervals(ben) == [OUT, ("GUEST", "ACTIVE", None)]


async def test_T1_what_is_said_of_a_removal_never_finishes_a_later_one(
    organized: Larkspur, voices: Voices, told: Listener
) -> None:
    ben = await organized.joined()
    first = await organized.removed(ben)
    await organized.add(ben)
    second = await organized.removed(ben)

    await voices.seats_released(organized.id, ben, second)
    await voices.access_released(organized.id, ben, first)
    await told.fact(MemberOffboarded, ben)
    assert await organized.intervals(ben) == [OUT, UNDER_WAY]

    await voices.access_released(organized.id, ben, second)
    both = [OUT, OUT]
    await eventually(lambda: organized.intervals(ben), lambda seen: seen == both)


async def test_T1_a_removal_that_takes_long_is_asked_about_until_it_is_finished(
    organized: Larkspur, voices: Voices, told: Listener
) -> None:
    ben = await organized.joined()
    at = await organized.removed(ben) - LONG_AGO
    await organized.database.execute(BEGUN_LONG_AGO, ben, LONG_AGO)

    async def asked() -> int:
        facts = told.facts_of(organized.id)
        return sum(isinstance(fact.data, RemovalAwaited) for fact in facts)

    await eventually(asked, lambda times: times >= 2)
    fact = await told.fact(RemovalAwaited, ben)
    assert isinstance(fact.data, RemovalAwaited)
    assert (fact.sequence, fact.data.removed_at) == (None, at)
    await voices.seats_released(organized.id, ben, at)
    await voices.access_released(organized.id, ben, at)
    await told.fact(MemberOffboarded, ben)


async def test_T1_a_strict_removal_is_refused_while_somebody_has_a_seat(
    organized: Larkspur, voices: Voices
) -> None:
    ben = await organized.joined()
    await voices.seat(organized.id, ben)
    await eventually(lambda: organized.database.fetchval(HELD, ben), lambda held: held == [LUMEN])
    assert code_of(await organized.remove(ben, strict=True)) == "still_has_licenses"
    assert await organized.intervals(ben) == [("MEMBER", "ACTIVE", None)]

    await voices.no_seat(organized.id, ben)
    await eventually(lambda: organized.database.fetchval(HELD, ben), lambda held: held is None)

    assert (await organized.remove(ben, strict=True)).accepted


async def test_R16_T1_each_way_out_is_written_down(organized: Larkspur, told: Listener) -> None:
    ben = await organized.joined()

    await organized.remove(ben)

    rows = await organized.database.fetch(
        """
        SELECT act, by_account, about, before, after FROM audit WHERE subject = $1 ORDER BY number
        """,
        organized.id,
    )
    assert [(row["act"], row["before"]["role"], row["after"]["role"]) for row in rows] == [
        ("add_member", None, "MEMBER"),
        ("remove_member", "MEMBER", None),
    ]
    assert {(row["by_account"], row["about"]) for row in rows} == {(organized.ana, ben)}
    await told.fact(MembershipActRecorded, ben)


HELD = "SELECT array_agg(product) FROM held_seat WHERE account_id = $1"
CONFIRMED = "SELECT seats_released OR access_released FROM membership WHERE account_id = $1"
BEGUN_LONG_AGO = """
    UPDATE membership
    SET added_at = added_at - $2::interval, removed_at = removed_at - $2::interval
    WHERE account_id = $1
"""


async def heard_everything(larkspur: Larkspur, voices: Voices) -> None:
    """Wait until what licensing said before has been heard, which is heard in its order."""
    chloe = await larkspur.joined()
    at = await larkspur.removed(chloe)
    await voices.seats_released(larkspur.id, chloe, at)
    await voices.access_released(larkspur.id, chloe, at)
    await eventually(lambda: larkspur.intervals(chloe), lambda seen: seen == [OUT])
