"""Periods of quotas and statements: days, weeks and months as the clocks of a named zone show them.

A day starts at the first instant that carries its date: where midnight is skipped that is the
instant the clocks jump to, where it comes twice it is the first of the two. So the days of a zone
follow each other without gap or overlap, whatever its clocks do, and weeks and months are made
of days. All moments are UTC and the ends are exclusive.
"""

import zoneinfo
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Final, Literal, NamedTuple, assert_never
from zoneinfo import ZoneInfo

Period = Literal["day", "week", "month"]

_NO_PLACES: Final = {"Factory", "localtime"}


class Month(NamedTuple):
    """One calendar month in some zone: from `starts` up to, not including, `ends`."""

    starts: datetime
    ends: datetime


def is_zone(name: str) -> bool:
    """Tell whether a zone has this name in the IANA database, exactly as spelt there (A18).

    Names of files beside the zones are none: what `localtime` means depends on the machine.
    """
    return name in _names()


def next_renewal(period: Period, zone: str, moment: datetime) -> datetime:
    """The next start of a day, of a week (Monday) or of a month, always later than `moment`."""
    first_day = _first_day(period, _local_date(zone, moment))
    starts = _start(zone, first_day)
    while starts <= moment:
        first_day = _following(period, first_day)
        starts = _start(zone, first_day)
    return starts


def month_of(zone: str, moment: datetime) -> Month:
    """The month whose statement an entry booked at `moment` belongs to (A18)."""
    first_day = _first_day("month", _local_date(zone, moment))
    month = _month(zone, first_day)
    # The clocks may have gone back over the first midnight of a month that has already started.
    return month if moment < month.ends else _month(zone, _following("month", first_day))


def month_name(zone: str, month: Month) -> str:
    """Name a month by its year and number: "2026-11"."""
    return f"{_local_date(zone, month.starts):%Y-%m}"


def _month(zone: str, first_day: date) -> Month:
    return Month(_start(zone, first_day), _start(zone, _following("month", first_day)))


def _first_day(period: Period, day: date) -> date:
    match period:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case _:
            assert_never(period)


def _following(period: Period, first_day: date) -> date:
    match period:
        case "day":
            return first_day + timedelta(days=1)
        case "week":
            return first_day + timedelta(days=7)
        case "month":
            return (first_day + timedelta(days=31)).replace(day=1)
        case _:
            assert_never(period)


def _start(zone: str, day: date) -> datetime:
    """The first instant at which the clocks of `zone` show `day`, or a later date if they skip it.

    A time that the clocks skip is read with the offset before the jump, which gives an instant
    after it, or with the one after the jump, which gives an instant before it.
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=_clocks(zone))
    after = midnight.astimezone(UTC)
    before = midnight.replace(fold=1).astimezone(UTC)
    if after <= before:
        return after
    seconds = range(int((after - before).total_seconds()))
    jump = bisect_left(
        seconds, day, key=lambda second: _local_date(zone, before + timedelta(seconds=second))
    )
    return before + timedelta(seconds=jump)


def _local_date(zone: str, moment: datetime) -> date:
    # A moment without an offset would be read in the zone of the machine.
    assert moment.tzinfo is not None
    return moment.astimezone(_clocks(zone)).date()


@lru_cache(maxsize=1024)
def _clocks(zone: str) -> ZoneInfo:
    return ZoneInfo(zone)


@cache
def _names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - _NO_PLACES)
