"""Closing months: whatever is booked from the end of one on stands in the next (A18)."""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from services.credit_ledger.rules.book import BEGINNING, Book
from services.credit_ledger.rules.periods import Month, month_name, month_of

# Within the month that ends after it, whatever zone the end was reckoned in.
HALF_A_MONTH: Final = timedelta(days=14)


class PeriodEnded(Struct, frozen=True):
    """A month is closed with what the wallet, its lots and its people had before this batch."""

    period: str
    zone: str
    starts: datetime
    ends: datetime


class Turn(Struct, frozen=True):
    """The months that closed, oldest first, and when the one that is open now will end."""

    ended: tuple[PeriodEnded, ...]
    period_ends: datetime


def turn(book: Book, now: datetime) -> Turn:
    """Close every month that is over; months without a booking get a statement as well.

    The first month is that of the first batch. A wallet in which nothing was ever booked has
    nothing to state: it goes on to the month of `now`.
    """
    zone = book.terms.zone
    if book.seq == 0 or book.period_ends == BEGINNING:
        return Turn((), month_of(zone, now).ends)
    ended: list[PeriodEnded] = []
    month = open_month(zone, book.closed_until, book.period_ends)
    calendar_month = _calendar_month(zone, book.period_ends)
    while month.ends <= now:
        ended.append(month)
        calendar_month = month_of(zone, calendar_month.ends)
        month = _named(zone, calendar_month, starts=month.ends, ends=calendar_month.ends)
    return Turn(tuple(ended), month.ends)


def first_month(zone: str, now: datetime) -> PeriodEnded:
    """Name the month in which a wallet's first batch would be booked now."""
    month = month_of(zone, now)
    return _named(zone, month, starts=month.starts, ends=month.ends)


def open_month(zone: str, closed_until: datetime, period_ends: datetime) -> PeriodEnded:
    """Name the month that is to end at `period_ends`.

    It starts where the last one was closed, without gap or overlap. A zone that changes within a
    month leaves its end alone and is that of the next end: so a month may be some hours longer or
    shorter than the calendar says, and each month's name comes once.
    """
    month = _calendar_month(zone, period_ends)
    starts = month.starts if closed_until == BEGINNING else closed_until
    return _named(zone, month, starts=starts, ends=period_ends)


def _calendar_month(zone: str, ends: datetime) -> Month:
    return month_of(zone, ends - HALF_A_MONTH)


def _named(zone: str, month: Month, *, starts: datetime, ends: datetime) -> PeriodEnded:
    return PeriodEnded(month_name(zone, month), zone, starts, ends)
