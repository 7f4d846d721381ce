"""The geometry of the pool bar and the quota meter: numbers in, percents out, nothing drawn.

The whole bar is what was granted by lots that have not expired, less what was taken back: spent,
held, and available. Expired and clawed-back amounts never sit in it; lots and statements tell them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from shared.contracts.money import parse_credits

Kind = Literal["spent", "held", "expiring", "available", "over", "owed"]
EXPIRING = timedelta(days=30)
# A part that is there is seen, however small; numbers beside it are the truth.
LEAST_PERCENT = 0.8
WHOLE = 100.0


@dataclass(frozen=True)
class Segment:
    """One part of a bar: where it begins and how wide it is, in percent; its amount."""

    kind: Kind
    start: float
    width: float
    amount: int


@dataclass(frozen=True)
class PoolBar:
    """A pool as a bar, in microcredits: base = spent + held + available.

    What left it is told beside it: what was spent of lots that ended, what expired and what was
    taken back.
    """

    base: int
    spent: int
    held: int
    available: int
    expiring: int
    debt: int
    segments: tuple[Segment, ...]
    owed: Segment | None = None
    spent_of_ended: int = 0
    expired: int = 0
    taken_back: int = 0

    @property
    def gone(self) -> tuple[tuple[int, str], ...]:
        """What is in the bar no more, so that nobody takes it for missing."""
        told = (
            (self.spent_of_ended, "spent of lots that have ended"),
            (self.expired, "expired"),
            (self.taken_back, "taken back by the store"),
        )
        return tuple((amount, words) for amount, words in told if amount)


@dataclass(frozen=True)
class QuotaMeter:
    """A quota as a meter: used, held, what is left, by how much it is over; `tick` is the pool."""

    limit: int
    used: int
    held: int
    left: int
    over: int
    mark: float
    segments: tuple[Segment, ...]
    tick: float | None = None


def pool_bar(pool: Mapping[str, Any], lots: Sequence[Mapping[str, Any]], now: datetime) -> PoolBar:
    """Draw a pool from the answers of `ShowPool` and `ListLots`."""
    held, available = parse_credits(pool["held"]), parse_credits(pool["available"])
    spent = sum(_spent(lot) for lot in lots if _counts(lot, now))
    expiring = min(available, sum(_expiring(lot, now) for lot in lots))
    bar = bar_of(
        spent=spent,
        held=held,
        available=available,
        expiring=expiring,
        debt=parse_credits(pool["debt"]),
    )
    return replace(
        bar,
        spent_of_ended=sum(_spent(lot) for lot in lots) - spent,
        expired=sum(parse_credits(lot["expired"]) for lot in lots),
        taken_back=sum(parse_credits(lot["clawed_back"]) for lot in lots),
    )


def left_of(lot: Mapping[str, Any]) -> int:
    """What is left in a lot, free or held."""
    return parse_credits(lot["free"]) + parse_credits(lot["held"])


def bar_of(*, spent: int, held: int, available: int, expiring: int = 0, debt: int = 0) -> PoolBar:
    """Draw a bar from its amounts; of what is available, `expiring` ends soon."""
    base = spent + held + available
    amounts: tuple[tuple[Kind, int], ...] = (
        ("spent", spent),
        ("held", held),
        ("expiring", expiring),
        ("available", available - expiring),
    )
    owed = None
    if debt:
        owed = Segment("owed", 0.0, _share(debt, max(base, debt)), debt)
    return PoolBar(base, spent, held, available, expiring, debt, _laid_out(amounts, base), owed)


def meter_of(access: Mapping[str, Any] | None, available: int) -> QuotaMeter | None:
    """The meter of a person's access, as the ledger tells it; none without a quota."""
    if access is None or access["mode"] != "quota":
        return None
    return quota_meter(
        limit=parse_credits(access["limit"]),
        used=parse_credits(access["used"]),
        held=parse_credits(access["held"]),
        available=available,
    )


def quota_meter(*, limit: int, used: int, held: int, available: int) -> QuotaMeter:
    """Draw a quota; use past the limit passes the limit's mark, and the pool may end before it."""
    taken = used + held
    scale = max(limit, taken)
    amounts: tuple[tuple[Kind, int], ...] = (("spent", used), ("held", held))
    left = max(0, limit - taken)
    tick = _share(taken + available, scale) if available < left else None
    return QuotaMeter(
        limit=limit,
        used=used,
        held=held,
        left=left,
        over=max(0, taken - limit),
        mark=_share(limit, scale),
        segments=_laid_out(amounts, scale),
        tick=tick,
    )


def _laid_out(amounts: Sequence[tuple[Kind, int]], base: int) -> tuple[Segment, ...]:
    """Lay parts side by side; a small one is widened at the cost of the widest."""
    parts = [(kind, amount) for kind, amount in amounts if amount > 0]
    if not parts:
        return ()
    widths = [max(LEAST_PERCENT, _share(amount, base)) for _, amount in parts]
    total = WHOLE if sum(amount for _, amount in parts) >= base else WHOLE - LEAST_PERCENT
    widest = widths.index(max(widths))
    widths[widest] -= max(0.0, sum(widths) - total)
    return _segments(parts, widths)


def _segments(parts: Sequence[tuple[Kind, int]], widths: Sequence[float]) -> tuple[Segment, ...]:
    segments = []
    start = 0.0
    for (kind, amount), width in zip(parts, widths, strict=True):
        segments.append(Segment(kind, round(start, 3), round(width, 3), amount))
        start += width
    return tuple(segments)


def _share(amount: int, base: int) -> float:
    return round(WHOLE * amount / base, 3) if base else 0.0


def _counts(lot: Mapping[str, Any], now: datetime) -> bool:
    """Whether what was spent of a lot is in the bar: a lot that ended left it, with its spending.

    One that ended while credits of it are held stays until they are settled.
    """
    expires_at = _moment(lot["expires_at"])
    return expires_at is None or expires_at > now or parse_credits(lot["held"]) > 0


def _spent(lot: Mapping[str, Any]) -> int:
    """What a lot paid and did not get back; one that credits back made was granted nothing."""
    captured = parse_credits(lot["captured"])
    if not parse_credits(lot["granted"]):
        return captured
    return max(0, captured - parse_credits(lot["credited_back"]))


def _expiring(lot: Mapping[str, Any], now: datetime) -> int:
    expires_at = _moment(lot["expires_at"])
    if expires_at is None or not now < expires_at <= now + EXPIRING:
        return 0
    return parse_credits(lot["free"])


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
