"""A copy reaches as far as a watermark says, a moment after it was heard (A14)."""

from datetime import UTC, datetime, timedelta

from shared.contracts.message import EARLIEST
from shared.messaging.reach import SETTLING_SECONDS, Reach

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=1)


class Watch:
    """Seconds that pass when a test says so."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_A14_nothing_is_covered_after_a_start() -> None:
    assert Reach(Watch()).covered_until == EARLIEST


def test_A14_a_watermark_counts_once_what_came_before_it_is_applied() -> None:
    watch = Watch()
    reach = Reach(watch)
    reach.note(NOON)

    assert reach.covered_until == EARLIEST
    watch.seconds = SETTLING_SECONDS
    assert reach.covered_until == NOON


def test_A14_a_late_watermark_takes_nothing_back() -> None:
    watch = Watch()
    reach = Reach(watch)
    reach.note(LATER)
    reach.note(NOON)
    watch.seconds = SETTLING_SECONDS

    assert reach.covered_until == LATER
