"""Draws: joined by lot and count, charged in order, and given back to where they may stand."""

from datetime import timedelta

from services.credit_ledger.rules.book import Book, Draw, Transfer
from services.credit_ledger.rules.chart import Kind, LedgerAccount
from services.credit_ledger.rules.draws import (
    fallen_asleep,
    given_back,
    join,
    landing,
    split,
    sum_in_count,
)
from services.credit_ledger.rules.holds import void
from services.credit_ledger.rules.records import LotChange
from shared.contracts.credit_facts import CreditsDormant
from tests.builders import an_id
from tests.rules.credit_ledger.books import (
    NOW,
    a_book,
    a_hold,
    a_lot,
    a_void,
    applied,
    in_days,
)


def a_closed_book() -> Book:
    book = a_book(a_lot(90, expires_at=in_days(9)), a_lot(50, number=2))
    book.closed_by, book.closed_role = an_id(), "MEMBER"
    return book


def test_draws_of_one_lot_and_one_count_become_one() -> None:
    first = (Draw(1, 5), Draw(2, 7, 1))
    second = (Draw(2, 3, 1), Draw(2, 4), Draw(1, 1))

    assert join(first, second) == (Draw(1, 6), Draw(2, 10, 1), Draw(2, 4))
    assert join((), second) is second
    assert join(first, ()) is first


def test_T12_draws_are_summed_by_the_count_they_were_made_in() -> None:
    draws = (Draw(1, 5), Draw(2, 7, 1), Draw(3, 9, 1))

    assert [sum_in_count(draws, count) for count in (0, 1, 2)] == [5, 16, 0]


def test_T25_of_one_lot_the_draw_of_the_older_count_is_charged_first() -> None:
    book = a_book()
    draws = (Draw(1, 10, 1), Draw(1, 20, 0))

    assert split(book, draws, 25) == ((Draw(1, 20, 0), Draw(1, 5, 1)), (Draw(1, 5, 1),))
    assert split(book, draws, 20) == ((Draw(1, 20, 0),), (Draw(1, 10, 1),))


def test_a_single_draw_is_split_in_two_or_not_at_all() -> None:
    book = a_book()

    assert split(book, (Draw(1, 9, 3),), 4) == ((Draw(1, 4, 3),), (Draw(1, 5, 3),))
    assert split(book, (Draw(1, 9, 3),), 0) == ((), (Draw(1, 9, 3),))
    assert split(book, (Draw(1, 9, 3),), 9) == ((Draw(1, 9, 3),), ())
    assert split(book, (), 0) == ((), ())


def test_draws_of_several_counts_go_back_to_their_lot_in_one_row() -> None:
    book = a_book()

    rows = given_back(book, (Draw(1, 9), Draw(1, 1, 1)), Kind.VOIDED, NOW)

    assert rows == (Transfer(Kind.VOIDED, LedgerAccount.HELD, LedgerAccount.FREE, 10, 1),)
    assert given_back(book, (), Kind.VOIDED, NOW) == ()


def test_T24_credits_land_free_until_the_very_moment_their_lot_runs_out() -> None:
    book, lot = a_book(), a_lot(1, expires_at=in_days(1))

    assert landing(book, lot, in_days(1) - timedelta(microseconds=1)) == LedgerAccount.FREE
    assert landing(book, lot, in_days(1)) == LedgerAccount.EXPIRED
    assert landing(book, a_lot(1), in_days(999)) == LedgerAccount.FREE


def test_T5_a_lot_that_sleeps_does_not_run_out() -> None:
    book, lot = a_closed_book(), a_lot(1, expires_at=in_days(1))

    assert landing(book, lot, NOW) == LedgerAccount.DORMANT
    assert landing(book, lot, in_days(1)) == LedgerAccount.EXPIRED
    lot.dormant_since = NOW
    assert landing(book, lot, in_days(1)) == LedgerAccount.DORMANT
    lot.dormant_since = in_days(1)
    assert landing(book, lot, in_days(2)) == LedgerAccount.EXPIRED


def test_T18_a_withheld_lot_sleeps_in_an_open_wallet() -> None:
    book, lot = a_book(), a_lot(1, expires_at=in_days(1))
    lot.withheld, lot.dormant_since = True, NOW

    assert landing(book, lot, in_days(2)) == LedgerAccount.DORMANT
    lot.withheld = False
    assert landing(book, lot, in_days(2)) == LedgerAccount.EXPIRED


def test_R28_what_a_hold_gives_back_in_a_closed_wallet_falls_asleep() -> None:
    book = a_book(a_lot(90, expires_at=in_days(9)))
    hold = a_hold(book, 90)
    book.closed_by, book.closed_role = an_id(), "MEMBER"

    decision = applied(book, void(book, a_void(hold), NOW))

    [row] = decision.transfers
    assert (row.kind, row.dst) == (Kind.VOIDED, LedgerAccount.DORMANT)
    assert decision.lot_changes == (LotChange(1, in_days(9), NOW, withheld=False, noticed=False),)
    assert decision.says == ((CreditsDormant, {"lot": 1, "amount": "0.00009"}),)
    assert (book.free, book.dormant) == (0, 90)


def test_T5_a_lot_that_sleeps_already_keeps_its_time() -> None:
    book = a_closed_book()
    book.lots[0].dormant_since = in_days(-3)
    rows = given_back(book, (Draw(1, 9), Draw(2, 4)), Kind.VOIDED, NOW)

    changes, says = fallen_asleep(book, rows, NOW)

    assert changes == (LotChange(2, None, NOW, withheld=False, noticed=False),)
    assert says == (
        (CreditsDormant, {"lot": 1, "amount": "0.000009"}),
        (CreditsDormant, {"lot": 2, "amount": "0.000004"}),
    )
    assert fallen_asleep(book, (), NOW) == ((), ())
