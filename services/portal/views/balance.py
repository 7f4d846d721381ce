"""What was left of a wallet over time, what happened to it, and how long it may still last."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from services.portal.asking import RefusedError
from services.portal.curves import POINTS_MAX, Frame, Mark, Point, frame_of, where_it_changes
from services.portal.format import microcredits
from services.portal.views.books import NO_WALLET, Ask
from shared.contracts.credit_reports import ShowBalances, ShowUsage
from shared.contracts.refusals import RefusalCode

DAYS = {"30": 30, "90": 90, "365": 365}
DAYS_SHOWN = "90"
PACE_DAYS = 14
QUARTER_SECONDS = 900
AHEAD_MAX_DAYS = 365
AHEAD_SHOWN = timedelta(days=45)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Forecast:
    """An estimate: at the pace of the last days, when nothing will be left; none within a year.

    `unused` is what lots lose by then because they expire.
    """

    pace: int
    points: tuple[Point, ...]
    ends: datetime | None
    unused: int = 0


@dataclass(frozen=True)
class Row:
    """A day on which something changed: what was left at its end, and what happened."""

    day: date
    at: datetime
    free: int
    held: int | None
    happened: tuple["Event", ...]


class Event(NamedTuple):
    """What changed how much there is, apart from work: when, what, and how many credits."""

    at: datetime
    kind: str
    amount: str


@dataclass(frozen=True)
class Balance:
    """The line, its marks, the estimate, and the same as rows of a table."""

    days: str
    rows: tuple[Row, ...]
    frame: Frame | None
    line: str
    ahead: str
    marks: tuple[Mark, ...]
    forecast: Forecast | None

    @property
    def is_long(self) -> bool:
        """Whether a browser draws it from the table."""
        return len(self.rows) > POINTS_MAX


@dataclass(frozen=True)
class Past:
    """What the ledger tells of the days before now."""

    points: tuple[Mapping[str, Any], ...]
    spent: int


async def past_of(ask: Ask, days: str, now: datetime) -> Past:
    """Ask for the balance of each day, and what the last days cost."""
    since = now - timedelta(days=DAYS[days] - 1)
    # Of whole quarters of an hour the ledger keeps sums: of a million charges it reads none.
    whole = now - timedelta(seconds=now.timestamp() % QUARTER_SECONDS)
    try:
        told = await ask(ShowBalances(since=since, until=now + DAY / 24))
        paid = await ask(ShowUsage(since=whole - PACE_DAYS * DAY, until=whole + DAY / 24))
    except RefusedError as error:
        if error.refused.code not in {NO_WALLET, RefusalCode.OVERLOADED}:
            raise
        return Past((), 0)
    return Past(tuple(told["points"]), sum(microcredits(row["credits"]) for row in paid["rows"]))


def balance_of(
    past: Past,
    days: str,
    lots: Sequence[Mapping[str, Any]],
    now: datetime,
) -> Balance:
    """Put what was and what may come into one picture."""
    line = where_it_changes(
        [Point(_moment(one["at"]), microcredits(one["free"])) for one in past.points]
    )
    forecast = forecast_of(lots, past, now)
    ahead = () if forecast is None else _shown_ahead(forecast, line)
    frame = frame_of(line, ahead)
    happened = tuple(_happened(lots))
    return Balance(
        days=days,
        rows=tuple(_rows(past, {one.at for one in line}, happened)),
        frame=frame,
        line=frame.steps(line) if frame else "",
        ahead=frame.line(ahead) if frame and ahead else "",
        marks=_marks(frame, happened),
        forecast=forecast,
    )


def forecast_of(lots: Sequence[Mapping[str, Any]], past: Past, now: datetime) -> Forecast | None:
    """Spend what is left at the pace of the last days, lot after lot, and let lots expire."""
    left: list[list[Any]] = [[microcredits(lot["free"]), _ends(lot)] for lot in _in_use(lots)]
    first = _first_day(past)
    total = sum(amount for amount, _ in left)
    known = min(PACE_DAYS * DAY, now - first) if first else timedelta()
    if total <= 0 or past.spent <= 0 or known < DAY:
        return None
    pace = int(past.spent / (known / DAY))
    points, unused = [Point(now, total)], 0
    for day in range(1, AHEAD_MAX_DAYS + 1):
        at = now + day * DAY
        unused += _spend(left, pace, at)
        points.append(Point(at, sum(amount for amount, _ in left)))
        if points[-1].amount == 0:
            return Forecast(pace, tuple(points), at, unused)
    return Forecast(pace, tuple(points), None, unused)


def _spend(left: list[list[Any]], pace: int, at: datetime) -> int:
    """Take a day's use out of lots in their order; tells how much expires by then."""
    expired = 0
    for lot in left:
        taken = min(lot[0], pace)
        lot[0] -= taken
        pace -= taken
        if lot[1] is not None and lot[1] <= at:
            expired += lot[0]
            lot[0] = 0
    return expired


def _shown_ahead(forecast: Forecast, line: Sequence[Point]) -> tuple[Point, ...]:
    """As far ahead as half of what is shown behind, and never past the end."""
    now = forecast.points[0].at
    behind = (now - line[0].at) / 2 if line else AHEAD_SHOWN
    until = now + min(AHEAD_SHOWN, max(behind, 7 * DAY))
    return tuple(point for point in forecast.points if point.at <= until)


def _happened(lots: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
    """When credits came in, and when some ran out or will."""
    for lot in lots:
        yield Event(_moment(lot["granted_at"]), "bought", str(lot["granted"]))
        ends = _ends(lot)
        if ends is not None and microcredits(lot["expired"]):
            yield Event(ends, "expired", str(lot["expired"]))
        elif ends is not None and microcredits(lot["free"]):
            yield Event(ends, "expires", str(lot["free"]))


def _marks(frame: Frame | None, happened: Sequence[Event]) -> tuple[Mark, ...]:
    if frame is None:
        return ()
    within = [event for event in sorted(happened) if frame.since <= event.at <= frame.until]
    return tuple(Mark(event.kind, event.amount, frame.x(event.at)) for event in within)


def _rows(past: Past, changed: set[datetime], happened: Sequence[Event]) -> Iterator[Row]:
    """A row for each day on which what was left changed; the last as well."""
    before: datetime | None = None
    for point in past.points:
        at = _moment(point["at"])
        told = tuple(event for event in happened if (before or at - DAY) < event.at <= at)
        if at in changed or told:
            held = None if point.get("held") is None else microcredits(point["held"])
            yield Row(date.fromisoformat(point["day"]), at, microcredits(point["free"]), held, told)
        before = at


def _in_use(lots: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Lots with something free, in the order of their ends: that is how they are used."""
    free = [lot for lot in lots if microcredits(lot["free"])]
    return sorted(free, key=lambda lot: str(lot["expires_at"] or "9999"))


def _first_day(past: Past) -> datetime | None:
    """When there first was anything, as far as is known."""
    first = next((one for one in past.points if _is_used(one)), None)
    return None if first is None else _moment(first["at"]) - DAY


def _is_used(point: Mapping[str, Any]) -> bool:
    return bool(microcredits(point["free"]) or microcredits(point.get("held") or "0"))


def _ends(lot: Mapping[str, Any]) -> datetime | None:
    return None if lot["expires_at"] is None else _moment(lot["expires_at"])


def _moment(told: object) -> datetime:
    return datetime.fromisoformat(str(told))
