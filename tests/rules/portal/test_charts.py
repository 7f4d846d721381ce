"""Columns of a chart: from zero, within the frame, each with its number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.charts import COLUMNS_MAX, WHOLE, chart_of, rounded_up

AMOUNTS = st.lists(st.integers(-(10**9), 10**15), min_size=1, max_size=60)


@given(AMOUNTS)
def test_columns_stay_within_the_frame_and_stand_on_zero(amounts: list[int]) -> None:
    chart = chart_of([(str(number), amount) for number, amount in enumerate(amounts)])

    if chart is None:
        assert max(amounts) <= 0
        return
    assert chart.top >= max(amounts)
    for column in chart.columns:
        assert 0 <= column.x <= column.x + column.width <= WHOLE + 0.01
        assert 0 <= column.height <= WHOLE
        assert column.y + column.height == pytest.approx(WHOLE, abs=0.01)


def test_nothing_is_drawn_of_nothing_or_of_too_much() -> None:
    assert chart_of([]) is None
    assert chart_of([("a", 0)]) is None
    assert chart_of([("a", 1)] * (COLUMNS_MAX + 1)) is None


@pytest.mark.parametrize(
    ("amount", "top"), [(0, 0), (1, 1), (84, 100), (101, 200), (4_100, 5_000), (5_001, 10_000)]
)
def test_an_axis_ends_with_a_round_number(amount: int, top: int) -> None:
    assert rounded_up(amount) == top
