"""Deliveries are tried again ever more slowly for three days, and then an address is given up."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.portal.webhooks.schedule import (
    FAILING_MAX,
    TRIED_FOR,
    is_given_up,
    next_attempt,
    pause_after,
)

NOW = datetime(2026, 2, 1, tzinfo=UTC)


def middle(low: float, high: float) -> float:
    return (low + high) / 2


def test_pauses_grow_from_seconds_to_eight_hours() -> None:
    pauses = [pause_after(attempts, draw=middle).total_seconds() for attempts in range(1, 12)]

    assert pauses[:5] == [5, 20, 80, 320, 1280]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 8 * 3600


def test_what_failed_together_does_not_come_again_together() -> None:
    early = pause_after(3, draw=lambda low, _high: low)
    late = pause_after(3, draw=lambda _low, high: high)

    assert (early.total_seconds(), late.total_seconds()) == (60, 100)


@given(st.floats(0.75, 1.25))
def test_a_delivery_is_tried_for_three_days_with_its_last_attempt_at_their_end(
    drawn: float,
) -> None:
    moments = [NOW]
    while True:
        again = next_attempt(
            len(moments), begun_at=NOW, now=moments[-1], draw=lambda _low, _high: drawn
        )
        if again is None:
            break
        assert again > moments[-1]
        moments.append(again)

    assert moments[-1] == NOW + TRIED_FOR
    assert 13 <= len(moments) <= 24


def test_an_address_may_wish_for_a_longer_pause_but_not_for_ever() -> None:
    wished = next_attempt(1, begun_at=NOW, now=NOW, draw=middle, wished=timedelta(minutes=10))
    too_long = next_attempt(1, begun_at=NOW, now=NOW, draw=middle, wished=timedelta(days=365))
    shorter = next_attempt(5, begun_at=NOW, now=NOW, draw=middle, wished=timedelta(seconds=1))

    assert wished == NOW + timedelta(minutes=10)
    assert too_long == NOW + timedelta(hours=8)
    assert shorter == NOW + timedelta(seconds=1280)


def test_the_last_attempt_of_what_failed_first_finds_the_address_given_up() -> None:
    first_failure = NOW + timedelta(seconds=10)

    assert is_given_up(first_failure, NOW + TRIED_FOR)
    assert not is_given_up(NOW, NOW + FAILING_MAX - timedelta(seconds=1))
