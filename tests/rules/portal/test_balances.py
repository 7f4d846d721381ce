"""What is left over time as a line, with what happened to it and an estimate."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.charts import WHOLE
from services.portal.curves import POINTS_MAX, Point, frame_of, where_it_changes
from services.portal.views.balance import Past, balance_of, forecast_of
from shared.contracts.money import format_credits

NOW = datetime(2026, 3, 12, 14, 31, tzinfo=UTC)
DAY = timedelta(days=1)
CREDIT = 1_000_000
LINES = st.lists(st.integers(0, 10**15), min_size=2, max_size=60)


@given(LINES)
def test_a_line_stays_within_its_frame_and_keeps_its_height_until_it_changes(
    amounts: list[int],
) -> None:
    points = [Point(NOW + number * DAY, amount) for number, amount in enumerate(amounts)]

    frame = frame_of(points)

    if frame is None:
        assert max(amounts) == 0
        return
    assert frame.top >= max(amounts)
    assert [frame.x(points[0].at), frame.x(points[-1].at)] == [0, WHOLE]
    assert all(0 <= frame.y(one.amount) <= WHOLE for one in points)
    assert frame.steps(points).count("V") == len(points) - 1


@given(LINES)
def test_what_repeats_the_day_before_is_left_out_and_the_last_is_not(amounts: list[int]) -> None:
    points = [Point(NOW + number * DAY, amount) for number, amount in enumerate(amounts)]

    kept = where_it_changes(points)

    assert (kept[0], kept[-1]) == (points[0], points[-1])
    inner = kept[:-1]
    assert all(one.amount != other.amount for one, other in pairwise(inner))


def test_the_estimate_spends_lots_in_their_order_and_lets_the_rest_expire() -> None:
    lots = [a_lot(free=100, expires_in=3), a_lot(free=50, expires_in=300)]

    forecast = forecast_of(lots, past(spent=14 * 10), NOW)

    assert forecast is not None
    assert forecast.pace == 10 * CREDIT
    left = [point.amount // CREDIT for point in forecast.points]
    assert left[:5] == [150, 140, 130, 50, 40]
    assert forecast.ends == NOW + 8 * DAY
    assert forecast.unused == 70 * CREDIT


def test_where_nothing_was_spent_nobody_can_tell_how_long_it_lasts() -> None:
    assert forecast_of([a_lot(free=100)], past(spent=0), NOW) is None
    assert forecast_of([], past(spent=10), NOW) is None


def test_what_lasts_longer_than_a_year_has_no_end() -> None:
    forecast = forecast_of([a_lot(free=10_000)], past(spent=14), NOW)

    assert forecast is not None
    assert forecast.ends is None


def test_purchases_and_expiries_are_marked_where_they_happened() -> None:
    bought = a_lot(free=60, granted_at=NOW - 10 * DAY)
    ended = a_lot(free=0, expired=40, granted_at=NOW - 300 * DAY, expires_at=NOW - 5 * DAY)

    balance = balance_of(past(spent=14, days=30), "30", [bought, ended], NOW)

    assert [mark.kind for mark in balance.marks] == ["bought", "expired"]
    assert [[event.kind for event in row.happened] for row in balance.rows if row.happened] == [
        ["bought"],
        ["expired"],
    ]


@pytest.mark.parametrize(("days", "is_long"), [(90, False), (POINTS_MAX + 1, True)])
def test_a_browser_draws_what_changed_on_many_days(days: int, is_long: bool) -> None:  # noqa: FBT001 -- parametrized
    balance = balance_of(past(spent=14, days=days, changes=True), "365", [], NOW)

    assert balance.is_long is is_long


def a_lot(
    *,
    free: int,
    expires_in: int | None = None,
    expired: int = 0,
    granted_at: datetime = NOW - 60 * DAY,
    expires_at: datetime | None = None,
) -> dict[str, Any]:
    ends = expires_at if expires_in is None else NOW + expires_in * DAY
    return {
        "free": format_credits(free * CREDIT),
        "granted": format_credits((free + expired) * CREDIT),
        "expired": format_credits(expired * CREDIT),
        "granted_at": granted_at.isoformat(),
        "expires_at": None if ends is None else ends.isoformat(),
    }


def past(*, spent: int, days: int = 20, changes: bool = False) -> Past:
    """So many days that each ended with 100 credits, or with one less than the day before."""
    points = [
        {
            "day": (NOW - number * DAY).date().isoformat(),
            "at": (NOW - number * DAY).isoformat(),
            "free": str(500 + number if changes else 100),
            "held": "0",
        }
        for number in range(days - 1, -1, -1)
    ]
    return Past(tuple(points), spent * CREDIT)
