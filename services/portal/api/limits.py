"""How often a token and an organization may call: buckets of this process that fill by themselves.

Several portals share nothing here, so that each grants the whole rate. What a node spends is
limited by the ledger, whatever the rate.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor
from time import monotonic
from typing import NamedTuple
from uuid import UUID

BUCKETS_MAX = 20_000


class Rate(NamedTuple):
    """So many calls a second in the long run, so many at once."""

    name: str
    per_second: float
    burst: int

    @property
    def window_seconds(self) -> int:
        """How long an empty bucket takes to be full again."""
        return max(1, ceil(self.burst / self.per_second))


class Taken(NamedTuple):
    """What a bucket said: whether the call passes, what is left, and when there is more."""

    rate: Rate
    passes: bool
    left: int
    wait_seconds: int


@dataclass
class _Bucket:
    left: float
    at: float


@dataclass
class Limiter:
    """The buckets of one rate; what was not called for longest is forgotten first."""

    rate: Rate
    seconds: Callable[[], float] = monotonic
    _buckets: "OrderedDict[UUID | str, _Bucket]" = field(default_factory=OrderedDict)

    def look(self, key: UUID | str) -> Taken:
        """See whether a call would pass."""
        left = self._bucket(key).left
        wait = ceil((1 - left) / self.rate.per_second) if left < 1 else 0
        return Taken(self.rate, left >= 1, floor(left), wait)

    def take(self, key: UUID | str) -> Taken:
        """Take one call out of a bucket that was seen to have one."""
        bucket = self._bucket(key)
        bucket.left -= 1
        return Taken(self.rate, passes=True, left=floor(bucket.left), wait_seconds=0)

    def _bucket(self, key: UUID | str) -> _Bucket:
        now = self.seconds()
        bucket = self._buckets.setdefault(key, _Bucket(self.rate.burst, now))
        bucket.left = min(self.rate.burst, bucket.left + (now - bucket.at) * self.rate.per_second)
        bucket.at = now
        self._buckets.move_to_end(key)
        while len(self._buckets) > BUCKETS_MAX:
            self._buckets.popitem(last=False)
        return bucket


def take_from_all(wanted: Iterable[tuple[Limiter, UUID | str]]) -> Sequence[Taken]:
    """Take one call out of every bucket, or out of none when one is empty."""
    wanted = tuple(wanted)
    looks = [limiter.look(key) for limiter, key in wanted]
    if not all(look.passes for look in looks):
        return looks
    return [limiter.take(key) for limiter, key in wanted]


def headers_of(taken: Sequence[Taken]) -> dict[str, str]:
    """Tell what is left, as the IETF's draft on RateLimit headers has it."""
    policies = (f'"{one.rate.name}";q={one.rate.burst};w={_window(one)}' for one in taken)
    left = (f'"{one.rate.name}";r={max(0, one.left)};t={_reset(one)}' for one in taken)
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(left)}


def wait_of(taken: Sequence[Taken]) -> int:
    """After how many seconds the next call passes."""
    return max((one.wait_seconds for one in taken), default=0)


def _window(taken: Taken) -> int:
    return taken.rate.window_seconds


def _reset(taken: Taken) -> int:
    return ceil((taken.rate.burst - max(0, taken.left)) / taken.rate.per_second)
