"""Lots that run out soon are announced, once each, as long before as the organization chose."""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from services.credit_ledger.rules.book import Book, Decision, Lot
from services.credit_ledger.rules.records import LotChange
from shared.contracts.credit_notices import CreditsExpiring
from shared.contracts.money import format_credits


class Notice(Struct, frozen=True, gc=False):
    """Look at the wallet's lots: those that run out within the notice are announced (T24)."""

    command: UUID
    owner: UUID
    content: int


def notice(book: Book, _act: Notice, now: datetime) -> Decision:
    """Announce what is free in each lot that runs out soon and was not announced yet."""
    until = now + timedelta(days=book.terms.notice_days)
    near = [lot for lot in book.lots if _is_near(lot, until)]
    return Decision(
        lot_changes=tuple(
            LotChange(lot.number, lot.expires_at, lot.dormant_since, lot.withheld, noticed=True)
            for lot in near
        ),
        says=tuple((CreditsExpiring, _line(lot)) for lot in near),
    )


def _is_near(lot: Lot, until: datetime) -> bool:
    if lot.noticed or not lot.free:
        return False
    return lot.expires_at is not None and lot.expires_at <= until


def _line(lot: Lot) -> dict[str, object]:
    return {
        "lot": lot.number,
        "amount": format_credits(lot.free),
        "expires_at": lot.expires_at,
    }
