"""Draws: which lots a hold takes from, which are charged first, and where the rest returns."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from services.credit_ledger.rules.book import Book, Draw, Lot, Transfer
from services.credit_ledger.rules.chart import LedgerAccount
from services.credit_ledger.rules.records import LotChange
from shared.contracts.credit_facts import CreditsDormant
from shared.contracts.message import FactData
from shared.contracts.money import format_credits

Says: TypeAlias = tuple[tuple[type[FactData], dict[str, object]], ...]


def split(
    book: Book, draws: tuple[Draw, ...], amount: int
) -> tuple[tuple[Draw, ...], tuple[Draw, ...]]:
    """Charge the soonest to expire first; what stays comes from the latest (T25)."""
    if len(draws) == 1:
        [only] = draws
        charged = (Draw(only.lot, amount, only.count),) if amount else ()
        rest = only.amount - amount
        return charged, (Draw(only.lot, rest, only.count),) if rest else ()
    taken, left = [], []
    for draw in _in_burn_down_order(book, draws):
        part = min(draw.amount, amount)
        amount -= part
        if part:
            taken.append(Draw(draw.lot, part, draw.count))
        if draw.amount > part:
            left.append(Draw(draw.lot, draw.amount - part, draw.count))
    return tuple(taken), tuple(left)


def join(first: tuple[Draw, ...], second: tuple[Draw, ...]) -> tuple[Draw, ...]:
    """Put draws together: those of one lot and one count become one."""
    if not first or not second:
        return first or second
    amounts: dict[tuple[int, int], int] = {}
    for draw in first + second:
        key = (draw.lot, draw.count)
        amounts[key] = amounts.get(key, 0) + draw.amount
    return tuple(Draw(lot, amount, count) for (lot, count), amount in amounts.items())


def sum_in_count(draws: Sequence[Draw], count: int) -> int:
    """Sum what was authorized in one count of the quota's use."""
    return sum([draw.amount for draw in draws if draw.count == count])


def given_back(
    book: Book, draws: tuple[Draw, ...], kind: int, now: datetime
) -> tuple[Transfer, ...]:
    """Return credits to their lots; from a lot past its time they expire at once (T24)."""
    if not draws:
        return ()
    lots = {lot.number: lot for lot in book.lots}
    return tuple(
        Transfer(kind, LedgerAccount.HELD, landing(book, lots[number], now), amount, number)
        for number, amount in _by_lot(draws).items()
    )


def landing(book: Book, lot: Lot, now: datetime) -> int:
    """Tell where credits come to stand that return to a lot: free, asleep or expired.

    A lot that sleeps does not run out; its time stopped when it fell asleep (T5).
    """
    sleeps = book.closed_by is not None or lot.withheld
    moment = lot.dormant_since or now if sleeps else now
    if lot.expires_at is not None and lot.expires_at <= moment:
        return LedgerAccount.EXPIRED
    return LedgerAccount.DORMANT if sleeps else LedgerAccount.FREE


def fallen_asleep(
    book: Book, transfers: Sequence[Transfer], now: datetime
) -> tuple[tuple[LotChange, ...], Says]:
    """Write down since when lots sleep that got their first sleeping credits, and tell of them."""
    asleep = [transfer for transfer in transfers if transfer.dst == LedgerAccount.DORMANT]
    if not asleep:
        return (), ()
    lots = {lot.number: lot for lot in book.lots}
    changes = tuple(
        LotChange(lot.number, lot.expires_at, now, lot.withheld, lot.noticed)
        for lot in (lots[transfer.lot] for transfer in asleep)
        if lot.dormant_since is None
    )
    says = tuple(
        (CreditsDormant, {"lot": transfer.lot, "amount": format_credits(transfer.amount)})
        for transfer in asleep
    )
    return changes, says


def _by_lot(draws: tuple[Draw, ...]) -> dict[int, int]:
    amounts: dict[int, int] = {}
    for draw in draws:
        amounts[draw.lot] = amounts.get(draw.lot, 0) + draw.amount
    return amounts


def _in_burn_down_order(book: Book, draws: tuple[Draw, ...]) -> list[Draw]:
    """Of one lot the draw of the oldest count goes first."""
    lots = {lot.number: lot for lot in book.lots}
    return sorted(draws, key=lambda draw: (lots[draw.lot].burn_down_key, draw.count))
