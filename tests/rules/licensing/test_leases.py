"""What an open lease means for the seat it is on (R19, A12, T31)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.licensing.rules import leases as facts
from services.licensing.rules import seats as rules
from services.licensing.rules.leases import Checkout
from services.licensing.rules.seats import Assignment, Person, Seats
from shared.contracts.licensing import SeatAssigned, SeatReassigned
from shared.contracts.message import Refused
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
BEN, CHLOE = Person(an_id(), is_in=True), Person(an_id(), is_in=True)
HELD = Assignment(an_id(), BEN.account_id, NOW)
SEATS = Seats(an_id(), LUMEN, live=2, was_bought=True, assignments=(HELD,))
LEASE = Checkout(
    id=an_id(),
    organization_id=SEATS.organization_id,
    account_id=BEN.account_id,
    product=LUMEN,
    machine="desk",
    source="ORGANIZATION",
    assignment_id=HELD.id,
    opened_at=NOW,
    lease_until=NOW + timedelta(minutes=10),
)


def test_T31_a_seat_in_use_moves_when_its_lease_ended() -> None:
    refused = rules.reassign(SEATS, giver=BEN, taker=CHLOE, lease=LEASE, now=NOW)
    later = rules.reassign(SEATS, giver=BEN, taker=CHLOE, lease=LEASE, now=LEASE.lease_until)

    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.NO_SEAT_AVAILABLE
    assert refused.limit is not None
    assert (refused.limit.name, refused.limit.value) == (
        "lease_until",
        "2026-02-01T00:10:00.000000Z",
    )
    assert isinstance(later, SeatReassigned)


def test_T31_a_seat_in_use_moves_at_once_by_force() -> None:
    moved = rules.reassign(SEATS, giver=BEN, taker=CHLOE, lease=LEASE, force=True, now=NOW)

    assert isinstance(moved, SeatReassigned)


def test_A12_a_seat_that_a_lease_takes_is_not_given() -> None:
    one_left, none_left = replace(SEATS, live=3, in_use=1), replace(SEATS, in_use=1)

    assert isinstance(rules.assign(one_left, CHLOE, now=NOW), SeatAssigned)
    refused = rules.assign(none_left, CHLOE, now=NOW)
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.NO_SEAT_AVAILABLE


def test_T31_a_lease_counts_by_itself_once_its_assignment_ended() -> None:
    assert not LEASE.counts_by_itself()
    assert replace(LEASE, assignment_id=None).counts_by_itself()
    own = replace(LEASE, organization_id=None, assignment_id=None, source="EDU")
    assert not own.counts_by_itself()


def test_A12_what_is_said_of_a_checkout_names_the_account_alone() -> None:
    opened = facts.opened(LEASE)
    closed = facts.closed(LEASE, swept=True, now=NOW - timedelta(seconds=1))

    assert (opened.checkout_id, opened.account_id) == (LEASE.id, BEN.account_id)
    assert (closed.swept, closed.closed_at) == (True, LEASE.opened_at)
