"""What ends when somebody leaves, whatever the clock says (R16, T1)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.membership.rules import removals
from services.membership.rules.standing import Membership
from shared.contracts.membership import MemberOffboarded, MemberRemoved, RemovalAwaited
from tests.builders import an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
BEN = Membership(an_id(), an_id(), "MEMBER", NOW)


def test_T1_a_removal_ends_the_interval_at_once_and_says_what_is_taken_back() -> None:
    later = NOW + timedelta(days=1)

    removed = removals.remove(BEN, reason="left", products=("Tide",), now=later)

    assert removed == MemberRemoved(
        organization_id=BEN.organization_id,
        account_id=BEN.account_id,
        removed_at=later,
        reason="left",
        products=("Tide",),
    )


@given(st.timedeltas(min_value=timedelta(days=-365), max_value=timedelta(days=365)))
def test_R16_no_interval_is_empty_or_ends_before_it_began(passed: timedelta) -> None:
    assert removals.ends_at(BEN, now=NOW + passed) > BEN.added_at


def test_T1_a_finished_removal_names_the_one_it_finishes() -> None:
    open_one = RemovalAwaited(organization_id=an_id(), account_id=an_id(), removed_at=NOW)
    later = NOW + timedelta(seconds=1)

    assert removals.offboard(open_one, now=later) == MemberOffboarded(
        **open_one.model_dump(), offboarded_at=later
    )
    assert removals.offboard(open_one, now=NOW - timedelta(days=1)).offboarded_at == NOW


def test_T1_a_removal_is_asked_about_once_it_takes_longer_than_moments() -> None:
    assert removals.awaited_before(NOW) == NOW - timedelta(seconds=5)
