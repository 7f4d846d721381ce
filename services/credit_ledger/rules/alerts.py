"""Alerts: what people should be told once when a wallet or a quota crosses a threshold.

A batch is looked at as a whole: its beginning against its end. What crosses a threshold and comes
back within one batch is not told, for nobody else could ever see it. Where several thresholds are
crossed at once the deepest alone is told.
"""

from collections.abc import Iterable
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from services.credit_ledger.rules.book import Access, Book
from services.credit_ledger.rules.terms import Terms
from shared.contracts.credit_notices import (
    PersonalCreditsActive,
    PersonalCreditsExhausted,
    PoolLow,
    QuotaReached,
)
from shared.contracts.message import FactData
from shared.contracts.money import format_credits

# More than any use: for those who want no threshold told.
NO_THRESHOLD: Final = 2**63
Line: TypeAlias = tuple[type[FactData], dict[str, object]]


class Beginning(Struct, frozen=True, gc=False):
    """What a wallet had before a batch, as far as alerts compare it."""

    active: bool
    granted: int
    adjusted: int


class Alerts(Struct, frozen=True, gc=False):
    """What is to be told, the pool's threshold that was told last, and people whose own changed."""

    told: int
    lines: tuple[Line, ...] = ()
    people: tuple[Access, ...] = ()


def began(book: Book) -> Beginning:
    """Remember a wallet before its batch."""
    return Beginning(is_active(book), book.granted, book.adjusted)


def is_topped_up(book: Book, beginning: Beginning) -> bool:
    """Whether credits came in: bought, tried, brought along or added by an operator."""
    return book.granted > beginning.granted or book.adjusted < beginning.adjusted


def is_active(book: Book) -> bool:
    """Whether there are credits to spend, or set aside (R39, A10); what sleeps is not."""
    return book.free > 0 or book.held > 0


def alerts(book: Book, beginning: Beginning, people: Iterable[Access]) -> Alerts:
    """Compare a wallet after its batch with before; `people` are those whom the batch touched."""
    lines: list[Line] = []
    told = book.told
    if book.kind == "ORGANIZATION":
        told = _low(book)
        if told and (told < book.told or not book.told):
            mark = format_credits(book.mark)
            lines.append((PoolLow, {"threshold": told, "mark": mark}))
    elif is_active(book) != beginning.active:
        kind = PersonalCreditsExhausted if beginning.active else PersonalCreditsActive
        lines.append((kind, {"account_id": str(book.owner)}))
    changed: list[Access] = []
    first = min(book.terms.quota_thresholds, default=NO_THRESHOLD)
    for access in people:
        if not access.told and _is_below(first, access):
            continue
        reached = _reached(access, book.terms)
        if reached != access.told:
            changed.append(replace(access, told=reached))
        if reached > access.told:
            lines.append((QuotaReached, _quota_line(access, reached)))
    return Alerts(told, tuple(lines), tuple(changed))


def _low(book: Book) -> int:
    """The lowest threshold that what is available lies below, in percent of `mark`; 0 for none.

    A closed pool is not low, it sleeps: what was told stays told.
    """
    if book.closed_by is not None:
        return book.told
    below = [step for step in book.terms.pool_thresholds if 100 * book.free < step * book.mark]
    return min(below, default=0)


def _is_below(threshold: int, access: Access) -> bool:
    """Tell the common case first: nearly everybody is below all thresholds of his quota."""
    quota = access.quota
    return quota is None or 100 * (access.captured + access.held) < threshold * quota


def _reached(access: Access, terms: Terms) -> int:
    """The highest threshold that the use has reached, in percent of the limit; 0 for none."""
    if access.quota is None:
        return 0
    used = 100 * (access.captured + access.held)
    return max([step for step in terms.quota_thresholds if used >= step * access.quota], default=0)


def _quota_line(access: Access, reached: int) -> dict[str, object]:
    assert access.quota is not None
    return {
        "account_id": str(access.person),
        "threshold": reached,
        "limit": format_credits(access.quota),
        "used": format_credits(access.captured + access.held),
    }
