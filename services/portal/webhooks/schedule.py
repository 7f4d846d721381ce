"""When a delivery is tried again, and when an address is given up: pure, by moments and draws."""

from collections.abc import Callable
from datetime import datetime, timedelta

FIRST_PAUSE_SECONDS = 5.0
PAUSE_GROWS_BY = 4
PAUSE_MAX_SECONDS = 8 * 3600.0
JITTER = 0.25
TRIED_FOR = timedelta(days=3)
# A little less than the time each delivery is tried for: the last attempt of the first one that
# failed finds the address failing for that long.
FAILING_MAX = TRIED_FOR - timedelta(hours=1)

Draw = Callable[[float, float], float]


def pause_after(attempts: int, *, draw: Draw) -> timedelta:
    """How long to wait after so many attempts: 5 s, 20 s, 80 s ... 8 h, each a little different.

    What failed together would else come again together.
    """
    grown = FIRST_PAUSE_SECONDS * PAUSE_GROWS_BY ** min(attempts - 1, 10)
    seconds = min(grown, PAUSE_MAX_SECONDS)
    return timedelta(seconds=seconds * draw(1 - JITTER, 1 + JITTER))


def next_attempt(
    attempts: int,
    *,
    begun_at: datetime,
    now: datetime,
    draw: Draw,
    wished: timedelta | None = None,
) -> datetime | None:
    """When to try again after so many attempts; None once the time of the delivery is over.

    An address may wish for a longer pause, up to the longest of ours. The last attempt is at the
    very end.
    """
    end = begun_at + TRIED_FOR
    if now >= end:
        return None
    pause = pause_after(attempts, draw=draw)
    if wished is not None:
        pause = max(pause, min(wished, timedelta(seconds=PAUSE_MAX_SECONDS)))
    return min(now + pause, end)


def is_given_up(failing_since: datetime, now: datetime) -> bool:
    """Whether nothing got through to an address for so long that it is disabled."""
    return now - failing_since >= FAILING_MAX
