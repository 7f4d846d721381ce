"""Shuffling, killing by wish, counting: what the replay's word rests on."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.operator.replay.books import Batch
from deploy.operator.replay.kills import KillError, moments, read_kills
from deploy.operator.replay.play import SHUFFLE_WINDOW, shuffled
from deploy.operator.replay.report import histogram, percentile


@given(st.integers(0, 300), st.integers(1, 50), st.integers())
def test_shuffling_loses_and_doubles_nothing(total: int, window: int, seed: int) -> None:
    drawn = list(shuffled(iter(range(total)), Random(seed), window))

    assert sorted(drawn) == list(range(total))


def test_no_message_overtakes_more_than_a_window() -> None:
    drawn = list(shuffled(iter(range(20_000)), Random(1)))

    assert all(message < place + SHUFFLE_WINDOW for place, message in enumerate(drawn))
    assert SHUFFLE_WINDOW >= 1_000
    assert max(abs(message - place) for place, message in enumerate(drawn)) > 1_000


def test_wish_to_kill_is_read_and_spread_over_the_run() -> None:
    planned = moments(read_kills("ledger=3,broker=1"), 1000, Random(7))

    assert sorted(target for _, target in planned) == ["broker", "ledger", "ledger", "ledger"]
    assert [jobs for jobs, _ in planned] == sorted(jobs for jobs, _ in planned)
    assert all(0 < jobs < 1000 for jobs, _ in planned)


@pytest.mark.parametrize("wish", ["portal=1", "ledger", "ledger=x", "ledger=-1"])
def test_wish_that_cannot_be_read_is_refused(wish: str) -> None:
    with pytest.raises(KillError, match=f"{wish}: write ledger, broker, database"):
        read_kills(wish)


def test_histogram_names_ranges_of_commands() -> None:
    batches = [Batch(datetime.now(UTC), size, 0) for size in (1, 1, 9, 10, 3000)]

    assert histogram(batches) == {"1": 2, "2-9": 1, "10-49": 1, "2000+": 1}


def test_percentile_of_nothing_is_zero() -> None:
    assert percentile([], 0.99) == 0
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
