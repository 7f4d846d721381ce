"""Who may draw on a pool: set by its Administrator, counted per person."""

from uuid import UUID

import pytest
from msgspec.structs import replace

from services.credit_ledger.rules.access import edit_quota, restart_quota, set_access
from services.credit_ledger.rules.book import Access, Book, QuotaPeriod
from services.credit_ledger.rules.holds import capture, void
from services.credit_ledger.rules.records import CountEnded, CountMoved
from services.credit_ledger.rules.spending import authorize, debit
from services.credit_ledger.rules.terms import Terms
from shared.contracts.credit_facts import QuotaRestarted
from shared.contracts.credits import AccessMode
from shared.contracts.refusals import RefusalCode
from tests.rules.credit_ledger.books import (
    ANA,
    BEN,
    CHLOE,
    NOW,
    a_capture,
    a_debit,
    a_hold,
    a_person,
    a_void,
    accepted,
    an_access,
    an_authorize,
    applied,
    in_days,
    refused,
)
from tests.rules.credit_ledger.people import (
    a_pool,
    a_restart,
    an_edit,
    applied_to_both,
    own_decision,
)


def mode_of(access: Access | None) -> tuple[AccessMode, int | None]:
    assert access is not None
    return access.mode, access.quota


def used_of(access: Access | None) -> tuple[int, int]:
    assert access is not None
    return access.captured, access.held


def test_R20_the_administrator_enables_unlimited_access() -> None:
    book = a_pool(a_person("disabled"))

    decision = accepted(set_access(book, an_access("unlimited"), NOW))

    assert mode_of(decision.access) == ("unlimited", None)


def test_R21_R24_access_is_disabled_whatever_it_was_and_its_use_kept() -> None:
    for before in (a_person(captured=84), a_person("quota", 120, captured=84)):
        decision = accepted(set_access(a_pool(before), an_access("disabled"), NOW))

        assert mode_of(decision.access) == ("disabled", None)
        assert used_of(decision.access) == (84, 0)


def test_R22_setting_a_quota_keeps_what_was_used() -> None:
    book = a_pool(a_person(captured=84, held=6))

    decision = accepted(set_access(book, an_access("quota", 120), NOW))

    assert mode_of(decision.access) == ("quota", 120)
    assert used_of(decision.access) == (84, 6)


@pytest.mark.parametrize(
    ("mode", "quota"), [("quota", 0), ("quota", None), ("unlimited", 5), ("disabled", 5)]
)
def test_R22_a_quota_is_a_number_above_zero_and_goes_with_no_other_mode(
    mode: AccessMode, quota: int | None
) -> None:
    refusal = refused(set_access(a_pool(), an_access(mode, quota), NOW))

    assert (refusal.code, refusal.value) == (RefusalCode.INVALID_QUOTA, quota)


def test_T10_R23_a_quota_may_be_set_below_its_use() -> None:
    book = a_pool(a_person("quota", 120, captured=84))

    decision = accepted(set_access(book, an_access("quota", 60), NOW))

    assert mode_of(decision.access) == ("quota", 60)
    assert used_of(decision.access) == (84, 0)


def test_T12_unlimited_access_that_is_disabled_does_not_restore_the_former_quota() -> None:
    book = a_pool(a_person("quota", 120))

    for mode in ("unlimited", "disabled"):
        decision = applied_to_both(book, set_access(book, an_access(mode), NOW))

    assert mode_of(decision.access) == ("disabled", None)


def test_R25_the_administrators_access_is_nobodys_to_set() -> None:
    quota = replace(an_access("quota", 5), person=ANA)
    own = replace(an_access("disabled"), person=ANA)
    edit = an_edit(5, person=ANA)

    for decided in (
        set_access(a_pool(), quota, NOW),
        set_access(a_pool(), own, NOW),
        edit_quota(a_pool(), edit, NOW),
    ):
        assert refused(decided).code == RefusalCode.QUOTA_NOT_APPLICABLE_TO_ADMINISTRATOR


@pytest.mark.parametrize("by", [None, BEN, CHLOE])
def test_R2_nobody_but_the_administrator_sets_edits_or_restarts(by: UUID | None) -> None:
    book = a_pool(a_person("quota", 120))

    for decided in (
        set_access(book, replace(an_access("unlimited"), by=by), NOW),
        edit_quota(book, an_edit(5, by=by), NOW),
        restart_quota(book, a_restart(by=by), NOW),
    ):
        assert refused(decided).code == RefusalCode.NOT_ADMINISTRATOR


def test_whoever_is_not_in_the_organization_has_no_access_to_set_edit_or_restart() -> None:
    removed = a_pool(a_person("disabled", role="REMOVED"))

    for decided in (
        set_access(a_pool(), replace(an_access("unlimited"), person=CHLOE), NOW),
        set_access(removed, an_access("unlimited"), NOW),
        edit_quota(removed, an_edit(5), NOW),
        restart_quota(removed, a_restart(), NOW),
        restart_quota(a_pool(), a_restart(person=CHLOE), NOW),
    ):
        assert refused(decided).code == RefusalCode.NOT_IN_ORGANIZATION


def test_R52_setting_a_quota_larger_than_the_pool_moves_nothing() -> None:
    decision = accepted(set_access(a_pool(), an_access("quota", 10_000), NOW))

    assert decision.transfers == own_decision(decision).transfers == ()


def test_R23_editing_changes_the_limit_alone_and_no_own_wallet() -> None:
    before = a_person("quota", 120, captured=84, held=6)

    decision = accepted(edit_quota(a_pool(before), an_edit(150), NOW))

    assert decision.access == replace(before, quota=150)
    assert decision.own == ()


@pytest.mark.parametrize("mode", ["unlimited", "disabled"])
def test_R23_without_a_quota_there_is_none_to_edit(mode: AccessMode) -> None:
    refusal = refused(edit_quota(a_pool(a_person(mode)), an_edit(5), NOW))

    assert refusal.code == RefusalCode.NO_QUOTA


def test_R22_R23_a_quota_is_not_edited_to_zero() -> None:
    refusal = refused(edit_quota(a_pool(a_person("quota", 120)), an_edit(0), NOW))

    assert (refusal.code, refusal.value) == (RefusalCode.INVALID_QUOTA, 0)


def test_T10_a_quota_edited_below_its_use_leaves_nothing_and_its_holds_alone() -> None:
    book = a_pool(a_person("quota", 120))
    hold = a_hold(book, 90)
    applied(book, edit_quota(book, an_edit(60), NOW))

    refusal = refused(debit(book, a_debit(1), NOW))
    charged = accepted(capture(book, a_capture(hold, 84), NOW))

    assert (refusal.code, refusal.left) == (RefusalCode.QUOTA_EXCEEDED, 0)
    assert used_of(charged.access) == (84, 0)


def test_R22_a_restart_begins_a_count_and_keeps_the_one_that_ended() -> None:
    book = a_pool(a_person("quota", 120, captured=84, held=6))

    decision = accepted(restart_quota(book, a_restart(), NOW))

    [fresh] = decision.people
    assert (fresh.count, used_of(fresh), mode_of(fresh)) == (1, (0, 0), ("quota", 120))
    assert decision.records == (CountEnded(BEN, 0, "quota", 120, 84, 6, NOW, book.seq),)
    assert [said for said, _ in decision.says] == [QuotaRestarted]
    assert decision.access is None


@pytest.mark.parametrize("person", [ANA, BEN])
def test_R22_use_is_counted_and_restarted_in_every_mode(person: UUID) -> None:
    decision = accepted(restart_quota(a_pool(), a_restart(person=person), NOW))

    [fresh] = decision.people
    assert (fresh.person, fresh.mode, fresh.count) == (person, "unlimited", 1)


def test_T12_what_is_held_counts_where_it_was_authorized_across_a_restart() -> None:
    book = a_pool(a_person("quota", 120))
    hold = a_hold(book, 90)
    applied_to_both(book, restart_quota(book, a_restart(), NOW))

    again = applied(book, authorize(book, an_authorize(120), NOW))
    charged = applied(book, capture(book, a_capture(hold, 84), NOW))

    assert used_of(again.access) == (0, 120)
    assert used_of(charged.access) == (0, 120)
    assert charged.records == (CountMoved(BEN, 0, 84, -90),)


def with_period(book: Book, period: QuotaPeriod = "month") -> Book:
    """Ben has 120 a month, of which 84 are used and 30 held since January in Sofia."""
    book.terms = Terms(zone="Europe/Sofia")
    act = replace(an_access("quota", 120), period=period)
    applied_to_both(book, set_access(book, act, NOW))
    return book


def test_A18_a_period_renews_at_the_start_of_the_day_the_organization_has() -> None:
    book = with_period(a_pool())

    access = book.access[BEN]
    assert access is not None
    assert access.renews_at == NOW.replace(month=2, day=28, hour=22)


def test_T12_a_period_renews_by_itself_and_what_is_held_counts_where_it_was_authorized() -> None:
    book = with_period(a_pool())
    hold = a_hold(book, 90)
    late = in_days(28)

    spent = applied(book, debit(book, a_debit(120), late))
    given = applied(book, void(book, a_void(replace(hold)), NOW))

    assert used_of(spent.access) == (120, 0)
    assert spent.records == (CountEnded(BEN, 0, "quota", 120, 0, 90, late, book.seq),)
    assert used_of(given.access) == (120, 0)
    assert given.records == (CountMoved(BEN, 0, 0, -90),)


def test_T12_a_change_after_the_period_is_over_keeps_the_use_of_the_new_count() -> None:
    book = with_period(a_pool(a_person(captured=84)))
    late = in_days(40)

    edited = accepted(edit_quota(book, an_edit(60), late))
    changed = accepted(set_access(book, an_access("unlimited"), late))

    for decision in (edited, changed):
        assert used_of(decision.access) == (0, 0)
        assert decision.records == (CountEnded(BEN, 0, "quota", 120, 84, 0, late, book.seq),)
        assert [said for said, _ in decision.says] == [QuotaRestarted]


def test_A7_a_quota_without_a_period_never_renews() -> None:
    book = a_pool(a_person("quota", 120, captured=84))

    refusal = refused(debit(book, a_debit(37), in_days(4000)))

    assert (refusal.code, refusal.left) == (RefusalCode.QUOTA_EXCEEDED, 36)


def test_R51_an_observed_quota_refuses_nothing_and_says_so_and_the_pool_still_does() -> None:
    book = a_pool(a_person("quota", 120))
    book.terms = Terms(observe=True)

    observed = applied(book, debit(book, a_debit(200), NOW))
    empty = refused(debit(book, a_debit(301), NOW))

    assert observed.flags == (RefusalCode.QUOTA_EXCEEDED,)
    assert empty.binding == (RefusalCode.POOL_INSUFFICIENT,)
