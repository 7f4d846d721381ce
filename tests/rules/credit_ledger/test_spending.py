"""What limits a debit or a hold, in which order, and from which lots it takes."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from services.credit_ledger.rules.book import Draw, Hold, Transfer
from services.credit_ledger.rules.chart import HoldState, Kind, LedgerAccount
from services.credit_ledger.rules.spending import authorize, debit
from shared.contracts.refusals import RefusalCode
from tests.rules.credit_ledger.books import (
    BEN,
    NOW,
    a_book,
    a_debit,
    a_lot,
    a_person,
    accepted,
    an_authorize,
    applied,
    in_days,
    refused,
)

DISABLED = RefusalCode.CREDIT_ACCESS_DISABLED
DEBT = RefusalCode.ORGANIZATION_IN_DEBT
QUOTA = RefusalCode.QUOTA_EXCEEDED
POOL = RefusalCode.POOL_INSUFFICIENT


def test_R28_whoever_is_not_in_the_organization_spends_nothing() -> None:
    book = a_book()
    book.access[BEN] = None

    assert refused(debit(book, a_debit(1), NOW)).code == RefusalCode.NOT_IN_ORGANIZATION


def test_R21_disabled_access_authorizes_nothing_new() -> None:
    book = a_book(ben=a_person("disabled"))

    assert refused(authorize(book, an_authorize(1), NOW)).binding == (DISABLED,)


def test_T2_whoever_was_removed_authorizes_nothing_new() -> None:
    book = a_book(ben=a_person("disabled", role="REMOVED"))

    assert refused(authorize(book, an_authorize(1), NOW)).code == DISABLED


def test_R20_unlimited_access_is_limited_by_the_pool_alone() -> None:
    book = a_book(ben=a_person(captured=10_000))

    assert accepted(debit(book, a_debit(500), NOW)).transfers
    assert refused(debit(book, a_debit(501), NOW)).binding == (POOL,)


def test_R51_captured_and_held_never_pass_the_quota() -> None:
    book = a_book(ben=a_person("quota", 120, captured=60, held=30))

    assert accepted(authorize(book, an_authorize(30), NOW)).transfers
    refusal = refused(authorize(book, an_authorize(31), NOW))
    assert (refusal.code, refusal.value, refusal.left) == (QUOTA, 120, 30)


def test_R53_a_quota_larger_than_the_pool_is_worth_what_the_pool_has() -> None:
    book = a_book(a_lot(6), ben=a_person("quota", 300))

    refusal = refused(authorize(book, an_authorize(200), NOW))

    assert (refusal.code, refusal.limit, refusal.left) == (POOL, "pool", 6)


def test_T10_a_quota_lowered_below_its_use_leaves_nothing_rather_than_less() -> None:
    book = a_book(ben=a_person("quota", 60, captured=84))

    assert refused(debit(book, a_debit(1), NOW)).left == 0


def test_T14_the_last_credits_go_to_whoever_comes_first() -> None:
    book = a_book(a_lot(100))

    applied(book, authorize(book, an_authorize(100), NOW))

    assert refused(authorize(book, an_authorize(100), NOW)).left == 0


def test_T23_an_organization_in_debt_authorizes_nothing() -> None:
    book = a_book(debt=34)
    book.free = 0

    refusal = refused(authorize(book, an_authorize(1), NOW))

    assert refusal.binding == (DEBT, POOL)
    assert refusal.value == 34


def test_every_limit_that_binds_is_named_in_the_fixed_order() -> None:
    book = a_book(ben=a_person("quota", 10, captured=10), debt=1)
    book.free = 0

    assert refused(debit(book, a_debit(1), NOW)).binding == (DEBT, QUOTA, POOL)


def test_access_binds_before_debt_and_pool() -> None:
    book = a_book(a_lot(1), ben=a_person("disabled"), debt=1)

    assert refused(debit(book, a_debit(2), NOW)).binding == (DISABLED, DEBT, POOL)


def test_T25_the_lot_that_expires_soonest_is_used_first() -> None:
    late, never, soon = a_lot(10), a_lot(10, number=2), a_lot(10, number=3, expires_at=in_days(1))
    late.expires_at = in_days(300)

    hold = accepted(authorize(a_book(late, never, soon), an_authorize(25), NOW)).hold

    assert hold is not None
    assert hold.draws == (Draw(3, 10), Draw(1, 10), Draw(2, 5))


def test_T25_promotional_credits_go_before_purchased_and_older_before_newer() -> None:
    purchased, older = a_lot(10), a_lot(10, number=2, granted_at=in_days(-1))
    promo = a_lot(10, number=3, category=1)

    transfers = accepted(debit(a_book(purchased, older, promo), a_debit(25), NOW)).transfers

    assert [(transfer.lot, transfer.amount) for transfer in transfers] == [(3, 10), (2, 10), (1, 5)]


def test_a_hold_moves_credits_from_free_to_held_and_counts_as_held() -> None:
    decision = accepted(authorize(a_book(), an_authorize(90), NOW))

    assert decision.transfers == (Transfer(2, LedgerAccount.FREE, LedgerAccount.HELD, 90, 1),)
    assert decision.access == a_person(held=90)


def test_a_debit_counts_as_captured_in_every_mode() -> None:
    for person in (a_person(), a_person("quota", 500)):
        counted = accepted(debit(a_book(ben=person), a_debit(7), NOW)).access

        assert counted is not None
        assert (counted.captured, counted.held) == (7, 0)


def test_I2_a_pool_that_counts_more_than_its_lots_have_is_a_broken_promise() -> None:
    book = a_book(a_lot(10), a_lot(10, number=2))
    book.free = 30

    with pytest.raises(AssertionError, match="the lots hold 20 of 25"):
        debit(book, a_debit(25), NOW)


def test_a_debit_is_told_from_a_capture_by_its_kind() -> None:
    decision = accepted(debit(a_book(), a_debit(500), NOW))

    assert decision.transfers == (
        Transfer(Kind.DEBITED, LedgerAccount.FREE, LedgerAccount.CONSUMED, 500, 1),
    )


def test_a_hold_is_all_that_was_asked_for_it() -> None:
    book = a_book(a_lot(10), a_lot(50, number=2), ben=replace(a_person(), count=3, epoch=7))
    act = replace(an_authorize(30, job="J1"), about='{"product":"Lumen"}')

    hold = accepted(authorize(book, act, NOW)).hold

    assert hold == Hold(
        id=act.command,
        person=BEN,
        authorized=30,
        held=30,
        captured=0,
        state=HoldState.OPEN,
        lease_until=NOW + timedelta(seconds=3600),
        job="J1",
        epoch=7,
        work='{"product":"Lumen"}',
        draws=(Draw(1, 10, 3), Draw(2, 20, 3)),
    )


def test_a_capped_hold_is_the_same_hold() -> None:
    act = replace(an_authorize(30, job="J1"), about="{}")
    plain = accepted(authorize(a_book(), act, NOW)).hold
    capped = accepted(authorize(a_book(), replace(act, max_credits=30), NOW)).hold

    assert plain == capped
    assert plain is not None
    assert plain.draws == (Draw(1, 30),)
