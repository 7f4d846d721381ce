"""What a month's movements were worth, by the currency their lots were bought in (A21)."""

from collections.abc import Iterable

from pydantic import JsonValue

from services.credit_ledger.queries.months import Month, lots_of
from services.credit_ledger.rules.values import LotMovement, values_by_currency
from services.credit_ledger.store.stating_lines import LotMonth
from shared.contracts.money import format_credits
from shared.postgres.pool import Connection

LOTS_AT_A_TIME = 5_000


async def values_of(connection: Connection, month: Month) -> list[JsonValue]:
    """Value every lot of a month; lots without a price stand last, counted in credits."""
    lots: list[LotMonth] = []
    while True:
        after = lots[-1].number if lots else 0
        more = await lots_of(connection, month, after, LOTS_AT_A_TIME)
        lots += more
        if len(more) < LOTS_AT_A_TIME:
            return worth(lots)


def worth(lots: Iterable[LotMonth]) -> list[JsonValue]:
    """Sum what lots were worth; amounts of money have six places, as those of credits."""
    return [
        {
            "currency": currency,
            "deferred": format_credits(value.deferred),
            "earned": format_credits(value.earned),
            "expired": format_credits(value.expired),
            "clawed_back": format_credits(value.clawed_back),
        }
        for currency, value in values_by_currency(map(_movement, lots)).items()
    ]


def _movement(lot: LotMonth) -> LotMovement:
    opening, closing = lot.opening, lot.closing
    return LotMovement(
        currency=lot.currency,
        unit_price=lot.unit_price,
        captured=closing.captured - opening.captured,
        credited_back=closing.credited_back - opening.credited_back,
        expired=closing.expired - opening.expired,
        clawed_back=closing.clawed_back - opening.clawed_back,
        remaining=closing.remaining,
    )
