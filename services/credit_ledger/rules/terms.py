"""What an organization and its vendor agreed on: time zone, thresholds, graces."""

from typing import Final

from msgspec import Struct

# What one operator may add or remove by himself, in microcredits, unless the deployment says else.
ADJUSTMENT_MAX: Final = 1_000_000_000


class Terms(Struct, frozen=True, omit_defaults=True):
    """The terms of one wallet; amounts in microcredits, thresholds in percent.

    `pool_thresholds` are percents of what was available after the last top-up, `overrun_max` what
    a running frame may cost beyond its hold (T26), `late_usage_hours` how long after its hold
    lapsed usage is still taken (T29), `credit_back_days` how long credits live that come back to
    an expired lot (A19).
    """

    zone: str = "UTC"
    observe: bool = False
    overrun_max: int = 0
    pool_thresholds: tuple[int, ...] = (20, 5)
    quota_thresholds: tuple[int, ...] = (80, 100)
    notice_days: int = 14
    credit_back_days: int = 30
    late_usage_hours: int = 24
