"""Usage over a range of days, grouped by one column: rows, total and the chart above them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.portal.asking import RefusedError
from services.portal.charts import Chart, chart_of
from services.portal.format import microcredits
from services.portal.views.books import NO_WALLET, Ask, if_any
from shared.contracts.credit_reports import ListUsageLines, ShowUsage

GROUPS = {"day": "day", "person": "user", "job": "job", "product": "product", "node": "node"}
PAGE = 500
DAYS_SHOWN = 30
DAYS_MAX = 366
FIRST = date(1971, 1, 1)
LAST = date(9998, 1, 1)


@dataclass(frozen=True)
class Span:
    """Whole days of a zone, the last one included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), self.zone)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


@dataclass(frozen=True)
class Line:
    """One row of a report, in microcredits less what was credited back."""

    key: str
    credits: int
    lines: int


@dataclass(frozen=True)
class Usage:
    """One report; `complete_until` is there when something booked is not in it yet."""

    by: str
    span: Span
    lines: tuple[Line, ...]
    total: int
    charges: int
    chart: Chart | None
    complete_until: str | None
    is_cut: bool = False


def read_span(first: str, last: str, zone: str, now: datetime) -> Span:
    """Read a range as typed; what cannot be read is the last thirty days; raises ValueError."""
    today = now.astimezone(ZoneInfo(zone)).date()
    end = date.fromisoformat(last) if last else today
    begin = date.fromisoformat(first) if first else max(end, FIRST) - timedelta(DAYS_SHOWN - 1)
    is_told = FIRST <= begin <= end <= LAST
    if not is_told or (end - begin).days > DAYS_MAX:
        message = "From comes before To, and both lie within a year."
        raise ValueError(message)
    return Span(begin, end, ZoneInfo(zone))


async def report(
    ask: Ask, by: str, span: Span, account: UUID | None = None, *, shown: int
) -> Usage:
    """Sum what was charged, by one column, sorted as it is best read; `shown` are the most."""
    question = _question(by, span, account)
    try:
        if by == "day":
            last = await ask(question)
            rows, is_cut = last["rows"], False
        else:
            rows, last, is_cut = await _most(ask, question, shown)
        whole = (await ask(question.model_copy(update={"by": ()})))["rows"] if is_cut else rows
    except RefusedError as error:
        if error.refused.code != NO_WALLET:
            raise
        return Usage(by, span, (), 0, 0, None, None)
    lines = _lines(rows, by, span)
    if by != "day":
        lines.sort(key=lambda line: -line.credits)
    chart = chart_of([(line.key, line.credits) for line in lines]) if by == "day" else None
    summed = sum(microcredits(row["credits"]) for row in whole)
    return Usage(
        by=by,
        span=span,
        lines=tuple(lines),
        total=summed,
        charges=sum(row["lines"] for row in whole),
        chart=chart,
        complete_until=_complete_until(last),
        is_cut=is_cut,
    )


async def every_line(
    ask: Ask, by: str, span: Span, account: UUID | None = None
) -> AsyncIterator[tuple[list[Line], str | None]]:
    """All rows of a report in the order of their keys, a page at a time, and `complete_until`."""
    question = _question(by, span, account)
    try:
        while True:
            answer = await ask(question)
            yield _lines(answer["rows"], by, span), _complete_until(answer)
            if answer.get("after") is None:
                return
            question = question.model_copy(update={"after": answer["after"]})
    except RefusedError as error:
        if error.refused.code != NO_WALLET:
            raise


async def single_lines(ask: Ask, span: Span, account: UUID | None, after: int) -> dict[str, Any]:
    """A page of single charges."""
    question = ListUsageLines(
        since=span.since, until=span.until, account_id=account, after=after, limit=PAGE
    )
    return await if_any(ask(question)) or {"lines": [], "after": None, "complete": True}


def _question(by: str, span: Span, account: UUID | None) -> ShowUsage:
    """A range has fewer days than a page has rows."""
    return ShowUsage(
        by=(GROUPS[by],), since=span.since, until=span.until, account_id=account, limit=PAGE
    )


async def _most(
    ask: Ask, question: ShowUsage, shown: int
) -> tuple[list[dict[str, Any]], dict[str, Any], bool]:
    """Those that came to most; one more than is shown says that there are others."""
    most = question.model_copy(update={"most_first": True, "limit": shown + 1})
    answer = await ask(most)
    return answer["rows"][:shown], answer, len(answer["rows"]) > shown


def _lines(rows: list[dict[str, Any]], by: str, span: Span) -> list[Line]:
    column = GROUPS[by]
    lines = [
        Line(row["group"][column] or "", microcredits(row["credits"]), row["lines"]) for row in rows
    ]
    return _by_day(lines, span) if by == "day" else lines


def _complete_until(answer: dict[str, Any]) -> str | None:
    return None if answer["complete"] else str(answer["complete_until"])


def _by_day(lines: list[Line], span: Span) -> list[Line]:
    """Every day of the range has a row, so that a quiet one is seen to be quiet."""
    if not lines:
        return []
    known = {line.key: line for line in lines}
    return [known.get(str(day), Line(str(day), 0, 0)) for day in span.days]
