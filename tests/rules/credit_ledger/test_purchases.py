"""Purchases become lots, sleep where they may not be spent, and run out."""

from datetime import timedelta

import pytest

from services.credit_ledger.rules.acts import Expire
from services.credit_ledger.rules.book import Decision, Transfer
from services.credit_ledger.rules.chart import Kind, LedgerAccount
from services.credit_ledger.rules.purchase_records import TrialTaken
from services.credit_ledger.rules.purchases import due, expire, grant, grant_trial
from services.credit_ledger.rules.records import ClosedRole
from shared.contracts.credit_facts import CreditsExpired, CreditsGranted
from shared.contracts.credit_notices import OrderWithheld
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.rules.credit_ledger.books import (
    ANA,
    BEN,
    NOW,
    OWNER,
    a_book,
    a_hold,
    a_lot,
    a_person,
    accepted,
    applied,
    in_days,
    refused,
)
from tests.rules.credit_ledger.trade import (
    a_grant,
    a_trial,
    an_own_wallet,
    booked,
    conserves,
    sold,
)


def test_R48_a_purchase_adds_exactly_its_quantity_as_a_lot_of_its_own() -> None:
    book = a_book(a_lot(100))

    decision = applied(book, grant(book, a_grant(200), NOW))

    assert decision.transfers == (
        Transfer(Kind.GRANTED, LedgerAccount.ISSUED, LedgerAccount.FREE, 200, 2),
    )
    assert (book.granted, book.free, len(book.lots)) == (300, 300, 2)


def test_A21_a_lot_remembers_its_order_and_price() -> None:
    book = a_book()

    [lot] = grant(book, a_grant(200, in_days(30)), NOW).lots

    assert (lot.purchase, lot.granted_at, lot.expires_at) == (sold("L1"), NOW, in_days(30))


def test_T24_a_purchase_told_after_its_end_expires_at_once() -> None:
    book = a_book(a_lot(100))

    decision = applied(book, grant(book, a_grant(200, NOW), NOW))

    assert (book.granted, book.free, book.expired) == (300, 100, 200)
    assert [fact for fact, _ in decision.says] == [CreditsGranted, CreditsExpired]


def test_T24_what_is_free_of_a_lot_past_its_time_expires_and_what_is_held_waits() -> None:
    book = a_book(a_lot(100, expires_at=in_days(1)), a_lot(100, number=2))
    a_hold(book, 30)

    transfers = due(book, in_days(1))

    assert transfers == (Transfer(Kind.EXPIRED, LedgerAccount.FREE, LedgerAccount.EXPIRED, 70, 1),)
    assert due(book, in_days(1) - timedelta(microseconds=1)) == ()


def test_asking_for_expiry_does_no_more_than_what_is_due() -> None:
    assert expire(a_book(), Expire(an_id(), OWNER, 0), NOW) == Decision()


def test_R38_T5_what_a_guest_with_access_paid_for_sleeps_and_an_operator_is_told() -> None:
    book = an_own_wallet(closed="GUEST")

    decision = accepted(booked(book, grant(book, a_grant(200, in_days(30)), NOW)))

    [lot] = decision.lots
    assert (book.free, book.dormant, lot.dormant_since, lot.withheld) == (0, 200, NOW, False)
    said = dict(decision.says)
    assert said[CreditsGranted]["dormant"] is True
    assert said[OrderWithheld]["reason"] == "organizational_credits_assigned"
    conserves(book)


def test_R30_what_a_member_ordered_before_he_was_one_sleeps_without_an_alarm() -> None:
    book = an_own_wallet(closed="MEMBER")

    decision = accepted(booked(book, grant(book, a_grant(200), NOW)))

    assert book.dormant == 200
    assert [fact for fact, _ in decision.says] == [CreditsGranted]


@pytest.mark.parametrize("closed", ["MEMBER", None])
def test_T18_what_a_member_bought_is_withheld_wherever_he_is_now(closed: ClosedRole | None) -> None:
    book = an_own_wallet(closed=closed)

    decision = accepted(booked(book, grant(book, a_grant(200, withheld=True), NOW)))

    assert (book.free, book.dormant, decision.lots[0].withheld) == (0, 200, True)
    said = dict(decision.says)
    assert said[OrderWithheld]["reason"] == "members_may_not_purchase"


def test_T24_a_lot_whose_time_is_over_does_not_sleep() -> None:
    book = an_own_wallet(closed="GUEST")

    booked(book, grant(book, a_grant(200, NOW), NOW))

    assert (book.dormant, book.expired) == (0, 200)


def test_R47_A15_an_account_gets_the_trial_credits_of_an_offer_as_promotional_ones() -> None:
    book = an_own_wallet()

    decision = accepted(booked(book, grant_trial(book, a_trial(), NOW)))

    [lot] = decision.lots
    assert (lot.category, lot.purchase.store, lot.purchase.order_id) == (1, "trial", "spring")
    assert decision.result == {"lot": 1, "amount": "0.00002"}
    assert book.free == 20


def test_A15_an_offer_is_taken_once_per_account() -> None:
    book = an_own_wallet()
    booked(book, grant_trial(book, a_trial(), NOW))
    book.found[TrialTaken, ANA, "autumn"] = (True, 0)

    again = refused(grant_trial(book, a_trial(), NOW))
    before = refused(grant_trial(book, a_trial(offer="autumn"), NOW))
    other = grant_trial(book, a_trial(offer="winter"), NOW)

    assert again.code == before.code == RefusalCode.TRIAL_ALREADY_USED
    assert isinstance(other, Decision)


def test_A15_a_pool_may_have_the_trials_of_one_administrator_after_another() -> None:
    book = a_book()
    booked(book, grant_trial(book, a_trial(), NOW))
    book.access[BEN] = a_person(role="ADMINISTRATOR")

    [lot] = accepted(grant_trial(book, a_trial(person=BEN), NOW)).lots

    assert lot.purchase.line_no == 2


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("MEMBER", RefusalCode.MEMBERS_MAY_NOT_PURCHASE),
        ("GUEST", RefusalCode.ORGANIZATIONAL_CREDITS_ASSIGNED),
    ],
)
def test_R47_A4_no_trial_credits_come_into_a_closed_wallet(
    role: ClosedRole, code: RefusalCode
) -> None:
    assert refused(grant_trial(an_own_wallet(closed=role), a_trial(), NOW)).code == code


def test_R47_trial_credits_are_for_whoever_has_the_wallet() -> None:
    refusal = refused(grant_trial(a_book(ben=a_person(role="GUEST")), a_trial(person=BEN), NOW))

    assert refusal.code == RefusalCode.NOT_ADMINISTRATOR
