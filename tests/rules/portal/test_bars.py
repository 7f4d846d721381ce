"""The pool bar and the quota meter: what they add up to, and that every part is seen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.bars import LEAST_PERCENT, WHOLE, bar_of, pool_bar, quota_meter
from shared.contracts.money import format_credits, parse_credits

NOW = datetime(2026, 7, 1, tzinfo=UTC)
IN_A_YEAR = NOW + timedelta(days=365)
AMOUNTS = st.integers(0, 10**15)


def credits(amount: float) -> int:
    return int(amount * 1_000_000)


def a_lot(*, expires_at: datetime = IN_A_YEAR, **amounts: float) -> dict[str, Any]:
    names = ("granted", "free", "held", "captured", "credited_back", "expired", "clawed_back")
    lot = {name: format_credits(credits(amounts.get(name, 0.0))) for name in names}
    return {**lot, "expires_at": expires_at.isoformat()}


def a_pool(held: float, available: float, debt: float = 0.0) -> dict[str, str]:
    amounts = {"held": held, "available": available, "debt": debt}
    return {name: format_credits(credits(amount)) for name, amount in amounts.items()}


STEP_9 = (a_pool(410, 6), [a_lot(granted=500, free=6, held=410, captured=84)], 500, 84)
STEP_11 = (
    a_pool(30, 176),
    [
        a_lot(granted=500, free=59, held=30, captured=411),
        a_lot(granted=200, free=117, captured=83),
    ],
    700,
    494,
)
STEP_15 = (
    a_pool(0, 66),
    [
        a_lot(granted=500, captured=484, clawed_back=150),
        a_lot(granted=200, captured=83, expired=117, expires_at=NOW - timedelta(hours=1)),
        a_lot(granted=100, captured=0),
        a_lot(granted=100, free=66),
    ],
    550,
    484,
)


@pytest.mark.parametrize(("pool", "lots", "base", "spent"), [STEP_9, STEP_11, STEP_15])
def test_R50_the_bar_of_the_story_adds_up(
    pool: dict[str, str], lots: list[dict[str, Any]], base: int, spent: int
) -> None:
    bar = pool_bar(pool, lots, NOW)

    assert (bar.base, bar.spent) == (credits(base), credits(spent))
    assert bar.base == bar.spent + bar.held + bar.available


def test_R50_what_left_the_bar_and_what_is_in_it_are_all_that_was_granted() -> None:
    pool, lots, base, _ = STEP_15

    bar = pool_bar(pool, lots, NOW)

    assert bar.gone == (
        (credits(83), "spent of lots that have ended"),
        (credits(117), "expired"),
        (credits(150), "taken back by the store"),
    )
    left = sum(amount for amount, _ in bar.gone)
    assert credits(base) + left == sum(parse_credits(lot["granted"]) for lot in lots)


@given(spent=AMOUNTS, held=AMOUNTS, available=AMOUNTS, debt=AMOUNTS, data=st.data())
def test_every_part_of_a_bar_is_seen_and_none_passes_its_end(
    spent: int, held: int, available: int, debt: int, data: st.DataObject
) -> None:
    expiring = data.draw(st.integers(0, available))
    bar = bar_of(spent=spent, held=held, available=available, expiring=expiring, debt=debt)

    assert bar.base == sum(segment.amount for segment in bar.segments)
    assert all(segment.width >= LEAST_PERCENT for segment in bar.segments)
    assert not bar.base or sum(s.width for s in bar.segments) == pytest.approx(WHOLE, abs=0.01)
    for left, right in zip(bar.segments, bar.segments[1:], strict=False):
        assert right.start == pytest.approx(left.start + left.width, abs=0.01)


def test_what_ends_within_thirty_days_is_told_apart() -> None:
    soon = NOW + timedelta(days=29)
    lots = [a_lot(granted=30, free=10, held=20, expires_at=soon), a_lot(granted=5, free=5)]

    bar = pool_bar(a_pool(20, 15), lots, NOW)

    assert (bar.expiring, bar.available) == (credits(10), credits(15))


def test_T23_a_debt_is_a_bar_of_its_own_and_never_a_minus() -> None:
    bar = pool_bar(a_pool(0, 0, 34), [a_lot(granted=500, captured=484)], NOW)

    assert bar.available == 0
    assert bar.owed is not None
    assert bar.owed.amount == credits(34)


def test_a_lot_that_ended_counts_while_credits_of_it_are_held() -> None:
    ended = a_lot(granted=50, held=20, captured=30, expires_at=NOW - timedelta(days=1))

    assert pool_bar(a_pool(20, 0), [ended], NOW).base == credits(50)


def test_A19_what_was_credited_back_is_not_spent() -> None:
    lots = [a_lot(granted=100, free=26, captured=84, credited_back=10)]

    assert pool_bar(a_pool(0, 26), lots, NOW).base == credits(100)


def test_T10_use_past_a_lowered_quota_passes_its_mark() -> None:
    meter = quota_meter(limit=60, used=84, held=0, available=6)

    assert (meter.over, meter.left) == (24, 0)
    assert meter.mark == pytest.approx(71.429)
    assert meter.tick is None


def test_R53_a_tick_shows_where_the_pool_would_end_first() -> None:
    meter = quota_meter(limit=300, used=0, held=30, available=6)

    assert meter.tick == pytest.approx(12.0)
    assert quota_meter(limit=300, used=0, held=30, available=270).tick is None


@given(limit=st.integers(1, 10**12), used=AMOUNTS, held=AMOUNTS, available=AMOUNTS)
def test_a_meter_holds_its_marks_within_itself(
    limit: int, used: int, held: int, available: int
) -> None:
    meter = quota_meter(limit=limit, used=used, held=held, available=available)

    assert 0 <= meter.mark <= WHOLE
    assert meter.tick is None or meter.tick <= WHOLE
    assert sum(segment.width for segment in meter.segments) <= WHOLE + 0.01
    assert meter.left * meter.over == 0
