"""Who administers a pool: who founds the organization, and who follows him."""

import pytest
from msgspec.structs import replace

from services.credit_ledger.rules.book import Access, Book, PersonRole
from services.credit_ledger.rules.records import (
    ClosedRole,
    Closing,
    Renamed,
    RoleBegan,
)
from services.credit_ledger.rules.roles import change_administrator, open_pool
from shared.contracts.credit_facts import AccessChanged
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.rules.credit_ledger.books import (
    ANA,
    BEN,
    NOW,
    OWNER,
    a_book,
    a_lot,
    a_person,
    accepted,
    applied,
    in_days,
    refused,
)
from tests.rules.credit_ledger.people import (
    a_change,
    a_pool,
    an_opening,
    an_own_book,
    applied_to_both,
    closed_for,
    own_decision,
    state_of,
)

ELSEWHERE = an_id()


@pytest.mark.parametrize("known", [True, False])
def test_A11_an_own_wallet_becomes_the_pool_and_nothing_moves(*, known: bool) -> None:
    book = a_book()
    book.kind, book.owner = "ACCOUNT", ANA
    owner = Access(ANA, "OWNER", "unlimited", None, 7, 3, epoch=2, count=1)
    book.access[ANA] = owner if known else None

    decision = accepted(open_pool(book, an_opening(), NOW))

    assert decision.transfers == ()
    assert decision.label == ("ORGANIZATION", OWNER)
    assert state_of(decision.access) == (
        "ADMINISTRATOR", "unlimited", None, *((7, 3, 1) if known else (0, 0, 0)),
    )  # fmt: skip
    assert decision.records == (RoleBegan(ANA, "ADMINISTRATOR", NOW),)


def test_T9_an_organization_that_is_active_again_begins_no_role() -> None:
    decision = accepted(open_pool(a_pool(), an_opening(), NOW))

    assert decision.records == ()
    assert state_of(decision.access) == ("ADMINISTRATOR", "unlimited", None, 0, 0, 0)


def test_R5_a_pool_never_becomes_that_of_a_second_organization() -> None:
    refusal = refused(open_pool(a_pool(), an_opening(ELSEWHERE), NOW))

    assert refusal.code == RefusalCode.ACCOUNT_ALREADY_HAS_ORGANIZATION


def test_R7_T16_an_organization_keeps_its_pool_when_its_former_administrator_is_told_of() -> None:
    own = an_own_book(owner=ANA)
    own.own = {OWNER: a_pool()}

    assert refused(open_pool(own, an_opening(), NOW)).code == RefusalCode.ADMINISTRATOR_EXISTS


def test_A11_a_wallet_closed_for_a_member_opens_with_the_organization_he_founds() -> None:
    own = an_own_book(a_lot(40), owner=ANA, closed="MEMBER")
    own.lots[0].dormant, own.lots[0].free, own.lots[0].dormant_since = 40, 0, NOW
    own.free, own.dormant, own.closed_by = 0, 40, ELSEWHERE

    decision = applied(own, open_pool(own, an_opening(), NOW))

    assert (own.free, own.dormant) == (40, 0)
    assert closed_for(own) == (None, None)
    assert decision.access is not None
    assert (decision.access.role, decision.access.epoch) == ("ADMINISTRATOR", own.epoch)


def succeeded(role: ClosedRole = "MEMBER", *, ana: Book | None = None) -> Book:
    """Ben, a Member with a quota, succeeds Ana, who has nothing of her own."""
    book = a_pool(a_person("quota", 120, captured=84, held=6))
    book.own[ANA] = ana or an_own_book(owner=ANA)
    applied_to_both(book, change_administrator(book, a_change(role), NOW))
    return book


@pytest.mark.parametrize("role", ["MEMBER", "GUEST"])
def test_R7_T16_one_administrator_follows_the_other_in_one_decision(role: ClosedRole) -> None:
    book = succeeded(role)

    assert state_of(book.access[BEN]) == ("ADMINISTRATOR", "unlimited", None, 84, 6, 0)
    assert state_of(book.access[ANA]) == (role, "disabled", None, 0, 0, 0)
    assert book.free == 500


def test_T16_names_move_the_new_ones_to_the_pool_and_the_formers_to_his_own() -> None:
    book = succeeded()

    assert [record for record in book.left if isinstance(record, Renamed)] == [
        Renamed(BEN, book.id),
        Renamed(ANA, book.own[ANA].id),
    ]


def test_T17_the_roles_change_at_the_time_that_membership_tells() -> None:
    book = a_pool()
    book.own[ANA] = an_own_book(owner=ANA)

    decision = accepted(change_administrator(book, a_change("GUEST"), in_days(1)))

    assert {record for record in decision.records if isinstance(record, RoleBegan)} == {
        RoleBegan(ANA, "GUEST", NOW),
        RoleBegan(BEN, "ADMINISTRATOR", NOW),
    }


def test_T16_both_accesses_are_told_of() -> None:
    book = a_pool()
    book.own[ANA] = an_own_book(owner=ANA)

    decision = accepted(change_administrator(book, a_change(), NOW))

    assert decision.access is not None
    assert decision.access.person == BEN
    assert [line["account_id"] for kind, line in decision.says if kind is AccessChanged] == [
        str(ANA)
    ]


def test_T16_a_former_administrator_who_is_a_member_has_a_closed_wallet() -> None:
    assert closed_for(succeeded("MEMBER").own[ANA]) == (OWNER, "MEMBER")


def test_T16_a_former_administrator_who_is_a_guest_has_an_open_wallet() -> None:
    closed = an_own_book(owner=ANA, closed="MEMBER")

    assert closed_for(succeeded("GUEST").own[ANA]) == (None, None)
    assert closed_for(succeeded("GUEST", ana=closed).own[ANA]) == (None, None)


def test_T16_what_is_the_new_administrators_own_sleeps_while_no_name_leads_there() -> None:
    own = an_own_book(a_lot(40))
    book = a_pool(a_person("disabled", role="GUEST"), own=own)
    book.own[ANA] = an_own_book(owner=ANA)

    applied_to_both(book, change_administrator(book, a_change(), NOW))

    assert closed_for(own) == (OWNER, "MEMBER")
    assert (own.free, own.dormant) == (0, 40)


def test_T16_A11_a_pool_closed_for_its_administrators_being_a_guest_opens_for_the_next() -> None:
    book = a_pool()
    book.own[ANA] = an_own_book(owner=ANA)
    book.closed_by, book.closed_role = ELSEWHERE, "GUEST"
    book.free, book.dormant = 0, 500
    [lot] = book.lots
    lot.free, lot.dormant, lot.dormant_since = 0, 500, NOW

    applied_to_both(book, change_administrator(book, a_change("GUEST"), NOW))

    assert closed_for(book) == (None, None)
    assert (book.free, book.dormant) == (500, 0)
    assert closed_for(book.own[ANA]) == (ELSEWHERE, "GUEST")


def test_I7_T16_the_change_begins_one_epoch_of_all_three_wallets() -> None:
    book = a_pool(replace(a_person(), epoch=4))
    book.own[ANA], book.epoch = an_own_book(owner=ANA), 9

    applied_to_both(book, change_administrator(book, a_change(), NOW))

    people = [book.access[ANA], book.access[BEN]]
    assert [access.epoch for access in people if access is not None] == [10, 10]
    assert {its.epoch for its in (book, book.own[ANA], book.own[BEN])} == {10}


def test_A11_a_new_administrator_who_owns_a_pool_elsewhere_keeps_it_open() -> None:
    book = a_pool()
    book.own[ANA] = an_own_book(owner=ANA)
    book.own[BEN].kind, book.own[BEN].closed_by, book.own[BEN].closed_role = (
        "ORGANIZATION", None, None,
    )  # fmt: skip

    decision = accepted(change_administrator(book, a_change(), NOW))

    assert own_decision(decision).closing == Closing(None, None, 1)


def succeeding() -> Book:
    book = a_pool()
    book.own[ANA] = an_own_book(owner=ANA)
    return book


@pytest.mark.parametrize(
    ("pool", "anas", "bens", "known"), [(4, 0, 0, 0), (0, 4, 0, 0), (0, 0, 4, 0), (0, 0, 0, 4)]
)
def test_I7_T16_the_epoch_is_later_than_any_of_the_three_wallets_and_both_accesses(
    pool: int, anas: int, bens: int, known: int
) -> None:
    book = succeeding()
    book.epoch, book.own[ANA].epoch, book.own[BEN].epoch = pool, anas, bens
    book.access[BEN] = replace(a_person(), epoch=known)

    decision = accepted(change_administrator(book, a_change("GUEST"), NOW))

    assert decision.access is not None
    assert decision.access.epoch == 5
    his = own_decision(decision, ANA).people[0]
    assert his.epoch == 5


def test_T16_T5_the_former_who_is_a_guest_has_his_own_awake_and_the_time_it_slept() -> None:
    book, act = succeeding(), a_change("GUEST")
    lot = a_lot(0, expires_at=in_days(3))
    lot.granted = lot.dormant = 40
    lot.dormant_since = NOW
    own = book.own[ANA] = an_own_book(lot, owner=ANA, closed="MEMBER")
    own.dormant = 40

    decision = accepted(change_administrator(book, act, in_days(2)))
    applied(own, own_decision(decision, ANA))

    assert (own.free, lot.expires_at, own.epoch) == (40, in_days(5), 1)
    assert own_decision(decision, ANA).says[1] == (
        AccessChanged,
        {"id": str(act.command), "account_id": str(ANA), "mode": "unlimited"},
    )


def test_T16_the_former_who_is_a_guest_elsewhere_falls_asleep_now() -> None:
    book = a_pool()
    own = book.own[ANA] = an_own_book(a_lot(40), owner=ANA)
    book.closed_by, book.closed_role, book.free = an_id(), "GUEST", 0

    decision = accepted(change_administrator(book, a_change("GUEST"), in_days(1)))
    applied(own, own_decision(decision, ANA))

    assert own.lots[0].dormant_since == in_days(1)
    assert own.epoch == 1


def test_T16_a_new_administrator_whom_the_pool_does_not_know_begins_with_nothing() -> None:
    book = succeeding()
    book.access[BEN] = None

    decision = accepted(change_administrator(book, a_change("GUEST"), NOW))

    assert decision.access == Access(BEN, "ADMINISTRATOR", "unlimited", None, 0, 0, epoch=1)
    assert decision.people == (Access(ANA, "GUEST", "disabled", None, 0, 0, epoch=1),)


@pytest.mark.parametrize("role", ["MEMBER", "GUEST", "REMOVED", None])
def test_R7_T16_nobody_follows_whoever_was_not_the_administrator(role: PersonRole | None) -> None:
    book = succeeding()
    book.access[ANA] = None if role is None else Access(ANA, role, "disabled", None, 0, 0)

    refusal = refused(change_administrator(book, a_change(), NOW))

    assert refusal.code == RefusalCode.NOT_ADMINISTRATOR


def test_T16_what_the_former_used_stays_counted() -> None:
    book = succeeding()
    book.access[ANA] = Access(ANA, "ADMINISTRATOR", "unlimited", None, 84, 6, count=2)

    [former] = accepted(change_administrator(book, a_change(), NOW)).people

    assert (former.captured, former.held, former.count) == (84, 6, 2)
