"""Purchases become lots, and lots run out."""

from datetime import datetime, timedelta

from services.credit_ledger.rules.acts import Expire, Grant
from services.credit_ledger.rules.book import Decision, Kind, Transfer
from services.credit_ledger.rules.purchases import EXPIRED, FREE, ISSUED, due, expire, grant
from tests.builders import an_id
from tests.rules.credit_ledger.books import (
    NOW,
    OWNER,
    PURCHASE,
    a_book,
    a_hold,
    a_lot,
    applied,
    in_days,
)


def a_grant(amount: int, expires_at: datetime | None = None) -> Grant:
    return Grant(an_id(), OWNER, 1, amount, 3, expires_at, PURCHASE)


def test_R48_a_purchase_adds_exactly_its_quantity_as_a_lot_of_its_own() -> None:
    book = a_book(a_lot(100))

    decision = applied(book, grant(book, a_grant(200), NOW))

    assert decision.transfers == (Transfer(int(Kind.GRANTED), ISSUED, FREE, 200, 2),)
    assert (book.granted, book.free, len(book.lots)) == (300, 300, 2)


def test_A21_a_lot_remembers_its_order_and_price() -> None:
    book = a_book()

    lot = grant(book, a_grant(200, in_days(30)), NOW).lot

    assert lot is not None
    assert (lot.purchase, lot.granted_at, lot.expires_at) == (PURCHASE, NOW, in_days(30))


def test_T24_a_purchase_told_after_its_end_expires_at_once() -> None:
    book = a_book(a_lot(100))

    applied(book, grant(book, a_grant(200, NOW), NOW))

    assert (book.granted, book.free, book.expired) == (300, 100, 200)


def test_T24_what_is_free_of_a_lot_past_its_time_expires_and_what_is_held_waits() -> None:
    book = a_book(a_lot(100, expires_at=in_days(1)), a_lot(100, number=2))
    a_hold(book, 30)

    transfers = due(book, in_days(1))

    assert transfers == (Transfer(int(Kind.EXPIRED), FREE, EXPIRED, 70, 1),)
    assert due(book, in_days(1) - timedelta(microseconds=1)) == ()


def test_asking_for_expiry_does_no_more_than_what_is_due() -> None:
    assert expire(a_book(), Expire(an_id(), OWNER, 0), NOW) == Decision()
