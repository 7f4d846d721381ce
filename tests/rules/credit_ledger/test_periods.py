"""Periods in every zone: none lost, none twice, whatever the clocks do at midnight (A18)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.credit_ledger.rules.periods import (
    Month,
    Period,
    is_zone,
    month_name,
    month_of,
    next_renewal,
)

INSTANT = timedelta(microseconds=1)
LONGEST_SET_BACK = timedelta(hours=3)
NAMES: dict[Period, Callable[[date], object]] = {
    "day": lambda day: day,
    "week": lambda day: day.isocalendar()[:2],
    "month": lambda day: (day.year, day.month),
}

zones = st.one_of(
    st.sampled_from(sorted(name for name in available_timezones() if is_zone(name))),
    st.sampled_from(["Asia/Beirut", "America/Sao_Paulo", "America/St_Johns", "America/Havana"]),
)
moments = st.datetimes(datetime(1970, 1, 5), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # Hypothesis adds the zone
periods = st.sampled_from(sorted(NAMES))


def name_at(zone: str, moment: datetime) -> str:
    return month_name(zone, month_of(zone, moment))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def date_reached(zone: str, moment: datetime) -> date:
    """The latest date the clocks have shown by then, though they may have been set back since."""
    minutes = range(int(LONGEST_SET_BACK.total_seconds()) // 60)
    clocks = ZoneInfo(zone)
    return max((moment - timedelta(minutes=back)).astimezone(clocks).date() for back in minutes)


@given(zones, moments, periods)
@example("Asia/Beirut", utc("2022-03-26 21:59"), "day")
@example("America/Sao_Paulo", utc("2018-11-04 02:59"), "week")
@example("America/St_Johns", utc("2010-11-07 02:45"), "day")
@example("America/Havana", utc("2023-11-05 04:30"), "day")
@example("Pacific/Apia", utc("2011-12-30 09:59"), "day")
@example("Pacific/Kwajalein", utc("1993-08-21 11:59"), "day")
@example("America/Asuncion", utc("2017-10-01 03:59"), "month")
def test_A7_a_quota_renews_at_the_first_instant_of_a_new_period_and_skips_none(
    zone: str, moment: datetime, period: Period
) -> None:
    name = NAMES[period]

    renewal = next_renewal(period, zone, moment)

    assert renewal > moment
    assert renewal.tzinfo is UTC
    assert name(date_reached(zone, renewal)) != name(date_reached(zone, renewal - INSTANT))
    assert name(date_reached(zone, renewal - INSTANT)) == name(date_reached(zone, moment))


@given(zones, moments)
@example("America/Asuncion", utc("2017-10-01 03:59"))
def test_A18_a_month_holds_its_moments_and_ends_where_the_next_one_starts(
    zone: str, moment: datetime
) -> None:
    month = month_of(zone, moment)

    assert month.starts <= moment < month.ends
    assert month.ends == next_renewal("month", zone, moment)
    assert month_of(zone, month.starts) == month_of(zone, month.ends - INSTANT) == month
    assert month_of(zone, month.ends).starts == month.ends


@given(zones, st.integers(2000, 2999), st.integers(1, 12))
def test_A18_a_month_has_the_name_of_its_days(zone: str, year: int, number: int) -> None:
    month = month_of(zone, datetime(year, number, 15, tzinfo=UTC))

    assert month_name(zone, month) == f"{year}-{number:02}"


@pytest.mark.parametrize(
    ("zone", "moment", "renewal"),
    [
        ("UTC", "2026-02-01 00:00", "2026-02-02 00:00"),
        ("Europe/Berlin", "2026-03-28 23:00", "2026-03-29 22:00"),  # a day of 23 hours
        ("Europe/Berlin", "2026-10-24 22:00", "2026-10-25 23:00"),  # a day of 25 hours
        ("Australia/Lord_Howe", "2026-10-03 13:30", "2026-10-04 13:00"),  # 23 and a half
        ("Pacific/Kiritimati", "2026-02-01 09:59", "2026-02-01 10:00"),  # 14 hours ahead
        ("Etc/GMT+12", "2026-02-01 12:00", "2026-02-02 12:00"),
        ("Asia/Beirut", "2022-03-26 12:00", "2022-03-26 22:00"),  # midnight is skipped
        ("America/Sao_Paulo", "2018-11-03 12:00", "2018-11-04 03:00"),  # as well
        ("America/Toronto", "1919-03-30 12:00", "1919-03-31 04:30"),  # with the half hour before
        ("America/Havana", "2023-11-05 03:59", "2023-11-05 04:00"),  # the first of two midnights
        ("America/Havana", "2023-11-05 04:00", "2023-11-06 05:00"),  # and not the second
        ("America/St_Johns", "2010-11-07 02:29", "2010-11-07 02:30"),  # as well
        ("America/St_Johns", "2010-11-07 02:45", "2010-11-08 03:30"),  # 23:15 of the 6th again
        ("Pacific/Apia", "2011-12-29 12:00", "2011-12-30 10:00"),  # the 31st: there was no 30th
        ("Pacific/Apia", "2011-12-30 10:00", "2011-12-31 10:00"),
    ],
)
def test_A7_a_daily_quota_renews_when_the_local_day_starts(
    zone: str, moment: str, renewal: str
) -> None:
    assert next_renewal("day", zone, utc(moment)) == utc(renewal)


def test_A7_a_weekly_quota_renews_on_monday_and_a_monthly_one_on_the_first() -> None:
    sunday, monday = utc("2026-03-01 22:59"), utc("2026-03-01 23:00")

    assert next_renewal("week", "Europe/Berlin", sunday) == monday
    assert next_renewal("week", "Europe/Berlin", monday) == utc("2026-03-08 23:00")
    assert next_renewal("month", "Europe/Berlin", sunday) == utc("2026-03-31 22:00")
    assert next_renewal("month", "UTC", utc("2026-12-31 23:59")) == utc("2027-01-01 00:00")


def test_A18_a_month_that_starts_where_midnight_is_skipped_starts_at_the_jump() -> None:
    assert month_of("America/Asuncion", utc("2017-10-12 00:00")).starts == utc("2017-10-01 04:00")


def test_A18_a_first_midnight_taken_back_leaves_the_new_month_open() -> None:
    november = month_of("America/St_Johns", utc("2009-11-01 02:45"))

    assert november == Month(utc("2009-11-01 02:30"), utc("2009-12-01 03:30"))
    assert month_name("America/St_Johns", november) == "2009-11"


def test_A18_months_are_those_of_the_zone_and_not_of_utc() -> None:
    late = utc("2026-10-31 12:00")

    assert name_at("Pacific/Kiritimati", late) == "2026-11"
    assert name_at("Etc/GMT+12", utc("2026-11-01 11:59")) == "2026-10"
    assert month_of("UTC", utc("2026-11-15")) == Month(utc("2026-11-01"), utc("2026-12-01"))


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Etc/GMT+12", "Asia/Kolkata", "EST5EDT"])
def test_A18_a_zone_is_named_as_in_the_iana_database(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "localtime",
        "Factory",
        "posixrules",
        "posix/UTC",
        "right/UTC",
        "Europe",
        "Europe/",
        "europe/berlin",
        "Europe/Berlin ",
        "Europe/../UTC",
        "/etc/localtime",
        "zone.tab",
        "Mars/Olympus",
        "UTC+1",
        "CEST",
        "Europe/Berlin\0",
        "Europe\\Berlin",
    ],
)
def test_A18_nothing_else_is_a_zone(name: str) -> None:
    assert not is_zone(name)


def test_A18_every_zone_that_may_be_chosen_has_periods() -> None:
    moment = utc("2026-02-01 12:00")

    for name in available_timezones():
        if is_zone(name):
            assert month_of(name, moment).ends == next_renewal("month", name, utc("2026-02-10"))


def test_a_moment_without_an_offset_is_a_broken_promise() -> None:
    with pytest.raises(AssertionError):
        next_renewal("day", "UTC", datetime(2026, 2, 1))  # noqa: DTZ001  # what is being refused
