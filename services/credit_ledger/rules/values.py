"""What credits are worth in the currency their lots were bought in (A21).

Values are integers of millionths of the currency's unit. Each figure of each lot is rounded once,
half up, and totals are sums of rounded figures, so that a list of lots adds up to its last line.
A figure is thereby at most half a millionth per lot away from the exact one.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from msgspec import Struct

MILLION: Final = 1_000_000
_PRICE: Final = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6}))?", re.ASCII)


class LotMovement(Struct, frozen=True, gc=False):
    """What happened to one lot within a period, and what `remaining` of it stood at its end.

    Microcredits, each zero or more, but `expired` less than zero where a refund took back what had
    expired in an earlier period. `unit_price` is a decimal string, the price of one credit.
    `remaining` is free, held and dormant together. A fresh lot made for credits that came back to
    an expired one carries the currency and price of the lot they were captured from.
    """

    currency: str | None
    unit_price: str | None
    captured: int
    credited_back: int
    expired: int
    clawed_back: int
    remaining: int


class PeriodValue(Struct, frozen=True, gc=False):
    """A period's figures: what is still owed to the customer, and how the rest left the books.

    `deferred` stands at the end of the period, the others are sums over it. `earned` is what was
    captured less what was credited back, so it is negative where more came back than was used, and
    `expired` is where more of it was clawed back than ran out.
    """

    deferred: int = 0
    earned: int = 0
    expired: int = 0
    clawed_back: int = 0


def value(microcredits: int, unit_price: str | None) -> int | None:
    """What credits of a lot are worth, in millionths of its currency's unit, rounded half up.

    None where the lot has no price. Raises ValueError for a price that is no plain decimal.
    """
    assert microcredits >= 0
    if unit_price is None:
        return None
    return (2 * microcredits * _millionths(unit_price) + MILLION) // (2 * MILLION)


def values_by_currency(movements: Iterable[LotMovement]) -> dict[str | None, PeriodValue]:
    """Sum a period's movements by currency, in the order of their names.

    What has no price or no currency (promotional and imported credits) has no value that could be
    reported, and to call it zero would hide it: it stands last, under None, as microcredits.
    """
    totals: dict[str | None, PeriodValue] = {}
    for movement in movements:
        currency = movement.currency if movement.unit_price is not None else None
        before = totals.get(currency, PeriodValue())
        totals[currency] = _sum(before, _figures(movement, currency))
    return dict(sorted(totals.items(), key=lambda total: (total[0] is None, total[0] or "")))


def _figures(movement: LotMovement, currency: str | None) -> PeriodValue:
    price = None if currency is None else movement.unit_price

    def worth(microcredits: int) -> int:
        valued = value(microcredits, price)
        return microcredits if valued is None else valued

    return PeriodValue(
        deferred=worth(movement.remaining),
        # Each side is rounded by itself, so that what comes back whole takes back what was earned.
        earned=worth(movement.captured) - worth(movement.credited_back),
        expired=worth(movement.expired) if movement.expired >= 0 else -worth(-movement.expired),
        clawed_back=worth(movement.clawed_back),
    )


def _sum(one: PeriodValue, other: PeriodValue) -> PeriodValue:
    return PeriodValue(
        deferred=one.deferred + other.deferred,
        earned=one.earned + other.earned,
        expired=one.expired + other.expired,
        clawed_back=one.clawed_back + other.clawed_back,
    )


@lru_cache(maxsize=4096)
def _millionths(price: str) -> int:
    match = _PRICE.fullmatch(price)
    if match is None:
        message = "a price is a decimal string with at most six places, like 0.10"
        raise ValueError(message)
    return int(match[1]) * MILLION + int((match[2] or "").ljust(6, "0"))
