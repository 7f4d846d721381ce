"""Giving, taking and moving seats, and that there are never more taken than bought (R17-R19)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.licensing.rules import seats as rules
from services.licensing.rules.organizations import Organization
from services.licensing.rules.seats import Assignment, Person, Seats
from shared.contracts.licensing import SeatAssigned, SeatReassigned, SeatRevoked
from shared.contracts.message import Refused
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
LARKSPUR = Organization(id=an_id(), administrator_id=an_id())
BEN = Person(account_id=an_id(), is_in=True)
CHLOE = Person(account_id=an_id(), is_in=True)


def seats_for(*people: Person, live: int = 3) -> Seats:
    taken = tuple(
        Assignment(an_id(), person.account_id, NOW + timedelta(seconds=number))
        for number, person in enumerate(people)
    )
    return Seats(LARKSPUR.id, LUMEN, live=live, was_bought=True, assignments=taken)


def code_of(decision: object) -> RefusalCode:
    assert isinstance(decision, Refused)
    return decision.code


def test_R17_a_free_seat_is_given() -> None:
    assert rules.assign(seats_for(), BEN, now=NOW) == SeatAssigned(
        organization_id=LARKSPUR.id, account_id=BEN.account_id, product=LUMEN, assigned_at=NOW
    )


def test_R17_without_a_free_seat_nobody_gets_one() -> None:
    decision = rules.assign(seats_for(CHLOE, live=1), BEN, now=NOW)

    assert code_of(decision) is RefusalCode.NO_SEAT_AVAILABLE
    assert isinstance(decision, Refused)
    assert decision.limit is not None
    assert decision.limit.value == "1"


def test_R17_whoever_is_not_in_gets_no_seat() -> None:
    outsider = replace(BEN, is_in=False)

    assert code_of(rules.assign(seats_for(), outsider, now=NOW)) is RefusalCode.NOT_IN_ORGANIZATION


def test_R17_nobody_gets_two_seats_of_a_product() -> None:
    assert code_of(rules.assign(seats_for(BEN), BEN, now=NOW)) is RefusalCode.ALREADY_ASSIGNED


def test_R17_a_product_nobody_bought_is_unknown() -> None:
    never = replace(seats_for(live=0), was_bought=False)

    assert code_of(rules.assign(never, BEN, now=NOW)) is RefusalCode.UNKNOWN_PRODUCT


def test_T9_an_expired_license_gives_no_seat() -> None:
    assert code_of(rules.assign(seats_for(live=0), BEN, now=NOW)) is RefusalCode.LICENSE_EXPIRED


def test_R18_a_seat_is_taken_back() -> None:
    decision = rules.revoke(seats_for(BEN), BEN, now=NOW)

    assert isinstance(decision, SeatRevoked)
    assert decision.reason == "revoked"


def test_R18_whoever_has_no_seat_loses_none() -> None:
    assert code_of(rules.revoke(seats_for(CHLOE), BEN, now=NOW)) is RefusalCode.NOT_ASSIGNED


def test_R18_a_license_of_his_own_is_not_taken_from_a_person() -> None:
    dan = replace(BEN, personal_kinds=frozenset({"EDU"}))

    decision = rules.revoke(seats_for(), dan, now=NOW)

    assert code_of(decision) is RefusalCode.LICENSE_NOT_ORGANIZATIONAL


def test_R32_a_trial_is_not_taken_from_a_member() -> None:
    ben = replace(BEN, personal_kinds=frozenset({"TRIAL"}))

    decision = rules.revoke(seats_for(), ben, now=NOW)

    assert code_of(decision) is RefusalCode.TRIAL_OR_BETA_NOT_REVOCABLE


def test_R33_a_beta_does_not_move_to_somebody_else() -> None:
    ben = replace(BEN, personal_kinds=frozenset({"BETA"}))

    decision = rules.reassign(seats_for(), giver=ben, taker=CHLOE, now=NOW)

    assert code_of(decision) is RefusalCode.TRIAL_OR_BETA_NOT_REASSIGNABLE


def test_R35_an_organizational_seat_is_taken_back_beside_a_personal_license() -> None:
    dan = replace(BEN, personal_kinds=frozenset({"COMMERCIAL", "TRIAL"}))

    assert isinstance(rules.revoke(seats_for(dan), dan, now=NOW), SeatRevoked)


def test_R19_a_seat_moves_in_one_act() -> None:
    full = seats_for(BEN, live=1)

    moved = rules.reassign(full, giver=BEN, taker=CHLOE, now=NOW)

    assert isinstance(moved, SeatReassigned)
    taken, given_ = rules.two_facts_of(moved)
    assert (taken.account_id, taken.reason) == (BEN.account_id, "reassigned")
    assert given_.account_id == CHLOE.account_id


def test_R19_a_seat_moves_to_nobody_who_may_not_have_it() -> None:
    outsider = replace(CHLOE, is_in=False)
    both = seats_for(BEN, CHLOE)

    refused = rules.reassign(seats_for(BEN), giver=BEN, taker=outsider, now=NOW)
    assert code_of(refused) is RefusalCode.NOT_IN_ORGANIZATION
    refused = rules.reassign(both, giver=BEN, taker=CHLOE, now=NOW)
    assert code_of(refused) is RefusalCode.ALREADY_ASSIGNED
    refused = rules.reassign(
        replace(both, live=0), giver=BEN, taker=replace(BEN, account_id=an_id()), now=NOW
    )
    assert code_of(refused) is RefusalCode.LICENSE_EXPIRED


def test_T9_whoever_came_last_loses_his_seat_first() -> None:
    lost = rules.seats_lost(seats_for(BEN, CHLOE, live=1))

    assert [one.account_id for one in lost] == [CHLOE.account_id]


ACTS = st.one_of(
    st.tuples(st.just("assign"), st.integers(0, 5)),
    st.tuples(st.just("revoke"), st.integers(0, 5)),
    st.tuples(st.just("reassign"), st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.just("buy"), st.integers(1, 3)),
    st.tuples(st.just("expire"), st.integers(0, 4)),
)


@given(st.lists(ACTS, max_size=60))
def test_I6_no_sequence_of_acts_assigns_more_seats_than_there_are(
    acts: list[tuple[str, int] | tuple[str, int, int]],
) -> None:
    people = [Person(account_id=an_id(), is_in=number != 5) for number in range(6)]
    seats = seats_for(live=0)

    for act in acts:
        seats = after(seats, act, people)

        holders = [one.account_id for one in seats.assignments]
        assert len(holders) <= seats.live
        assert len(set(holders)) == len(holders)
        assert people[5].account_id not in holders


def after(seats: Seats, act: tuple[str, int] | tuple[str, int, int], people: list[Person]) -> Seats:
    """The seats after one act, as the doors and the timer would leave them."""
    match act:
        case ("assign", number):
            return given_to(seats, rules.assign(seats, people[number], now=NOW))
        case ("revoke", number):
            return taken_from(seats, rules.revoke(seats, people[number], now=NOW))
        case ("reassign", giver, taker):
            moved = rules.reassign(seats, giver=people[giver], taker=people[taker], now=NOW)
            if isinstance(moved, Refused):
                return seats
            taken, given_ = rules.two_facts_of(moved)
            return given_to(taken_from(seats, taken), given_)
        case ("buy", number):
            return replace(seats, live=seats.live + number)
        case ("expire", number):
            fewer = replace(seats, live=max(0, seats.live - number))
            lost = rules.seats_lost(fewer)
            return replace(fewer, assignments=tuple(set(fewer.assignments) - set(lost)))
    raise AssertionError(act)


def given_to(seats: Seats, decision: SeatAssigned | Refused) -> Seats:
    if isinstance(decision, Refused):
        return seats
    added = Assignment(an_id(), decision.account_id, decision.assigned_at)
    return replace(seats, assignments=(*seats.assignments, added))


def taken_from(seats: Seats, decision: SeatRevoked | Refused) -> Seats:
    if isinstance(decision, Refused):
        return seats
    kept = tuple(one for one in seats.assignments if one.account_id != decision.account_id)
    return replace(seats, assignments=kept)
