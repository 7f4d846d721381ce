"""Who may add and remove whom (R2, R7, R14-R16, R26, R34, R40, A2, A3)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.membership import rules
from services.membership.rules import Account, HeldLicense, Membership, Organization, Standing
from shared.contracts.membership import MemberAdded, MemberRemoved
from shared.contracts.message import Refused
from shared.contracts.purchases import LicenseKind
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
LARKSPUR = Organization(id=an_id(), administrator_id=an_id(), state="ACTIVE")


def somebody(**changes: Any) -> Standing:  # noqa: ANN401  # any field of the standing
    account_id = changes.pop("account_id", an_id())
    account = Account(id=account_id, email="ben@x.example", name="Ben", customer_number="CN-1")
    valid: dict[str, Any] = {"account": account, "owns": None, "joined": None, "licenses": ()}
    return Standing(account_id=account_id, **{**valid, **changes})


def a_license(kind: LicenseKind = "COMMERCIAL", **changes: Any) -> HeldLicense:  # noqa: ANN401
    return HeldLicense(**{"kind": kind, "expires_at": None, "expired": False, **changes})


def a_membership(organization: Organization, role: rules.JoinedRole = "MEMBER") -> Membership:
    return Membership(organization.id, an_id(), role, NOW)


def code_of(decision: object) -> RefusalCode:
    assert isinstance(decision, Refused)
    return decision.code


def add(target: Standing, role: str = "MEMBER") -> MemberAdded | Refused:
    return rules.add_member(LARKSPUR, target, role=role, now=NOW)


@pytest.mark.parametrize("role", ["MEMBER", "GUEST"])
def test_R15_the_administrator_adds_members_and_guests(role: rules.JoinedRole) -> None:
    ben = somebody()

    assert add(ben, role) == MemberAdded(
        organization_id=LARKSPUR.id, account_id=ben.account_id, role=role, added_at=NOW
    )


def test_R2_anybody_but_the_administrator_is_refused() -> None:
    assert code_of(rules.administer(LARKSPUR, an_id())) is RefusalCode.NOT_ADMINISTRATOR
    assert code_of(rules.administer(LARKSPUR, None)) is RefusalCode.NOT_ADMINISTRATOR
    assert rules.administer(LARKSPUR, LARKSPUR.administrator_id) == LARKSPUR


def test_R2_an_unknown_organization_has_no_administrator() -> None:
    assert code_of(rules.administer(None, an_id())) is RefusalCode.UNKNOWN_ORGANIZATION


def test_R7_a_second_administrator_is_refused() -> None:
    assert code_of(add(somebody(), "ADMINISTRATOR")) is RefusalCode.ADMINISTRATOR_EXISTS


def test_R6_there_is_no_fourth_role() -> None:
    assert code_of(add(somebody(), "OWNER")) is RefusalCode.UNKNOWN_ROLE


def test_R15_nobody_is_added_twice() -> None:
    ben = somebody(joined=a_membership(LARKSPUR))

    assert code_of(add(ben)) is RefusalCode.ALREADY_IN_ORGANIZATION


def test_R15_the_administrator_is_in_already() -> None:
    ana = somebody(account_id=LARKSPUR.administrator_id)

    assert code_of(add(ana, "GUEST")) is RefusalCode.ALREADY_IN_ORGANIZATION


def test_A2_an_account_joins_one_organization_at_a_time() -> None:
    other = Organization(id=an_id(), administrator_id=an_id(), state="ACTIVE")

    for role in ("MEMBER", "GUEST"):
        ben = somebody(joined=a_membership(other, "GUEST"))
        assert code_of(add(ben, role)) is RefusalCode.ALREADY_IN_ANOTHER_ORGANIZATION


def test_R15_an_account_that_is_not_registered_cannot_be_added() -> None:
    assert code_of(add(somebody(account=None))) is RefusalCode.UNKNOWN_ACCOUNT


@pytest.mark.parametrize("kind", ["COMMERCIAL", "EDU"])
def test_A3_whoever_bought_something_is_no_member(kind: LicenseKind) -> None:
    fay = somebody(licenses=(a_license(kind),))

    assert code_of(add(fay)) is RefusalCode.MEMBER_HAS_PERSONAL_ENTITLEMENTS


@pytest.mark.parametrize("kind", ["COMMERCIAL", "EDU", "TRIAL", "BETA"])
def test_R40_a_guest_may_own_whatever_he_owns(kind: LicenseKind) -> None:
    dan = somebody(licenses=(a_license(kind),))

    assert isinstance(add(dan, "GUEST"), MemberAdded)


@pytest.mark.parametrize("kind", ["TRIAL", "BETA"])
def test_A3_trials_do_not_keep_a_member_out(kind: LicenseKind) -> None:
    assert isinstance(add(somebody(licenses=(a_license(kind),))), MemberAdded)


def test_A3_what_has_expired_does_not_keep_a_member_out() -> None:
    gone = (a_license(expired=True), a_license("EDU", expires_at=NOW))

    assert isinstance(add(somebody(licenses=gone)), MemberAdded)


def test_R16_a_removed_member_is_out_from_now_on() -> None:
    ben = somebody(joined=a_membership(LARKSPUR))
    later = NOW + timedelta(days=1)

    assert rules.remove_member(LARKSPUR, ben, now=later) == MemberRemoved(
        organization_id=LARKSPUR.id, account_id=ben.account_id, removed_at=later
    )


def test_R7_the_administrator_cannot_be_removed() -> None:
    ana = somebody(account_id=LARKSPUR.administrator_id)

    refused = rules.remove_member(LARKSPUR, ana, now=NOW)

    assert code_of(refused) is RefusalCode.CANNOT_REMOVE_ADMINISTRATOR


def test_R16_whoever_is_not_in_cannot_be_removed() -> None:
    refused = rules.remove_member(LARKSPUR, somebody(), now=NOW)

    assert code_of(refused) is RefusalCode.NOT_IN_ORGANIZATION


def test_R9_an_account_is_shown_to_its_owner_alone() -> None:
    ben = somebody().account
    assert ben is not None

    assert rules.show_account(ben, ben.id) == ben
    assert code_of(rules.show_account(ben, an_id())) is RefusalCode.UNKNOWN_ACCOUNT
    assert code_of(rules.show_account(None, an_id())) is RefusalCode.UNKNOWN_ACCOUNT


def test_A16_one_email_is_one_account_however_it_is_written() -> None:
    ben = somebody().account

    refused = rules.register(email="BEN@x.example", same_id=None, same_email=ben)

    assert code_of(refused) is RefusalCode.EMAIL_TAKEN


def test_A16_registering_the_same_account_again_changes_nothing() -> None:
    ben = somebody().account

    assert rules.register(email="Ben@X.example", same_id=ben, same_email=ben) == ben
    assert rules.register(email="new@x.example", same_id=None, same_email=None) is None


def test_A16_an_account_id_is_never_used_for_somebody_else() -> None:
    refused = rules.register(email="eva@x.example", same_id=somebody().account, same_email=None)

    assert code_of(refused) is RefusalCode.IDEMPOTENCY_KEY_REUSED
