"""Purchases: a paid order line becomes a lot, and lots run out."""

from datetime import datetime
from typing import Final

from services.credit_ledger.rules.acts import Expire, Grant
from services.credit_ledger.rules.book import (
    Book,
    Decision,
    Kind,
    LedgerAccount,
    Lot,
    Transfer,
)

ISSUED: Final = int(LedgerAccount.ISSUED)
FREE: Final = int(LedgerAccount.FREE)
EXPIRED: Final = int(LedgerAccount.EXPIRED)
CATEGORIES: Final = {"promo": 1, "included": 2, "purchased": 3}
CATEGORY_NAMES: Final = {number: name for name, number in CATEGORIES.items()}


def grant(book: Book, act: Grant, now: datetime) -> Decision:
    """Add exactly what was paid for to the wallet, as a lot of its own (R48, I8)."""
    number = book.seq + 1
    lot = Lot(
        number=number,
        category=act.category,
        granted=act.amount,
        free=0,
        held=0,
        granted_at=now,
        expires_at=act.expires_at,
        purchase=act.purchase,
    )
    transfer = Transfer(int(Kind.GRANTED), ISSUED, FREE, act.amount, number)
    if act.expires_at is None or act.expires_at > now:
        return Decision((transfer,), lot=lot)
    late = Transfer(int(Kind.EXPIRED), FREE, EXPIRED, act.amount, number)
    return Decision((transfer, late), lot=lot)


def expire(_book: Book, _act: Expire, _now: datetime) -> Decision:
    """Ask for nothing more than what is decided for every wallet first: lots that are due."""
    return Decision()


def due(book: Book, now: datetime) -> tuple[Transfer, ...]:
    """Expire what is free of lots past their time; what is held waits for its hold (T24)."""
    return tuple(
        Transfer(int(Kind.EXPIRED), FREE, EXPIRED, lot.free, lot.number)
        for lot in book.lots
        if lot.free and lot.expires_at is not None and lot.expires_at <= now
    )
