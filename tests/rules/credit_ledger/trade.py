"""Acts about purchases for the rules, valid by default, and how a page of the engine keeps them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.credit_ledger.rules.acts import Grant
from services.credit_ledger.rules.book import Book, Decision, Lot, Purchase, Refusal
from services.credit_ledger.rules.own_wallets import shut
from services.credit_ledger.rules.purchase_acts import (
    Adjust,
    BringIn,
    ClawBack,
    Direction,
    GiveBack,
    GrantTrial,
    PlaceOrder,
    Release,
    TakenBackFor,
)
from services.credit_ledger.rules.purchases import OPENING
from services.credit_ledger.rules.records import ClosedRole, Closing
from tests.builders import an_id
from tests.rules.credit_ledger.books import ANA, NOW, OWNER, applied, in_days
from tests.rules.credit_ledger.people import an_own_book

OZ, OLGA = an_id(), an_id()


def sold(order: str, line_no: int = 1) -> Purchase:
    return Purchase("online", order, line_no, "EUR", "0.10")


def a_sold_lot(order: str, free: int, *, number: int, days: float | None = None) -> Lot:
    expires_at = None if days is None else in_days(days)
    return Lot(number, 3, free, free, 0, NOW, expires_at, sold(order))


def a_grant(amount: int, expires_at: datetime | None = None, **changes: Any) -> Grant:  # noqa: ANN401  # any field of the act
    changes = {"purchase": sold("L1"), "withheld": False, **changes}
    return Grant(an_id(), OWNER, 1, amount, 3, expires_at, **changes)


def an_order(*, by: UUID = ANA, order: str = "order", content: int = 1) -> PlaceOrder:
    return PlaceOrder(an_id(), OWNER, content, by, "online", order, 200)


def a_claw_back(order: str, amount: int, *, reason: TakenBackFor = "refunded") -> ClawBack:
    return ClawBack(an_id(), OWNER, 1, "online", order, 1, amount, reason)


def a_trial(*, person: UUID = ANA, offer: str = "spring") -> GrantTrial:
    return GrantTrial(an_id(), OWNER, 1, person, offer, 20, in_days(30))


def a_give_back(amount: int, *, hold: UUID | None = None, line: UUID | None = None) -> GiveBack:
    return GiveBack(an_id(), OWNER, 1, hold, line, amount, "frame 12 came out black")


def an_adjustment(
    amount: int,
    direction: Direction = "add",
    *,
    by: UUID = OZ,
    confirms: UUID | None = None,
    by_operator: bool = True,
    expires_at: datetime | None = None,
) -> Adjust:
    return Adjust(
        an_id(), OWNER, 1, by, by_operator, amount, direction, "goodwill", expires_at, confirms
    )


def a_release(lot: int, *, by_operator: bool = True) -> Release:
    return Release(an_id(), OWNER, 1, OZ, by_operator, lot, "he may keep it")


def a_balance(
    amount: int, *, reference: str = "old-1", content: int = 1, by_operator: bool = True
) -> BringIn:
    purchase = Purchase(OPENING, reference, 1, "EUR", "0.10")
    return BringIn(an_id(), OWNER, content, OZ, by_operator, amount, 3, None, purchase, None)


def an_own_wallet(*lots: Lot, closed: ClosedRole | None = None) -> Book:
    """Ana's own wallet; in a closed one everything sleeps."""
    own = an_own_book(*lots, owner=ANA)
    if closed is None:
        return own
    return applied_to(own, shut(own, ANA, an_id(), closing=Closing(OWNER, closed, 1), now=NOW))


def applied_to(book: Book, decision: Decision) -> Book:
    applied(book, decision)
    return book


def booked(book: Book, decided: Decision | Refusal) -> Decision | Refusal:
    """Move the book on as a page does: with what was left beside it, and the rows counted."""
    book.left.extend(decided.records)
    if isinstance(decided, Decision):
        applied(book, decided)
        book.seq += len(decided.transfers)
    return decided


def conserves(book: Book) -> None:
    """I2, I3, I12: wallet and lots keep what came in, and debt leaves nothing free."""
    parts: list[Book | Lot] = [book, *book.lots]
    for one in parts:
        owed = one.debt if isinstance(one, Book) else one.owed
        came_in = one.granted + owed + one.credited_back
        went_out = one.captured + one.expired + one.clawed_back + one.adjusted
        assert came_in == one.free + one.dormant + one.held + went_out, one
        assert min(one.free, one.held, one.dormant, one.expired) >= 0, one
    for name in ("free", "held", "dormant", "captured", "expired", "clawed_back", "adjusted"):
        assert getattr(book, name) == sum(getattr(lot, name) for lot in book.lots), name
    assert book.debt == sum(lot.owed for lot in book.lots) >= 0
    assert not (book.debt and book.free)
