"""What changes of roles and access say, to the last field, and the epochs they begin."""

import pytest
from msgspec.structs import replace

from services.credit_ledger.rules.access import restart_quota, set_access
from services.credit_ledger.rules.book import Access, Book, Decision
from services.credit_ledger.rules.records import ClosedRole, CountEnded
from services.credit_ledger.rules.requests import (
    OPEN_MAX,
    OpenOf,
    RequestDecided,
    decide_request,
    request_credits,
)
from services.credit_ledger.rules.roles import change_administrator, open_pool, set_role
from shared.contracts.credit_facts import AccessChanged, QuotaRestarted
from shared.contracts.credit_notices import RequestApproved, RequestDeclined
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.rules.credit_ledger.books import (
    ANA,
    BEN,
    CHLOE,
    NOW,
    OWNER,
    a_lot,
    a_person,
    accepted,
    an_access,
    applied,
    in_days,
    refused,
)
from tests.rules.credit_ledger.people import (
    a_change,
    a_decline,
    a_pool,
    a_request,
    a_restart,
    a_role,
    an_approval,
    an_opening,
    an_own_book,
    applied_to_both,
    closed_for,
    own_decision,
    without_ben,
)

GUEST = a_person("disabled", role="GUEST")
CREDIT = 1_000_000


def lines(decision: Decision) -> list[dict[str, object]]:
    return [line for kind, line in decision.says if kind is AccessChanged]


def with_ana(book: Book) -> Book:
    book.own[ANA] = an_own_book(owner=ANA)
    return book


def test_what_closes_and_opens_an_own_wallet_tells_its_owners_access_there() -> None:
    closes = an_access("unlimited")
    opens = an_access("disabled")

    shut = accepted(set_access(a_pool(GUEST), closes, NOW))
    reopened = accepted(set_access(a_pool(a_person("quota", 5, role="GUEST")), opens, NOW))

    assert lines(own_decision(shut)) == [
        {"id": str(closes.command), "account_id": str(BEN), "mode": "disabled"}
    ]
    assert lines(own_decision(reopened)) == [
        {"id": str(opens.command), "account_id": str(BEN), "mode": "unlimited"}
    ]


def test_so_does_a_role() -> None:
    joins, leaves = a_role("MEMBER"), a_role("REMOVED")

    joined = accepted(set_role(without_ben(), joins, NOW))
    left = accepted(set_role(a_pool(a_person("disabled")), leaves, NOW))

    assert [line["id"] for line in lines(own_decision(joined))] == [str(joins.command)]
    assert [line["id"] for line in lines(own_decision(left))] == [str(leaves.command)]


def test_T16_a_succession_tells_of_the_former_and_of_both_own_wallets() -> None:
    act = a_change()
    own = an_own_book(a_lot(40))
    book = with_ana(a_pool(a_person("disabled", role="GUEST"), own=own))
    book.own[ANA].access[ANA] = Access(ANA, "OWNER", "unlimited", None, 0, 0)

    decision = accepted(change_administrator(book, act, in_days(1)))
    applied(own, own_decision(decision))

    gone: dict[str, object] = {
        "id": str(act.command), "account_id": str(ANA), "mode": "disabled",
    }  # fmt: skip
    assert lines(decision) == lines(own_decision(decision, ANA)) == [gone]
    assert lines(own_decision(decision, BEN)) == [gone | {"account_id": str(BEN)}]
    assert own.lots[0].dormant_since == in_days(1)


@pytest.mark.parametrize("mode", ["disabled", "unlimited"])
def test_I7_an_epoch_begins_where_nothing_else_changes(mode: str) -> None:
    """A Guest's disabled access is disabled, or a Member's who owns a pool is enabled."""
    own = an_own_book()
    person = GUEST
    if mode == "unlimited":
        own.kind, person = "ORGANIZATION", a_person("disabled")
    book = a_pool(person, own=own)
    act = an_access("unlimited" if mode == "unlimited" else "disabled")

    decision = applied_to_both(book, set_access(book, act, NOW))

    assert closed_for(own) == (None, None)
    assert own_decision(decision).says == ()
    his = own.access[BEN]
    assert his is not None
    assert (his.mode, his.epoch, own.epoch) == ("unlimited", 1, 1)


def test_I7_an_own_wallet_that_does_not_know_its_owner_has_its_epoch_all_the_same() -> None:
    own = an_own_book()
    own.access = {}
    book = a_pool(GUEST, own=own)

    decision = applied_to_both(book, set_access(book, an_access("disabled"), NOW))

    assert own_decision(decision).people == ()
    assert own.epoch == 1


@pytest.mark.parametrize("role", ["MEMBER", "GUEST"])
def test_I7_the_first_epoch_is_one(role: ClosedRole) -> None:
    book = without_ben()

    decision = applied_to_both(book, set_role(book, a_role(role), NOW))

    assert decision.access is not None
    assert decision.access == Access(BEN, role, "disabled", None, 0, 0, epoch=1)
    his = book.own[BEN].access[BEN]
    assert his is not None
    assert his.epoch == book.own[BEN].epoch == 1


@pytest.mark.parametrize("known", [0, 9])
def test_I7_a_role_begins_a_later_epoch_than_any_before(known: int) -> None:
    book = a_pool(replace(a_person("disabled"), epoch=known))
    book.own[BEN].epoch = 4

    decision = accepted(set_role(book, a_role("REMOVED"), NOW))

    assert decision.access is not None
    assert decision.access.epoch == max(known, 4) + 1


def test_R28_a_member_whose_own_wallet_stood_open_has_it_closed_with_access() -> None:
    own = an_own_book(a_lot(40))
    book = a_pool(a_person("disabled"), own=own)

    applied_to_both(book, set_access(book, an_access("unlimited"), in_days(1)))

    assert closed_for(own) == (OWNER, "MEMBER")
    assert own.lots[0].dormant_since == in_days(1)


def test_R16_whoever_loses_access_loses_his_period_with_it() -> None:
    person = replace(a_person("quota", 60, captured=3), period="week", renews_at=in_days(3))

    for decision in (
        accepted(set_role(a_pool(person), a_role("REMOVED"), NOW)),
        accepted(set_access(a_pool(person), an_access("disabled"), NOW)),
    ):
        assert decision.access is not None
        assert (decision.access.period, decision.access.renews_at) == (None, None)


def test_T12_a_count_that_ends_with_a_return_keeps_what_it_was_under() -> None:
    book = a_pool(replace(a_person("quota", 60, captured=54, held=3, role="GUEST"), told=80))

    decision = accepted(set_role(book, a_role("MEMBER"), NOW))

    assert decision.records[0] == CountEnded(BEN, 0, "quota", 60, 54, 3, NOW, book.seq)
    assert decision.access is not None
    assert (decision.access.told, decision.access.count) == (0, 1)


def test_R22_a_restart_tells_the_count_that_began_and_what_the_last_one_used() -> None:
    person = replace(a_person("quota", 9, captured=7 * CREDIT), period="day", told=80)

    decision = accepted(restart_quota(a_pool(person), a_restart(), NOW))

    line = {"account_id": str(BEN), "count": 1, "captured": "7", "by": str(ANA)}
    assert decision.says == ((QuotaRestarted, line),)
    [fresh] = decision.people
    assert fresh.told == 0
    assert fresh.renews_at == NOW.replace(day=2, hour=0)


def test_R5_R22_refusals_name_the_limit() -> None:
    second = refused(open_pool(a_pool(), an_opening(an_id()), NOW))
    own = an_own_book(owner=ANA)
    own.own = {OWNER: a_pool()}
    former = refused(open_pool(own, an_opening(), NOW))
    quota = refused(set_access(a_pool(), an_access("quota", 0), NOW))

    assert (second.code, second.limit) == (
        RefusalCode.ACCOUNT_ALREADY_HAS_ORGANIZATION, "owner",
    )  # fmt: skip
    assert (former.limit, quota.limit) == ("owner", "quota")


@pytest.mark.parametrize("epoch", [0, 3])
def test_A11_founding_an_organization_begins_no_epoch_of_an_open_wallet(epoch: int) -> None:
    own = an_own_book(owner=ANA)
    own.access[ANA] = Access(ANA, "OWNER", "unlimited", None, 0, 0, epoch=epoch)

    decision = accepted(open_pool(own, an_opening(), NOW))

    assert decision.access == Access(ANA, "ADMINISTRATOR", "unlimited", None, 0, 0, epoch=epoch)


def test_A11_founding_an_organization_opens_what_was_closed_for_a_member() -> None:
    act, own = an_opening(), an_own_book(owner=ANA, closed="MEMBER")
    own.epoch = 4

    decision = applied(own, open_pool(own, act, NOW))

    assert decision.access == Access(ANA, "ADMINISTRATOR", "unlimited", None, 0, 0, epoch=5)
    assert decision.people == ()
    assert own.epoch == 5
    assert lines(decision) == [
        {"id": str(act.command), "account_id": str(ANA), "mode": "unlimited"}
    ]


def test_A11_a_pool_closed_for_a_guest_stays_closed_when_it_is_activated_again() -> None:
    book = a_pool()
    book.closed_by, book.closed_role, book.epoch = an_id(), "GUEST", 4

    assert accepted(open_pool(book, an_opening(), NOW)).closing is None


def test_decisions_on_requests_tell_whose_they_are_and_why() -> None:
    act = a_request("quota", 9 * CREDIT)
    book = a_pool(GUEST)
    applied_to_both(book, request_credits(book, act, NOW))
    approval = replace(an_approval(act), answer="of course")

    declined = accepted(decide_request(book, a_decline(act), NOW))
    approved = accepted(decide_request(book, approval, NOW))

    line = {
        "request_id": str(act.command),
        "account_id": str(BEN),
        "mode": "quota",
        "limit": "9",
    }
    line["by"] = str(ANA)
    assert declined.says == ((RequestDeclined, {**line, "reason": "not this month"}),)
    assert approved.says == ((RequestApproved, {**line, "reason": "of course"}),)
    assert lines(own_decision(approved))[0]["id"] == str(approval.command)
    decided = RequestDecided(act.command, "approved", 9 * CREDIT, ANA, NOW, "of course")
    assert approved.records == (decided,)


def test_one_request_decided_leaves_the_others_open() -> None:
    book = a_pool()
    first, second = a_request(), a_request()
    for act in (first, second):
        applied_to_both(book, request_credits(book, act, NOW))
    applied_to_both(book, decide_request(book, a_decline(first), NOW))

    accepted(decide_request(book, an_approval(second), NOW))
    refusal = refused(decide_request(book, an_approval(first), NOW))

    assert refusal.code == RefusalCode.REQUEST_DECIDED


def test_the_sixth_request_of_a_batch_is_refused_whatever_others_asked_and_was_decided() -> None:
    book = a_pool()
    book.access[CHLOE] = Access(CHLOE, "MEMBER", "disabled", None, 0, 0)
    book.own[CHLOE] = an_own_book(owner=CHLOE, closed="MEMBER")
    hers = a_request(by=CHLOE)
    applied_to_both(book, request_credits(book, hers, NOW))
    applied_to_both(book, decide_request(book, an_approval(hers), NOW))
    applied_to_both(book, restart_quota(book, a_restart(), NOW))

    for _ in range(OPEN_MAX):
        applied_to_both(book, request_credits(book, a_request(), NOW))
    refusal = refused(request_credits(book, a_request(), NOW))

    assert refusal.code == RefusalCode.RATE_LIMITED
    assert OpenOf(BEN) not in book.found
