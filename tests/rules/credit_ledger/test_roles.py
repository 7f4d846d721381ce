"""Who joined and left, and whose own wallet closes and opens with it."""

import pytest
from msgspec.structs import replace

from services.credit_ledger.rules.book import Access
from services.credit_ledger.rules.chart import Kind
from services.credit_ledger.rules.holds import capture, void
from services.credit_ledger.rules.records import (
    ClosedRole,
    CountEnded,
    CountMoved,
    RoleBegan,
    RoleEnded,
)
from services.credit_ledger.rules.roles import set_role
from services.credit_ledger.rules.spending import authorize
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.rules.credit_ledger.books import (
    ANA,
    BEN,
    NOW,
    OWNER,
    a_capture,
    a_hold,
    a_lot,
    a_person,
    a_void,
    accepted,
    an_authorize,
    applied,
    in_days,
    refused,
)
from tests.rules.credit_ledger.people import (
    a_pool,
    a_role,
    an_own_book,
    applied_to_both,
    closed_for,
    own_decision,
    state_of,
    without_ben,
)

ELSEWHERE = an_id()


@pytest.mark.parametrize("role", ["MEMBER", "GUEST"])
def test_R15_whoever_is_added_starts_without_access(role: ClosedRole) -> None:
    decision = accepted(set_role(without_ben(), a_role(role), NOW))

    assert state_of(decision.access) == (role, "disabled", None, 0, 0, 0)
    assert decision.records == (RoleBegan(BEN, role, NOW),)


def test_R16_T2_whoever_is_removed_loses_access_and_keeps_his_count_and_holds() -> None:
    book = a_pool(a_person("quota", 120, captured=84, held=30))

    decision = accepted(set_role(book, a_role("REMOVED"), NOW))

    assert state_of(decision.access) == ("REMOVED", "disabled", None, 84, 30, 0)
    assert decision.records == (RoleEnded(BEN, NOW),)


def test_R16_somebody_who_was_never_there_is_removed_all_the_same() -> None:
    decision = accepted(set_role(without_ben(), a_role("REMOVED"), NOW))

    assert state_of(decision.access) == ("REMOVED", "disabled", None, 0, 0, 0)


def test_T12_removed_and_added_again_starts_a_new_count_and_old_holds_count_in_the_old() -> None:
    book = a_pool(a_person("quota", 120, captured=14))
    hold = a_hold(book, 90)
    applied_to_both(book, set_role(book, a_role("REMOVED"), NOW))

    added = applied_to_both(book, set_role(book, a_role("GUEST"), NOW))
    charged = applied(book, capture(book, a_capture(hold, 84), NOW))

    assert state_of(added.access) == ("GUEST", "disabled", None, 0, 0, 1)
    assert CountEnded(BEN, 0, "disabled", None, 14, 90, NOW, book.seq) in added.records
    assert state_of(charged.access) == ("GUEST", "disabled", None, 0, 0, 1)
    assert charged.records == (CountMoved(BEN, 0, 84, -90),)


def test_T2_an_open_hold_of_whoever_was_removed_stays_his_to_capture() -> None:
    book = a_pool(a_person("quota", 120))
    hold = a_hold(book, 90)
    applied_to_both(book, set_role(book, a_role("REMOVED"), NOW))

    charged = applied(book, capture(book, a_capture(hold, 84), NOW))

    assert state_of(charged.access) == ("REMOVED", "disabled", None, 84, 0, 0)


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("REMOVED", RefusalCode.CANNOT_REMOVE_ADMINISTRATOR),
        ("MEMBER", RefusalCode.ALREADY_IN_ORGANIZATION),
    ],
)
def test_R7_the_administrator_neither_leaves_nor_joins_his_own_organization(
    role: ClosedRole, code: RefusalCode
) -> None:
    book = a_pool()
    book.own[ANA] = book

    assert refused(set_role(book, a_role(role, ANA), NOW)).code == code


def test_R28_a_members_own_wallet_closes_and_what_is_free_in_it_falls_asleep() -> None:
    own = an_own_book(a_lot(40), a_lot(7, number=2, expires_at=in_days(3)))
    book = a_pool(a_person("disabled", role="REMOVED"), own=own)

    decision = applied_to_both(book, set_role(book, a_role("MEMBER"), NOW))

    assert closed_for(own) == (OWNER, "MEMBER")
    assert (own.free, own.dormant) == (0, 47)
    assert {t.kind for t in own_decision(decision).transfers} == {Kind.DORMANT}
    assert [lot.dormant_since for lot in own.lots] == [NOW, NOW]
    assert own.access[BEN] == Access(BEN, "OWNER", "disabled", None, 0, 0, epoch=1)


def test_R28_what_a_member_still_holds_of_his_own_drains_into_sleep() -> None:
    own = an_own_book(a_lot(40))
    own.access[BEN] = Access(BEN, "OWNER", "unlimited", None, 0, 0)
    book = a_pool(a_person("disabled", role="REMOVED"), own=own)
    hold = applied(own, authorize(own, an_authorize(30), NOW)).hold
    assert hold is not None
    applied_to_both(book, set_role(book, a_role("MEMBER"), NOW))

    applied(own, void(own, a_void(hold), NOW))

    assert (own.free, own.held, own.dormant) == (0, 0, 40)


def test_R28_a_member_spends_nothing_of_his_own() -> None:
    own = an_own_book(a_lot(40))
    book = a_pool(a_person("disabled", role="REMOVED"), own=own)
    applied_to_both(book, set_role(book, a_role("MEMBER"), NOW))

    refusal = refused(authorize(own, an_authorize(1), NOW))

    assert refusal.code == RefusalCode.CREDIT_ACCESS_DISABLED


def test_A11_a_pool_does_not_close_because_its_administrator_is_a_member_elsewhere() -> None:
    own = an_own_book(a_lot(40))
    own.kind, own.owner = "ORGANIZATION", ELSEWHERE
    book = a_pool(a_person("disabled", role="REMOVED"), own=own)

    applied_to_both(book, set_role(book, a_role("MEMBER"), NOW))

    assert closed_for(own) == (None, None)
    assert own.free == 40


def test_R40_R41_a_guests_own_wallet_stays_open_until_he_draws_on_the_pool() -> None:
    own = an_own_book(a_lot(40))
    book = a_pool(a_person("disabled", role="REMOVED"), own=own)

    decision = applied_to_both(book, set_role(book, a_role("GUEST"), NOW))

    assert closed_for(own) == (None, None)
    assert (own.free, own.epoch) == (40, 1)
    assert decision.access is not None
    assert decision.access.epoch == 1


def test_T18_T5_whoever_leaves_has_his_own_back_and_the_time_it_slept() -> None:
    own = an_own_book(a_lot(40, expires_at=in_days(10)))
    book = a_pool(a_person("disabled", role="REMOVED"), own=own)
    applied_to_both(book, set_role(book, a_role("MEMBER"), NOW))

    applied_to_both(book, set_role(book, a_role("REMOVED"), in_days(4)))

    [lot] = own.lots
    assert closed_for(own) == (None, None)
    assert (own.free, own.dormant, lot.expires_at, lot.dormant_since) == (
        40, 0, in_days(14), None,
    )  # fmt: skip
    assert own.access[BEN] == Access(BEN, "OWNER", "unlimited", None, 0, 0, epoch=2)


def test_leaving_one_organization_opens_nothing_that_another_closed() -> None:
    own = an_own_book(closed="MEMBER")
    own.closed_by = ELSEWHERE
    book = a_pool(a_person("disabled"), own=own)

    applied_to_both(book, set_role(book, a_role("REMOVED"), NOW))

    assert closed_for(own) == (ELSEWHERE, "MEMBER")


def test_I7_each_change_of_role_begins_an_epoch_of_both_wallets() -> None:
    book = a_pool(replace(a_person("disabled"), epoch=3), own=an_own_book(closed="MEMBER"))
    book.own[BEN].epoch = 7

    decision = applied_to_both(book, set_role(book, a_role("GUEST"), NOW))

    own = book.own[BEN]
    people = [decision.access, own.access[BEN]]
    assert [access.epoch for access in people if access is not None] == [8, 8]
    assert own.epoch == 8
