"""The geometry of lines over time: moments and amounts in, a path in a square of 100 by 100 out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.portal.charts import AXIS_PARTS, WHOLE, rounded_up

# Beyond this many points a browser draws from the table instead, for the page would be all paths.
POINTS_MAX = 200


@dataclass(frozen=True)
class Point:
    """What there was at a moment, in microcredits."""

    at: datetime
    amount: int


@dataclass(frozen=True)
class Mark:
    """Something that happened at a moment: `x` is where, in percent."""

    kind: str
    words: str
    x: float


@dataclass(frozen=True)
class Frame:
    """What a drawing is of: its time from left to right, its amounts from zero to `top`."""

    since: datetime
    until: datetime
    top: int

    @property
    def marks(self) -> tuple[tuple[int, float], ...]:
        """The amounts of the axis, from the top down."""
        parts = range(AXIS_PARTS, -1, -1)
        return tuple(
            (self.top * part // AXIS_PARTS, round(WHOLE - WHOLE * part / AXIS_PARTS, 3))
            for part in parts
        )

    def x(self, at: datetime) -> float:
        """Where a moment stands, in percent from the left."""
        return round(WHOLE * ((at - self.since) / (self.until - self.since)), 3)

    def y(self, amount: int) -> float:
        """Where an amount stands, in percent from above."""
        return round(WHOLE - WHOLE * amount / self.top, 3)

    def steps(self, points: Sequence[Point]) -> str:
        """A line that keeps its height until the next point: what is left changes at once."""
        if not points:
            return ""
        first, *others = points
        told = "".join(f"H{self.x(one.at)}V{self.y(one.amount)}" for one in others)
        return f"M{self.x(first.at)} {self.y(first.amount)}{told}"

    def line(self, points: Sequence[Point]) -> str:
        """A line from point to point."""
        return "M" + "L".join(f"{self.x(one.at)} {self.y(one.amount)}" for one in points)


def frame_of(*lines: Sequence[Point]) -> Frame | None:
    """A frame that all lines fit into; none where there is no time or no amount to show."""
    points = [point for line in lines for point in line]
    if not points:
        return None
    since, until = min(one.at for one in points), max(one.at for one in points)
    top = rounded_up(max(one.amount for one in points))
    return Frame(since, until, top) if top > 0 and since < until else None


def where_it_changes(points: Sequence[Point]) -> list[Point]:
    """Leave out what says the same as the point before it, but for the last."""
    kept = [
        point
        for number, point in enumerate(points)
        if number == 0 or point.amount != points[number - 1].amount
    ]
    return [*kept, points[-1]] if points and kept[-1] != points[-1] else kept
