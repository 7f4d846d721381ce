"""What was held against what was charged, day by day: two lines over the same days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from services.portal.asking import RefusedError
from services.portal.curves import Frame, Point, frame_of
from services.portal.views.books import Ask
from services.portal.views.usage import Span, Usage
from shared.contracts.credit_reports import ShowBalances
from shared.contracts.money import parse_credits
from shared.contracts.refusals import RefusalCode

DAYS_LEAST = 2
QUIET = {RefusalCode.UNKNOWN_ORGANIZATION, RefusalCode.OVERLOADED, RefusalCode.MALFORMED}


@dataclass(frozen=True)
class HeldChart:
    """Both lines, and what was held at the end of each day as far as that is known."""

    frame: Frame
    held: str
    charged: str
    by_day: dict[str, int]


async def held_by_day(ask: Ask, span: Span) -> dict[str, int]:
    """What was held at the end of each day; days of which nobody can tell are left out."""
    try:
        told = await ask(ShowBalances(since=span.since, until=span.until))
    except RefusedError as error:
        if error.refused.code not in QUIET:
            raise
        return {}
    return {
        one["day"]: parse_credits(one["held"])
        for one in told["points"]
        if one.get("held") is not None
    }


def held_chart(usage: Usage, held: dict[str, int]) -> HeldChart | None:
    """Draw both over the days of which both are known; nothing where nothing was held."""
    if usage.by != "day" or not any(held.values()):
        return None
    charged = [
        _point(line.key, line.credits, usage.span) for line in usage.lines if line.key in held
    ]
    kept = [_point(day, amount, usage.span) for day, amount in sorted(held.items())]
    frame = frame_of(kept, charged) if len(charged) >= DAYS_LEAST else None
    if frame is None:
        return None
    return HeldChart(frame, frame.line(kept), frame.line(_from_zero(charged)), held)


def _point(day: str, amount: int, span: Span) -> Point:
    return Point(datetime.combine(date.fromisoformat(day), time(), span.zone), amount)


def _from_zero(points: Sequence[Point]) -> list[Point]:
    """More may have been credited back than charged; the axis begins with zero."""
    return [Point(one.at, max(0, one.amount)) for one in points]
