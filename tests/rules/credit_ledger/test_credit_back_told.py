"""What comes back of failed work is moved, written down and told to the last field (A19)."""

from msgspec.structs import replace

from services.credit_ledger.rules.book import Book, Decision, Hold, Lot, Purchase, Transfer
from services.credit_ledger.rules.chart import Kind, LedgerAccount
from services.credit_ledger.rules.credit_back import give_back
from services.credit_ledger.rules.holds import capture
from services.credit_ledger.rules.purchase_records import Charge, Credited
from services.credit_ledger.rules.records import CountMoved, Job
from services.credit_ledger.rules.spending import debit
from shared.contracts.credit_facts import CreditsReturned
from tests.builders import an_id
from tests.rules.credit_ledger.books import (
    BEN,
    NOW,
    a_book,
    a_capture,
    a_debit,
    a_hold,
    accepted,
    applied,
    in_days,
)
from tests.rules.credit_ledger.trade import a_give_back, a_sold_lot

BACK = LedgerAccount.CREDITED_BACK


def came_back(amount: int, lot: int) -> Transfer:
    return Transfer(Kind.CREDITED_BACK, BACK, LedgerAccount.FREE, amount, lot)


def a_spent_hold(book: Book, amount: int) -> Hold:
    hold = a_hold(book, amount)
    spent = applied(book, capture(book, a_capture(hold, amount), NOW)).hold
    assert spent is not None
    return spent


def test_A19_a_return_says_whose_it_is_where_it_went_and_why() -> None:
    book = a_book()
    hold = a_spent_hold(book, 90)
    act = a_give_back(30, hold=hold.id)

    decision = accepted(give_back(book, act, NOW))

    assert decision.transfers == (came_back(30, 1),)
    assert decision.says == (
        (
            CreditsReturned,
            {"id": act.command, "account_id": BEN, "lot": 1, "amount": "0.00003",
             "reason": "frame 12 came out black"},
        ),
    )  # fmt: skip


def test_A19_A21_a_fresh_lot_keeps_the_price_of_the_one_that_ran_out() -> None:
    book = a_book(a_sold_lot("L1", 90, number=1, days=5))
    hold = a_spent_hold(book, 90)
    act = a_give_back(30, hold=hold.id)

    decision = accepted(give_back(book, act, in_days(10)))

    purchase = Purchase("credit_back", act.command.hex, 1, "EUR", "0.10")
    number = book.seq + 1
    assert decision.transfers == (came_back(30, number),)
    assert decision.lots == (Lot(number, 3, 0, 0, 0, in_days(10), in_days(40), purchase),)


def test_A19_a_line_is_credited_by_a_command_in_its_own_count_and_to_its_own_job() -> None:
    book, line = a_book(), an_id()
    book.jobs["J1"] = Job("J1", 100, 0, 90)
    applied(book, debit(book, a_debit(90), NOW))
    book.found[Charge, line] = Charge(BEN, ((1, 90),), 4, "J1", 0)
    act = a_give_back(30, line=line)

    decision = accepted(give_back(book, act, NOW))

    assert decision.records == (CountMoved(BEN, 4, -30, 0), Credited(line, act.command, 30))
    assert decision.jobs == (Job("J1", 100, 0, 60),)


def test_A19_what_came_back_of_another_line_lowers_nothing_here() -> None:
    book, line = a_book(), an_id()
    applied(book, debit(book, a_debit(90), NOW))
    book.found[Charge, line] = Charge(BEN, ((1, 90),), 0, None, 0)
    book.left.append(Credited(an_id(), an_id(), 80))

    assert isinstance(give_back(book, a_give_back(90, line=line), NOW), Decision)


def test_A19_parts_of_one_lot_from_several_counts_return_as_one() -> None:
    book = a_book()
    hold = a_spent_hold(book, 90)
    [draw] = hold.spent
    parts = (replace(draw, amount=50, count=1), replace(draw, amount=40, count=2))
    book.holds[hold.id] = replace(hold, spent=parts)

    decision = accepted(give_back(book, a_give_back(90, hold=hold.id), NOW))

    assert decision.transfers == (came_back(90, 1),)
