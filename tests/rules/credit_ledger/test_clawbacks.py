"""Claw-backs: refunds and chargebacks take back what was paid for (T20, T22, T23)."""

from services.credit_ledger.rules.book import Book, Decision, Lot, Transfer
from services.credit_ledger.rules.chart import Kind, LedgerAccount
from services.credit_ledger.rules.clawbacks import NOT_YET, claw_back
from services.credit_ledger.rules.debts import repaying
from services.credit_ledger.rules.purchase_records import RefundTaken
from services.credit_ledger.rules.purchases import due, grant
from services.credit_ledger.rules.spending import debit
from shared.contracts.credit_facts import CreditsClawedBack, DebtRaised, DebtRepaid
from shared.contracts.refusals import RefusalCode
from tests.rules.credit_ledger.books import (
    NOW,
    a_book,
    a_debit,
    a_hold,
    accepted,
    applied,
    in_days,
    refused,
)
from tests.rules.credit_ledger.trade import (
    a_claw_back,
    a_grant,
    a_sold_lot,
    an_own_wallet,
    booked,
    conserves,
    sold,
)

FREE, DORMANT, EXPIRED = LedgerAccount.FREE, LedgerAccount.DORMANT, LedgerAccount.EXPIRED
OWED, TAKEN = LedgerAccount.RECEIVABLE, LedgerAccount.CLAWBACK


def taken(src: int, amount: int, lot: int) -> Transfer:
    return Transfer(Kind.CLAWED_BACK, src, TAKEN, amount, lot)


def clawed_back(book: Book, order: str, amount: int) -> Decision:
    decision = accepted(booked(book, claw_back(book, a_claw_back(order, amount), NOW)))
    conserves(book)
    return decision


def two_lots() -> Book:
    """L1 runs out later than L3."""
    return a_book(a_sold_lot("L1", 500, number=1), a_sold_lot("L3", 100, number=2, days=9))


def test_T22_what_is_unspent_is_taken_from_its_own_lot() -> None:
    book = two_lots()

    decision = clawed_back(book, "L1", 500)

    assert decision.transfers == (taken(FREE, 500, 1),)
    assert (book.free, book.debt) == (100, 0)
    assert [fact for fact, _ in decision.says] == [CreditsClawedBack]


def test_T23_what_is_spent_is_settled_from_other_lots_and_then_owed() -> None:
    book = a_book(a_sold_lot("L1", 500, number=1))
    booked(book, debit(book, a_debit(484), NOW))
    booked(book, grant(book, a_grant(100, purchase=sold("L3")), NOW))

    decision = clawed_back(book, "L1", 150)

    assert decision.transfers == (taken(FREE, 16, 1), taken(FREE, 100, 3), taken(OWED, 34, 1))
    assert (book.free, book.debt) == (0, 34)


def test_T23_debt_is_told_with_what_it_came_to() -> None:
    book = a_book(a_sold_lot("L1", 10, number=1))
    applied(book, debit(book, a_debit(10), NOW))
    clawed_back(book, "L1", 4)

    decision = clawed_back(book, "L1", 6)

    (_, line), (fact, raised) = decision.says
    assert (line["amount"], line["debt"]) == ("0.000006", "0.000006")
    assert fact is DebtRaised
    assert raised == {"lot": 1, "amount": "0.000006", "debt": "0.00001"}


def test_T23_running_holds_keep_what_they_hold() -> None:
    book = a_book(a_sold_lot("L1", 100, number=1))
    a_hold(book, 60)

    decision = clawed_back(book, "L1", 100)

    assert decision.transfers == (taken(FREE, 40, 1), taken(OWED, 60, 1))
    assert (book.held, book.debt) == (60, 60)


def test_T22_what_sleeps_in_its_lot_is_taken_before_any_other_lot() -> None:
    book = an_own_wallet(
        a_sold_lot("L1", 40, number=1), a_sold_lot("L2", 30, number=2), closed="GUEST"
    )

    decision = clawed_back(book, "L1", 40)

    assert decision.transfers == (taken(DORMANT, 40, 1),)
    assert (book.dormant, book.debt) == (30, 0)


def test_T22_what_expired_unused_is_not_paid_for_by_other_lots() -> None:
    book = a_book(a_sold_lot("L1", 40, number=1, days=1), a_sold_lot("L2", 30, number=2))
    applied(book, Decision(due(book, in_days(2))))

    decision = clawed_back(book, "L1", 40)

    assert decision.transfers == (taken(EXPIRED, 40, 1),)
    assert (book.free, book.expired, book.debt) == (30, 0, 0)


def test_T20_a_refund_before_its_payment_leaves_nothing_of_it() -> None:
    book = a_book(a_sold_lot("L1", 10, number=1))
    booked(book, grant(book, a_grant(200, in_days(30), purchase=sold("L2")), NOW))

    clawed_back(book, "L2", 200)

    assert (book.free, book.clawed_back) == (10, 200)


def test_T20_in_an_indebted_wallet_grant_and_refund_leave_the_debt_as_it_was() -> None:
    book = a_book(a_sold_lot("L1", 10, number=1))
    applied(book, debit(book, a_debit(10), NOW))
    clawed_back(book, "L1", 10)
    granted = grant(book, a_grant(100, purchase=sold("L2")), NOW)
    booked(book, repaying(book, granted))

    clawed_back(book, "L2", 100)

    assert (book.free, book.debt) == (0, 10)


def test_T22_refunds_of_one_line_add_up_to_what_was_bought_and_no_more() -> None:
    book = two_lots()
    clawed_back(book, "L1", 300)
    book.left.clear()
    book.found[RefundTaken, "online", "L1", 1] = 300
    clawed_back(book, "L1", 150)

    refusal = refused(claw_back(book, a_claw_back("L1", 51), NOW))

    assert refusal.code == RefusalCode.INVALID_AMOUNT
    assert (refusal.value, refusal.left) == (500, 50)
    assert not refusal.passing


def test_T23_a_lot_that_settled_for_another_can_still_be_refunded_whole() -> None:
    book = two_lots()
    applied(book, debit(book, a_debit(500), NOW))
    clawed_back(book, "L1", 100)

    decision = clawed_back(book, "L3", 100)

    assert decision.transfers == (taken(OWED, 100, 2),)
    assert book.debt == 100


def test_T20_a_payment_that_is_not_granted_yet_refuses_nothing_for_good() -> None:
    assert refused(claw_back(a_book(), a_claw_back("L9", 1), NOW)) == NOT_YET
    assert NOT_YET.passing


def test_T23_what_is_bought_repays_the_debt_first_and_the_rest_is_free() -> None:
    book = in_debt(34)

    decision = repaying(book, grant(book, a_grant(100, purchase=sold("L4")), NOW))
    booked(book, decision)

    assert (book.free, book.debt) == (66, 0)
    [said] = [line for fact, line in decision.says if fact is DebtRepaid]
    [lot] = decision.lots
    assert said == {"lot": lot.number, "amount": "0.000034", "debt": "0"}
    conserves(book)


def test_T23_less_than_the_debt_repays_what_it_can() -> None:
    book = in_debt(34)

    booked(book, repaying(book, grant(book, a_grant(30, purchase=sold("L4")), NOW)))

    assert (book.free, book.debt) == (0, 4)
    conserves(book)


def test_T23_what_expires_on_arrival_repays_nothing() -> None:
    book = in_debt(34)

    booked(book, repaying(book, grant(book, a_grant(100, NOW, purchase=sold("L4")), NOW)))

    assert (book.debt, book.expired) == (34, 100)
    conserves(book)


def test_T5_what_arrives_asleep_repays_nothing_until_it_wakes() -> None:
    book = in_debt(34)

    act = a_grant(100, purchase=sold("L4"), withheld=True)
    booked(book, repaying(book, grant(book, act, NOW)))

    assert (book.debt, book.dormant) == (34, 100)
    conserves(book)


def in_debt(amount: int) -> Book:
    """A wallet whose one lot is spent and was charged back in part."""
    spent: Lot = a_sold_lot("L1", amount, number=1)
    book = a_book(spent)
    applied(book, debit(book, a_debit(amount), NOW))
    clawed_back(book, "L1", amount)
    return book
