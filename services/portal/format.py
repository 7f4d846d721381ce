"""Numbers, moments and plurals as people read them, by locale and zone."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

from shared.contracts.money import MICROCREDITS_PER_CREDIT, PLACES

SHOWN_PLACES = 2
SMALLEST = Decimal("0.01")
MINUS = "\N{MINUS SIGN}"
OFFSET_CHARACTERS = len("+02:00")
SECONDS_OF_A_MINUTE = 60
AGES = ((86_400, "d"), (3_600, "h"), (SECONDS_OF_A_MINUTE, "min"))

Amount = int | str | Decimal


def exact(amount: Amount) -> Decimal:
    """Read an amount: microcredits as an integer, credits as the wire writes them."""
    if isinstance(amount, int):
        return Decimal(amount) / MICROCREDITS_PER_CREDIT
    return Decimal(amount)


def microcredits(told: object) -> int:
    """Read an amount of a report, which may be negative: more was credited back than charged."""
    return int(exact(str(told)).scaleb(PLACES))


@dataclass(frozen=True)
class Format:
    """How one viewer reads numbers and moments."""

    locale: Locale
    zone: ZoneInfo

    def credits(self, amount: Amount, *, places: int = SHOWN_PLACES) -> str:
        """Credits with two places, half up; anything above zero never prints as zero."""
        value = exact(amount)
        rounded = _rounded(value, places)
        if value and not rounded and places == SHOWN_PLACES:
            return f"<{self._decimal(SMALLEST, SHOWN_PLACES)}"
        sign = MINUS if rounded < 0 else ""
        return f"{sign}{self._decimal(abs(rounded), places)}"

    def compared(self, *amounts: Amount) -> list[str]:
        """Credits side by side: as many places as it takes for what differs to look so."""
        values = [exact(amount) for amount in amounts]
        places = SHOWN_PLACES
        while places < PLACES and _look_alike(values, places):
            places += 1
        return [self.credits(value, places=places) for value in values]

    def compact(self, amount: Amount) -> str:
        """Short, for the axes of charts alone: 12.3k."""
        value = exact(amount)
        for limit, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
            if abs(value) >= limit:
                return f"{self._decimal(_rounded(value / limit, 1), 0, most=1)}{unit}"
        return self._decimal(value, 0, most=2)

    def number(self, value: int) -> str:
        return str(format_decimal(value, locale=self.locale))

    def when(self, moment: datetime) -> str:
        """A moment with its zone, as expiries are told: 31 Jan 2027, 23:59 EET."""
        local = moment.astimezone(self.zone)
        return f"{self.day(local)}, {local:%H:%M} {self._zone_name(local)}"

    def clock(self, moment: datetime) -> str:
        """The time of day alone, for what happened just now: 14:31:08 EET."""
        local = moment.astimezone(self.zone)
        shown = format_time(local, "HH:mm:ss", tzinfo=self.zone, locale=self.locale)
        return f"{shown} {self._zone_name(local)}"

    def day(self, moment: datetime | date) -> str:
        if isinstance(moment, datetime):
            moment = moment.astimezone(self.zone).date()
        return str(format_date(moment, "d MMM y", locale=self.locale))

    def month(self, period: str) -> str:
        """A period of the books, 2026-02: February 2026."""
        first = date.fromisoformat(f"{period}-01")
        return str(format_date(first, "MMMM y", locale=self.locale))

    def machine(self, moment: datetime) -> str:
        """For `time datetime`."""
        return moment.isoformat(timespec="seconds")

    def ago(self, moment: datetime, now: datetime) -> str:
        """How long ago, only ever beside the moment itself: 2 h ago."""
        seconds = max(0.0, (now - moment).total_seconds())
        for unit_seconds, unit in AGES:
            if seconds >= unit_seconds:
                return f"{int(seconds // unit_seconds)} {unit} ago"
        return "just now"

    def understood(self, typed: str) -> str:
        """Turn what somebody typed into an amount as on the wire; raises ValueError.

        Spaces and group marks pass, the locale's decimal mark too; signs and exponents do not.
        """
        return read_amount(typed, group=self._group, point=self._point)

    @cached_property
    def _group(self) -> str:
        return str(get_group_symbol(self.locale))

    @cached_property
    def _point(self) -> str:
        return str(get_decimal_symbol(self.locale))

    def _decimal(self, value: Decimal, least: int, *, most: int | None = None) -> str:
        fraction = "0" * least + "#" * ((most or least) - least)
        pattern = "#,##0" + (f".{fraction}" if fraction else "")
        return str(format_decimal(value, format=pattern, locale=self.locale))

    def _zone_name(self, local: datetime) -> str:
        """As people there call it, EET; a zone without such a name by its distance, UTC-03:00."""
        name = local.tzname() or ""
        return name if name.isalpha() else f"UTC{local.isoformat()[-OFFSET_CHARACTERS:]}"


def read_amount(typed: str, *, group: str = ",", point: str = ".") -> str:
    """The wire's form of an amount that somebody typed; raises ValueError if it is ambiguous."""
    bare = "".join(typed.split()).replace("\N{NO-BREAK SPACE}", "").replace("'", "")
    whole, found, fraction = bare.rpartition(point) if point in bare else (bare, "", "")
    if group in fraction or point in whole or (found and not fraction):
        message = "an amount has one decimal mark"
        raise ValueError(message)
    groups = whole.split(group)
    if not all(part.isascii() and part.isdecimal() for part in (*groups, fraction or "0")):
        message = "an amount is a plain number"
        raise ValueError(message)
    if len(groups) > 1 and any(len(part) != 3 for part in groups[1:]):  # noqa: PLR2004 -- thousands
        message = "it is not clear which mark is the decimal one"
        raise ValueError(message)
    digits = "".join(groups).lstrip("0") or "0"
    return f"{digits}.{fraction}" if fraction else digits


def moment(written: str | datetime) -> datetime:
    """Read a moment as the wire writes it."""
    return datetime.fromisoformat(written) if isinstance(written, str) else written


def plural(count: int, one: str, many: str | None = None) -> str:
    """A number with its noun: 1 seat, 3 seats."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def sentence(words: str) -> str:
    """Make words that a part of ours says in passing a sentence for a page."""
    return f"{words[:1].upper()}{words[1:]}."


@lru_cache(maxsize=256)
def format_of(locale: str, zone: str) -> Format:
    """Locale data is slow to read, and there are few pairs."""
    return Format(Locale.parse(locale, sep="-" if "-" in locale else "_"), ZoneInfo(zone))


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _look_alike(values: list[Decimal], places: int) -> bool:
    shown = {value: _rounded(value, places) for value in values}
    return len(set(shown.values())) < len(shown)
