"""Credit-back: failed work gives back what it cost, where it came from (A19)."""

from datetime import datetime

from msgspec.structs import replace

from services.credit_ledger.rules.book import Book, Decision, Draw, Hold, Lot
from services.credit_ledger.rules.chart import Kind, LedgerAccount
from services.credit_ledger.rules.clawbacks import claw_back
from services.credit_ledger.rules.credit_back import give_back
from services.credit_ledger.rules.debts import repaying
from services.credit_ledger.rules.holds import capture
from services.credit_ledger.rules.purchase_records import Charge, Credited
from services.credit_ledger.rules.records import CountMoved, Job
from services.credit_ledger.rules.spending import debit
from shared.contracts.credit_facts import CreditsReturned
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.rules.credit_ledger.books import (
    BEN,
    NOW,
    a_book,
    a_capture,
    a_debit,
    a_hold,
    a_person,
    accepted,
    applied,
    in_days,
    refused,
)
from tests.rules.credit_ledger.trade import (
    a_claw_back,
    a_give_back,
    a_sold_lot,
    booked,
    conserves,
)

LATER = in_days(10)


def a_spent_hold(book: Book, amount: int) -> Hold:
    """A hold of Ben's that was captured whole."""
    hold = a_hold(book, amount)
    spent = applied(book, capture(book, a_capture(hold, amount), NOW)).hold
    assert spent is not None
    return spent


def given_back(book: Book, amount: int, hold: Hold, *, now: datetime = NOW) -> Decision:
    decision = accepted(booked(book, give_back(book, a_give_back(amount, hold=hold.id), now)))
    conserves(book)
    return decision


def two_lots() -> Book:
    """L1 runs out before L2."""
    return a_book(
        a_sold_lot("L1", 50, number=1, days=5), a_sold_lot("L2", 100, number=2, days=20),
        ben=a_person("quota", 120),
    )  # fmt: skip


def lots_of(book: Book) -> dict[int, Lot]:
    return {lot.number: lot for lot in book.lots}


def test_A19_what_a_hold_cost_returns_to_its_lot_and_lowers_the_quotas_use() -> None:
    book = a_book(ben=a_person("quota", 120))
    hold = a_spent_hold(book, 90)

    decision = given_back(book, 30, hold)

    ben = book.access[BEN]
    assert ben is not None
    assert (book.free, book.captured, book.credited_back, ben.captured) == (440, 90, 30, 60)
    assert decision.result == {"returned": "0.00003"}
    [(fact, line)] = decision.says
    assert fact is CreditsReturned
    assert (line["account_id"], line["lot"], line["amount"]) == (BEN, 1, "0.00003")


def test_A19_the_lot_that_lives_longest_gets_its_part_first() -> None:
    book = two_lots()
    hold = a_spent_hold(book, 90)

    decision = given_back(book, 60, hold)

    assert [(t.lot, t.amount) for t in decision.transfers] == [(2, 40), (1, 20)]
    left = book.holds[hold.id]
    assert left is not None
    assert left.spent == (Draw(1, 30, 0),)


def test_A19_never_more_comes_back_than_was_captured_in_however_many_parts() -> None:
    book = a_book()
    hold = a_spent_hold(book, 90)
    given_back(book, 60, hold)

    refusal = refused(give_back(book, a_give_back(31, hold=hold.id), NOW))
    given_back(book, 30, hold)

    assert (refusal.code, refusal.left) == (RefusalCode.CREDIT_BACK_EXCEEDED, 30)
    assert book.credited_back == 90


def test_A19_what_is_held_and_not_captured_does_not_come_back() -> None:
    book = a_book()
    hold = a_hold(book, 90)

    refusal = refused(give_back(book, a_give_back(1, hold=hold.id), NOW))

    assert refusal.code == RefusalCode.CREDIT_BACK_EXCEEDED


def test_A19_A21_an_expired_lot_gives_way_to_a_fresh_one_of_the_agreed_days() -> None:
    book = two_lots()
    hold = a_spent_hold(book, 90)

    decision = given_back(book, 60, hold, now=LATER)

    [fresh] = decision.lots
    l1 = lots_of(book)[1]
    assert [(t.lot, t.amount) for t in decision.transfers] == [(2, 40), (fresh.number, 20)]
    assert fresh.number == book.seq
    assert (fresh.granted, fresh.credited_back, fresh.free) == (0, 20, 20)
    assert (fresh.category, fresh.expires_at) == (l1.category, in_days(40))
    purchase = fresh.purchase
    assert (purchase.store, purchase.line_no, purchase.unit_price) == ("credit_back", 1, "0.10")


def test_A19_each_expired_lot_gets_a_fresh_one_of_its_own() -> None:
    book = two_lots()
    hold = a_spent_hold(book, 90)

    decision = given_back(book, 90, hold, now=in_days(30))

    assert [lot.purchase.line_no for lot in decision.lots] == [1, 2]
    assert [lot.number for lot in decision.lots] == [t.lot for t in decision.transfers]


def test_T7_what_comes_back_to_a_closed_wallet_sleeps() -> None:
    book = two_lots()
    hold = a_spent_hold(book, 90)
    book.closed_by, book.closed_role = an_id(), "GUEST"
    for lot in book.lots:
        book.dormant += lot.free
        lot.dormant, lot.free, lot.dormant_since = lot.free, 0, NOW
    book.free = 0

    given_back(book, 90, hold, now=LATER)

    assert (book.free, book.dormant) == (0, 150)


def test_T7_a_lot_that_holds_nothing_sleeps_from_when_its_credits_come_back() -> None:
    book = a_book(a_sold_lot("L1", 90, number=1, days=50))
    hold = a_spent_hold(book, 90)
    book.closed_by, book.closed_role = an_id(), "GUEST"

    given_back(book, 90, hold, now=LATER)

    [lot] = book.lots
    assert (lot.dormant, lot.dormant_since) == (90, LATER)


def test_T12_what_was_counted_in_an_earlier_count_goes_down_there() -> None:
    book = a_book(ben=a_person("quota", 120))
    hold = a_spent_hold(book, 90)
    ben = book.access[BEN]
    assert ben is not None
    book.access[BEN] = replace(ben, captured=0, count=1)

    decision = given_back(book, 30, hold)

    assert decision.access is not None
    assert decision.access.captured == 0
    assert decision.records == (CountMoved(BEN, 0, -30, 0),)


def test_A19_the_jobs_cap_is_given_back_as_well() -> None:
    book = a_book()
    hold = a_hold(book, 90, job="J1", max_credits=100)
    applied(book, capture(book, a_capture(hold, 90), NOW))

    given_back(book, 30, hold)

    assert book.jobs["J1"] == Job("J1", 100, 0, 60)


def test_T23_what_comes_back_repays_the_debt_first() -> None:
    book = a_book(a_sold_lot("L1", 90, number=1))
    hold = a_spent_hold(book, 90)
    booked(book, claw_back(book, a_claw_back("L1", 50), NOW))

    booked(book, repaying(book, accepted(give_back(book, a_give_back(60, hold=hold.id), NOW))))

    assert (book.free, book.debt) == (10, 0)
    conserves(book)


def test_A19_a_hold_nobody_knows_gives_nothing_back() -> None:
    book = a_book()
    act = a_give_back(1, hold=an_id())
    assert act.hold is not None
    book.holds[act.hold] = None

    assert refused(give_back(book, act, NOW)).code == RefusalCode.UNKNOWN_HOLD


def test_A19_a_usage_line_gives_back_what_it_cost_and_no_more() -> None:
    book = two_lots()
    line = a_debit(90)
    decision = applied(book, debit(book, line, NOW))
    parts = tuple((t.lot, t.amount) for t in decision.transfers)
    book.found[Charge, line.command] = Charge(BEN, parts, 0, None, 0)

    first = accepted(booked(book, give_back(book, a_give_back(60, line=line.command), NOW)))
    refusal = refused(give_back(book, a_give_back(31, line=line.command), NOW))
    second = accepted(booked(book, give_back(book, a_give_back(30, line=line.command), NOW)))

    assert [(t.lot, t.amount) for t in first.transfers] == [(2, 40), (1, 20)]
    assert [(t.lot, t.amount) for t in second.transfers] == [(1, 30)]
    assert (refusal.code, refusal.left) == (RefusalCode.CREDIT_BACK_EXCEEDED, 30)
    assert [r.amount for r in book.left if isinstance(r, Credited)] == [60, 30]
    assert {t.kind for t in first.transfers} == {Kind.CREDITED_BACK}
    assert {t.src for t in first.transfers} == {LedgerAccount.CREDITED_BACK}
    conserves(book)


def test_A19_what_came_back_of_a_line_before_does_not_come_back_again() -> None:
    book = a_book()
    line = a_debit(90)
    applied(book, debit(book, line, NOW))
    book.found[Charge, line.command] = Charge(BEN, ((1, 90),), 0, None, 80)

    refusal = refused(give_back(book, a_give_back(11, line=line.command), NOW))

    assert (refusal.code, refusal.left) == (RefusalCode.CREDIT_BACK_EXCEEDED, 10)


def test_A19_a_line_nobody_booked_gives_nothing_back() -> None:
    refusal = refused(give_back(a_book(), a_give_back(1, line=an_id()), NOW))

    assert refusal.code == RefusalCode.UNKNOWN_ENTRY
