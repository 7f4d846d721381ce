"""Counts what facts say, second by second, for five minutes; and which holds are open."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

WINDOW_SECONDS = 300
RATE_SECONDS = 10
POINT_SECONDS = 5
HOLDS_MAX = 500_000

AUTHORIZED = "authorized"
CAPTURED = "captured"
REFUSED = "refused"
COUNTED = {
    "credit_ledger.hold.authorized": AUTHORIZED,
    "credit_ledger.credits.captured": CAPTURED,
}
HOLDS_OPEN = frozenset({"credit_ledger.hold.authorized", "credit_ledger.hold.extended"})
HOLDS_END = frozenset({"credit_ledger.hold.released", "credit_ledger.hold.expired"})
REFUSALS = "credit_ledger.hold.refused"


@dataclass
class Second:
    """What happened in one second."""

    counts: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)


@dataclass
class Traffic:
    """The last five minutes, by the seconds in which it was decided."""

    seconds: dict[int, Second] = field(default_factory=dict)
    holds: set[str] = field(default_factory=set)
    holds_series: dict[int, int] = field(default_factory=dict)

    def take(self, at: int, key: str, data: Mapping[str, Any]) -> None:
        """Count what one fact says that was decided at a second."""
        if key in COUNTED:
            self._second(at).counts[COUNTED[key]] += len(data.get("lines", ()))
        if key == REFUSALS:
            second = self._second(at)
            second.codes.update(data.get("refused", {}))
            second.counts[REFUSED] += sum(data.get("refused", {}).values())
        if key in HOLDS_OPEN or key in HOLDS_END:
            self._take_holds(at, key, data.get("lines", ()))

    def rate(self, name: str, now: int) -> float:
        """How many a second, over the last ten whole ones."""
        return self._sum(name, range(now - RATE_SECONDS, now)) / RATE_SECONDS

    def series(self, name: str, now: int) -> list[float]:
        """How many a second over five minutes, in steps of five seconds, oldest first."""
        starts = range(now - WINDOW_SECONDS, now, POINT_SECONDS)
        return [
            self._sum(name, range(start, start + POINT_SECONDS)) / POINT_SECONDS for start in starts
        ]

    def holds_over_time(self, now: int) -> list[float]:
        """How many holds were open, at the same steps."""
        known = sorted(second for second in self.holds_series if second < now)
        shown: list[float] = []
        number, open_then = 0, 0
        for end in range(now - WINDOW_SECONDS + POINT_SECONDS, now + 1, POINT_SECONDS):
            while number < len(known) and known[number] < end:
                open_then = self.holds_series[known[number]]
                number += 1
            shown.append(float(open_then))
        return shown

    def refusals(self, now: int) -> list[tuple[str, int]]:
        """Refusals of five minutes by code, most first."""
        codes: Counter[str] = Counter()
        for second in range(now - WINDOW_SECONDS, now + 1):
            if second in self.seconds:
                codes.update(self.seconds[second].codes)
        return codes.most_common()

    def forget_before(self, now: int) -> None:
        for kept in (self.seconds, self.holds_series):
            for second in [one for one in kept if one < now - WINDOW_SECONDS - POINT_SECONDS]:
                del kept[second]

    def _second(self, at: int) -> Second:
        return self.seconds.setdefault(at, Second())

    def _sum(self, name: str, seconds: Iterable[int]) -> int:
        known = self.seconds
        return sum(known[second].counts[name] for second in seconds if second in known)

    def _take_holds(self, at: int, key: str, lines: Iterable[Mapping[str, Any]]) -> None:
        named = (str(line.get("hold_id") or line["id"]) for line in lines)
        if key in HOLDS_END:
            self.holds.difference_update(named)
        elif len(self.holds) < HOLDS_MAX:
            self.holds.update(named)
        self.holds_series[at] = len(self.holds)
