"""What operators do by hand: corrections, withheld lots, opening balances (A17, T18)."""

import pytest

from services.credit_ledger.engine.outcomes import to_refused
from services.credit_ledger.rules.adjustments import (
    DIFFERS,
    OPERATOR_REQUIRED,
    adjust,
    bring_in,
    release,
)
from services.credit_ledger.rules.book import Book, Transfer
from services.credit_ledger.rules.chart import Kind, LedgerAccount
from services.credit_ledger.rules.purchase_acts import Adjust, BringIn, Release
from services.credit_ledger.rules.purchase_records import Adjusted, BroughtIn, LotReleased
from services.credit_ledger.rules.purchases import grant
from services.credit_ledger.rules.terms import ADJUSTMENT_MAX
from shared.contracts.credit_facts import CreditsAdjusted, CreditsGranted, CreditsReactivated
from shared.contracts.refusals import EXPLANATIONS, RefusalCode
from tests.rules.credit_ledger.books import (
    NOW,
    a_book,
    a_hold,
    a_lot,
    accepted,
    in_days,
    refused,
)
from tests.rules.credit_ledger.trade import (
    OLGA,
    OZ,
    a_balance,
    a_grant,
    a_release,
    an_adjustment,
    an_own_wallet,
    booked,
    conserves,
)

MUCH = ADJUSTMENT_MAX + 1


def test_A17_an_operator_adds_credits_as_a_lot_that_nobody_bought() -> None:
    book = a_book(a_lot(100))

    decision = accepted(booked(book, adjust(book, an_adjustment(40, expires_at=in_days(9)), NOW)))

    [lot] = decision.lots
    assert (lot.granted, lot.free, lot.adjusted, lot.expires_at) == (0, 40, -40, in_days(9))
    assert (book.free, book.adjusted) == (140, -40)
    [(fact, line)] = decision.says
    assert fact is CreditsAdjusted
    assert (line["by"], line["direction"], line["reason"]) == (str(OZ), "add", "goodwill")
    conserves(book)


def test_A17_an_operator_removes_free_credits_in_burn_down_order() -> None:
    book = a_book(a_lot(100), a_lot(30, number=2, expires_at=in_days(9)))

    decision = accepted(booked(book, adjust(book, an_adjustment(50, "remove"), NOW)))

    assert [(t.lot, t.amount) for t in decision.transfers] == [(2, 30), (1, 20)]
    assert (book.free, book.adjusted) == (80, 50)
    assert len(decision.says) == 2
    conserves(book)


def test_A17_no_more_is_removed_than_is_free() -> None:
    book = a_book(a_lot(100))
    a_hold(book, 60)

    refusal = refused(adjust(book, an_adjustment(41, "remove"), NOW))

    assert (refusal.code, refusal.left) == (RefusalCode.POOL_INSUFFICIENT, 40)


def test_T7_what_is_added_to_a_closed_wallet_sleeps() -> None:
    book = an_own_wallet(closed="GUEST")

    booked(book, adjust(book, an_adjustment(40), NOW))

    assert (book.free, book.dormant) == (0, 40)
    conserves(book)


def test_A17_above_the_limit_one_operator_asks_and_another_confirms() -> None:
    book = a_book(a_lot(100))
    asked = an_adjustment(MUCH)

    refusal = booked(book, adjust(book, asked, NOW))
    confirmed = accepted(adjust(book, an_adjustment(MUCH, by=OLGA, confirms=asked.command), NOW))

    assert refused(refusal).code == RefusalCode.SECOND_OPERATOR_REQUIRED
    assert book.free == 100
    assert confirmed.transfers[0].amount == MUCH
    [entry] = [record for record in confirmed.records if isinstance(record, Adjusted)]
    assert (entry.id, entry.asked_by, entry.confirmed_by) == (asked.command, OZ, OLGA)


def test_A17_nobody_confirms_what_he_asked_for_himself() -> None:
    book = a_book()
    asked = an_adjustment(MUCH)
    booked(book, adjust(book, asked, NOW))

    refusal = refused(adjust(book, an_adjustment(MUCH, confirms=asked.command), NOW))

    assert refusal.code == RefusalCode.SECOND_OPERATOR_REQUIRED
    assert refusal.records == ()


def test_A17_a_confirmation_says_the_same_and_counts_once() -> None:
    book = a_book()
    asked = an_adjustment(MUCH)
    booked(book, adjust(book, asked, NOW))

    def confirms(**changes: int) -> Adjust:
        amount = changes.get("amount", MUCH)
        return an_adjustment(amount, by=OLGA, confirms=asked.command)

    other = refused(adjust(book, confirms(amount=MUCH + 1), NOW))
    booked(book, adjust(book, confirms(), NOW))
    twice = refused(adjust(book, confirms(), NOW))
    unknown = refused(adjust(book, an_adjustment(MUCH, by=OLGA, confirms=OZ), NOW))

    assert {other.code, twice.code, unknown.code} == {RefusalCode.UNKNOWN_ENTRY}
    assert to_refused(other).message == DIFFERS
    assert to_refused(twice).message == "this adjustment is booked already"
    assert to_refused(unknown).message == EXPLANATIONS[RefusalCode.UNKNOWN_ENTRY].meaning


def test_T18_a_released_lot_is_free_and_expires_later_by_as_long_as_it_slept() -> None:
    book = an_own_wallet()
    booked(book, grant(book, a_grant(200, in_days(30), withheld=True), NOW))

    decision = accepted(booked(book, release(book, a_release(1), in_days(10))))

    assert decision.transfers == (
        Transfer(Kind.REACTIVATED, LedgerAccount.DORMANT, LedgerAccount.FREE, 200, 1),
    )
    [lot] = book.lots
    assert (lot.expires_at, lot.dormant_since, lot.withheld) == (in_days(40), None, False)
    assert [fact for fact, _ in decision.says] == [CreditsReactivated]
    assert [type(record) for record in decision.records] == [LotReleased]
    conserves(book)


def test_T5_T18_in_a_closed_wallet_a_released_lot_sleeps_on() -> None:
    book = an_own_wallet(closed="MEMBER")
    booked(book, grant(book, a_grant(200, withheld=True), NOW))

    decision = accepted(booked(book, release(book, a_release(1), in_days(10))))

    [lot] = book.lots
    assert (lot.dormant, lot.dormant_since, lot.withheld) == (200, NOW, False)
    assert decision.result == {"amount": "0.0002"}


def test_T18_a_lot_that_is_not_withheld_stays_as_it_is() -> None:
    book = a_book()

    decision = accepted(release(book, a_release(1), NOW))

    assert (decision.transfers, decision.lot_changes) == ((), ())
    assert decision.result == {"amount": "0"}


def test_T18_a_lot_nobody_has_cannot_be_released() -> None:
    assert refused(release(a_book(), a_release(9), NOW)).code == RefusalCode.UNKNOWN_LOT


def test_an_opening_balance_comes_in_as_a_lot_with_its_price() -> None:
    book = an_own_wallet()

    decision = accepted(booked(book, bring_in(book, a_balance(300), NOW)))

    [lot] = decision.lots
    assert (lot.granted, lot.free, lot.purchase.order_id) == (300, 300, "old-1")
    assert [fact for fact, _ in decision.says] == [CreditsGranted]
    assert decision.result == {"lot": 1, "amount": "0.0003"}


def test_an_opening_balance_counts_once_per_reference() -> None:
    book = an_own_wallet()
    booked(book, bring_in(book, a_balance(300), NOW))
    book.found[BroughtIn, "old-2"] = BroughtIn("old-2", 7, 4, OZ, None, NOW)

    again = accepted(bring_in(book, a_balance(300), NOW))
    other = refused(bring_in(book, a_balance(300, content=2), NOW))
    before = accepted(bring_in(book, a_balance(5, reference="old-2", content=7), NOW))

    assert again.transfers == ()
    assert again.result == {"lot": 1, "amount": "0.0003", "repeated": True}
    assert other.code == RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert before.result == {"lot": 4, "amount": "0.000005", "repeated": True}


@pytest.mark.parametrize(
    "act",
    [
        an_adjustment(1, by_operator=False),
        a_release(1, by_operator=False),
        a_balance(1, by_operator=False),
    ],
)
def test_A17_only_operators_correct_and_nobody_else_is_held_to_have_tried(
    act: Adjust | Release | BringIn,
) -> None:
    book: Book = a_book()

    match act:
        case Adjust():
            refusal = adjust(book, act, NOW)
        case Release():
            refusal = release(book, act, NOW)
        case BringIn():
            refusal = bring_in(book, act, NOW)

    assert refused(refusal) == OPERATOR_REQUIRED
    assert OPERATOR_REQUIRED.passing
