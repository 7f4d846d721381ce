"""Who may draw on a pool: set by its Administrator, counted per person."""

import pytest
from msgspec.structs import replace

from services.credit_ledger.rules.access import open_pool, set_access, set_role
from services.credit_ledger.rules.acts import OpenPool, SetRole
from services.credit_ledger.rules.book import Access, PersonRole
from shared.contracts.credits import AccessMode
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.rules.credit_ledger.books import (
    ANA,
    BEN,
    CHLOE,
    NOW,
    OWNER,
    a_book,
    a_person,
    accepted,
    an_access,
    refused,
)


def a_role(role: PersonRole) -> SetRole:
    return SetRole(an_id(), OWNER, 1, BEN, role)


def test_R20_the_administrator_enables_unlimited_access() -> None:
    book = a_book(ben=a_person("disabled"))

    assert accepted(set_access(book, an_access("unlimited"), NOW)).access == a_person()


def test_R21_unlimited_access_is_disabled() -> None:
    decision = accepted(set_access(a_book(), an_access("disabled"), NOW))

    assert decision.access == a_person("disabled")


def test_R22_setting_a_quota_keeps_what_was_used() -> None:
    book = a_book(ben=a_person(captured=84, held=6))

    decision = accepted(set_access(book, an_access("quota", 120), NOW))

    assert decision.access == a_person("quota", 120, captured=84, held=6)


@pytest.mark.parametrize(
    ("mode", "quota"), [("quota", 0), ("quota", None), ("unlimited", 5), ("disabled", 5)]
)
def test_R22_a_quota_is_a_number_above_zero_and_goes_with_no_other_mode(
    mode: AccessMode, quota: int | None
) -> None:
    refusal = refused(set_access(a_book(), an_access(mode, quota), NOW))

    assert (refusal.code, refusal.value) == (RefusalCode.INVALID_QUOTA, quota)


def test_T10_R23_a_quota_may_be_lowered_below_its_use() -> None:
    book = a_book(ben=a_person("quota", 120, captured=84))

    assert accepted(set_access(book, an_access("quota", 60), NOW)).access == a_person(
        "quota", 60, captured=84
    )


def test_R24_disabling_a_quota_leads_to_disabled_and_not_to_unlimited() -> None:
    book = a_book(ben=a_person("quota", 120, captured=84))

    decision = accepted(set_access(book, an_access("disabled"), NOW))

    assert decision.access == a_person("disabled", captured=84)


def test_R25_the_administrator_has_no_quota() -> None:
    act = replace(an_access("quota", 5), person=ANA)

    refusal = refused(set_access(a_book(), act, NOW))

    assert refusal.code == RefusalCode.QUOTA_NOT_APPLICABLE_TO_ADMINISTRATOR


@pytest.mark.parametrize("by", [None, BEN, CHLOE])
def test_R2_nobody_but_the_administrator_sets_access(by: object) -> None:
    act = replace(an_access("unlimited"), by=by)

    assert refused(set_access(a_book(), act, NOW)).code == RefusalCode.NOT_ADMINISTRATOR


def test_access_of_somebody_who_is_not_in_or_was_removed_cannot_be_set() -> None:
    stranger = replace(an_access("unlimited"), person=CHLOE)
    removed = a_book(ben=a_person("disabled", role="REMOVED"))

    for decided in (
        set_access(a_book(), stranger, NOW),
        set_access(removed, an_access("unlimited"), NOW),
    ):
        assert refused(decided).code == RefusalCode.NOT_IN_ORGANIZATION


def test_R52_setting_a_quota_larger_than_the_pool_moves_nothing() -> None:
    assert accepted(set_access(a_book(), an_access("quota", 10_000), NOW)).transfers == ()


def test_R15_whoever_is_added_starts_without_access() -> None:
    book = a_book()
    book.access[BEN] = None

    assert accepted(set_role(book, a_role("GUEST"), NOW)).access == a_person(
        "disabled", role="GUEST"
    )


def test_R16_T2_whoever_is_removed_loses_access_and_keeps_his_count_and_holds() -> None:
    book = a_book(ben=a_person("quota", 120, captured=84, held=30))

    assert accepted(set_role(book, a_role("REMOVED"), NOW)).access == a_person(
        "disabled", captured=84, held=30, role="REMOVED"
    )


def test_removed_and_added_again_starts_a_new_count() -> None:
    book = a_book(ben=a_person("disabled", captured=84, held=30, role="REMOVED"))

    assert accepted(set_role(book, a_role("MEMBER"), NOW)).access == a_person("disabled", held=30)


@pytest.mark.parametrize("known", [True, False])
def test_A11_an_own_wallet_becomes_the_pool_and_nothing_moves(*, known: bool) -> None:
    book = a_book()
    used = 7 if known else 0
    book.access[ANA] = Access(ANA, "OWNER", "unlimited", None, used, 0) if known else None
    organization = an_id()

    decision = open_pool(book, OpenPool(an_id(), ANA, 1, organization, ANA), NOW)

    assert decision.transfers == ()
    assert decision.label == ("ORGANIZATION", organization)
    assert decision.access == Access(ANA, "ADMINISTRATOR", "unlimited", None, used, 0)
