"""Wishes for access: asked for by Members and Guests, decided by the Administrator."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from services.credit_ledger.rules.access_acts import RequestCredits
from services.credit_ledger.rules.book import Book
from services.credit_ledger.rules.requests import (
    LAPSE_AFTER,
    OPEN_MAX,
    OpenOf,
    Request,
    RequestDecided,
    RequestMade,
    decide_request,
    request_credits,
)
from shared.contracts.credit_access import WishedMode
from shared.contracts.credit_notices import CreditsRequested, RequestApproved, RequestDeclined
from shared.contracts.refusals import RefusalCode
from tests.rules.credit_ledger.books import (
    ANA,
    BEN,
    CHLOE,
    NOW,
    a_lot,
    a_person,
    accepted,
    refused,
)
from tests.rules.credit_ledger.people import (
    a_decline,
    a_pool,
    a_request,
    an_approval,
    an_own_book,
    applied_to_both,
)


def asked(
    book: Book, mode: WishedMode = "quota", quota: int | None = 120_000_000
) -> RequestCredits:
    act = a_request(mode, quota)
    applied_to_both(book, request_credits(book, act, NOW))
    return act


def test_a_request_is_a_fact_for_the_administrator_and_changes_no_access() -> None:
    act = a_request("quota", 120_000_000)

    decision = accepted(request_credits(a_pool(), act, NOW))

    made = RequestMade(act.command, BEN, "quota", 120_000_000, "for the film", NOW)
    assert decision.records == (made,)
    assert decision.access is None
    assert decision.result == {"request_id": str(act.command)}
    line = {
        "request_id": str(act.command),
        "account_id": str(BEN),
        "mode": "quota",
        "limit": "120",
        "reason": "for the film",
    }
    assert decision.says == ((CreditsRequested, line),)


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (None, RefusalCode.NOT_IN_ORGANIZATION),
        (CHLOE, RefusalCode.NOT_IN_ORGANIZATION),
        (ANA, RefusalCode.QUOTA_NOT_APPLICABLE_TO_ADMINISTRATOR),
    ],
)
def test_R25_only_members_and_guests_ask(by: UUID | None, code: RefusalCode) -> None:
    assert refused(request_credits(a_pool(), a_request(by=by), NOW)).code == code


def test_whoever_was_removed_asks_in_vain() -> None:
    book = a_pool(a_person("disabled", role="REMOVED"))

    assert refused(request_credits(book, a_request(), NOW)).code == RefusalCode.NOT_IN_ORGANIZATION


def test_a_person_has_at_most_five_open_requests() -> None:
    book = a_pool()
    book.found[OpenOf(BEN)] = (NOW,) * (OPEN_MAX - 1)
    act = asked(book)

    refusal = refused(request_credits(book, a_request(), NOW))
    applied_to_both(book, decide_request(book, a_decline(act), NOW))

    assert refusal.code == RefusalCode.RATE_LIMITED
    accepted(request_credits(book, a_request(), NOW))


def test_R22_approving_sets_the_quota_that_was_asked_for() -> None:
    book = a_pool(a_person("disabled"))
    act = asked(book)

    decision = accepted(decide_request(book, an_approval(act), NOW))

    assert decision.access is not None
    assert (decision.access.mode, decision.access.quota) == ("quota", 120_000_000)
    assert RequestDecided(act.command, "approved", 120_000_000, ANA, NOW, None) in decision.records
    assert [said for said, _ in decision.says] == [RequestApproved]


def test_R22_the_administrator_may_approve_another_quota() -> None:
    book = a_pool(a_person("disabled"))

    decision = accepted(decide_request(book, an_approval(asked(book), 60_000_000), NOW))

    assert decision.access is not None
    assert decision.access.quota == 60_000_000
    [(_, line)] = decision.says
    assert line["limit"] == "60"


def test_A7_an_approved_quota_keeps_its_period() -> None:
    book = a_pool(replace(a_person("quota", 60), period="week", renews_at=NOW.replace(day=9)))

    decision = accepted(decide_request(book, an_approval(asked(book)), NOW))

    assert decision.access is not None
    assert decision.access.period == "week"


def test_R20_approving_sets_unlimited_access_and_no_quota_goes_with_it() -> None:
    book = a_pool(a_person("quota", 60))
    act = asked(book, "unlimited", None)

    with_quota = refused(decide_request(book, an_approval(act, 5), NOW))
    decision = accepted(decide_request(book, an_approval(act), NOW))

    assert (with_quota.code, with_quota.value) == (RefusalCode.INVALID_QUOTA, 5)
    assert decision.access is not None
    assert (decision.access.mode, decision.access.quota) == ("unlimited", None)


def test_declining_tells_why_and_changes_no_access() -> None:
    book = a_pool(a_person("disabled"))
    act = asked(book)

    decision = accepted(decide_request(book, a_decline(act), NOW))

    assert decision.access is None
    assert decision.own == ()
    declined = RequestDecided(act.command, "declined", None, ANA, NOW, "not this month")
    assert decision.records == (declined,)
    [(said, line)] = decision.says
    assert (said, line["reason"]) == (RequestDeclined, "not this month")


def test_R37_an_approval_meets_the_one_pool_rule_and_leaves_the_request_open() -> None:
    book = a_pool(a_person("disabled", role="GUEST"), own=an_own_book(a_lot(40)))
    act = asked(book)

    refusal = refused(decide_request(book, an_approval(act), NOW))
    book.own[BEN].free = 0

    assert refusal.code == RefusalCode.GUEST_HAS_ACTIVE_PERSONAL_CREDITS
    accepted(decide_request(book, an_approval(act), NOW))


def test_a_request_of_somebody_who_left_is_declined_and_not_approved() -> None:
    book = a_pool()
    act = asked(book)
    book.access[BEN] = a_person("disabled", role="REMOVED")

    refusal = refused(decide_request(book, an_approval(act), NOW))

    assert refusal.code == RefusalCode.NOT_IN_ORGANIZATION
    accepted(decide_request(book, a_decline(act), NOW))


def test_a_request_is_decided_once() -> None:
    book = a_pool()
    act = asked(book)
    applied_to_both(book, decide_request(book, a_decline(act), NOW))

    refusal = refused(decide_request(book, an_approval(act), NOW))

    assert refusal.code == RefusalCode.REQUEST_DECIDED


def test_a_request_that_was_found_is_decided_as_one_of_the_batch_is() -> None:
    book, act = a_pool(), a_request()
    book.found[act.command] = Request(BEN, "unlimited", None, is_open=True, asked_at=NOW)

    accepted(decide_request(book, an_approval(act), NOW))

    book.found[act.command] = Request(BEN, "unlimited", None, is_open=False, asked_at=NOW)
    refusal = refused(decide_request(book, an_approval(act), NOW))
    assert refusal.code == RefusalCode.REQUEST_DECIDED


def test_a_request_lapses_after_thirty_days_and_makes_room_for_another() -> None:
    book, act = a_pool(), a_request()
    old, young = NOW - LAPSE_AFTER, NOW - LAPSE_AFTER + timedelta(seconds=1)
    book.found[OpenOf(BEN)] = (old,) * OPEN_MAX

    accepted(request_credits(book, a_request(), NOW))
    book.found[act.command] = Request(BEN, "unlimited", None, is_open=True, asked_at=old)
    refusal = refused(decide_request(book, an_approval(act), NOW))
    book.found[act.command] = Request(BEN, "unlimited", None, is_open=True, asked_at=young)

    assert refusal.code == RefusalCode.REQUEST_DECIDED
    accepted(decide_request(book, an_approval(act), NOW))


def test_nobody_decides_what_nobody_asked() -> None:
    refusal = refused(decide_request(a_pool(), an_approval(a_request()), NOW))

    assert refusal.code == RefusalCode.UNKNOWN_REQUEST


@pytest.mark.parametrize("by", [None, BEN, CHLOE])
def test_R2_nobody_but_the_administrator_decides(by: UUID | None) -> None:
    book = a_pool()
    act = asked(book)

    refusal = refused(decide_request(book, an_approval(act, by=by), NOW))

    assert refusal.code == RefusalCode.NOT_ADMINISTRATOR
