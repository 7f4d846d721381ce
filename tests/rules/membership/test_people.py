"""Who may add, remove and change whom (R2, R6, R7, R14-R16, R26, R34, R40, A2, A3, T30, T32)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.membership.rules import organizations, people, removals
from services.membership.rules.standing import (
    Account,
    HeldLicense,
    Membership,
    Organization,
    Standing,
)
from shared.contracts.membership import MemberAdded
from shared.contracts.message import Refused
from shared.contracts.people import JoinedRole
from shared.contracts.purchases import LicenseKind
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
LARKSPUR = Organization(id=an_id(), administrator_id=an_id(), state="ACTIVE")
FERN = Organization(id=an_id(), administrator_id=an_id(), state="ACTIVE")


def somebody(**changes: Any) -> Standing:  # noqa: ANN401  # any field of the standing
    account_id = changes.pop("account_id", an_id())
    account = Account(id=account_id, email="ben@x.example", name="Ben", customer_number="CN-1")
    valid: dict[str, Any] = {"account": account, "owns": None, "joined": None, "licenses": ()}
    return Standing(account_id=account_id, **{**valid, **changes})


def a_license(kind: LicenseKind = "COMMERCIAL", **changes: Any) -> HeldLicense:  # noqa: ANN401
    return HeldLicense(**{"kind": kind, "expires_at": None, "expired": False, **changes})


def a_membership(organization: Organization, role: JoinedRole = "MEMBER") -> Membership:
    return Membership(organization.id, an_id(), role, NOW)


def code_of(decision: object) -> RefusalCode:
    assert isinstance(decision, Refused)
    return decision.code


def add(target: Standing, role: str = "MEMBER") -> MemberAdded | Refused:
    return people.add_member(LARKSPUR, target, role=role, now=NOW)


@pytest.mark.parametrize("role", ["MEMBER", "GUEST"])
def test_R15_the_administrator_adds_members_and_guests(role: JoinedRole) -> None:
    ben = somebody()

    assert add(ben, role) == MemberAdded(
        organization_id=LARKSPUR.id, account_id=ben.account_id, role=role, added_at=NOW
    )


@pytest.mark.parametrize("role", ["MEMBER", "GUEST"])
def test_R26_R34_a_role_is_given_by_the_administrators_act_alone(role: JoinedRole) -> None:
    ben = somebody()

    given_by_himself = organizations.administer(LARKSPUR, ben.account_id)
    given = add(ben, role)

    assert code_of(given_by_himself) is RefusalCode.NOT_ADMINISTRATOR
    assert isinstance(given, MemberAdded)
    assert given.role == role


def test_R14_there_is_room_for_everybody_in_any_mix() -> None:
    everybody = [add(somebody(), role) for role in ("MEMBER", "GUEST") * 200]

    assert all(isinstance(added, MemberAdded) for added in everybody)


def test_R2_anybody_but_the_administrator_is_refused() -> None:
    assert code_of(organizations.administer(LARKSPUR, an_id())) is RefusalCode.NOT_ADMINISTRATOR
    assert code_of(organizations.administer(LARKSPUR, None)) is RefusalCode.NOT_ADMINISTRATOR
    assert organizations.administer(LARKSPUR, LARKSPUR.administrator_id) == LARKSPUR


def test_R2_an_unknown_organization_has_no_administrator() -> None:
    assert code_of(organizations.administer(None, an_id())) is RefusalCode.UNKNOWN_ORGANIZATION


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


def remove(
    target: Standing, *, strict: bool = False, products: tuple[str, ...] = ()
) -> Membership | Refused:
    return people.remove_member(LARKSPUR, target, strict=strict, products=products)


def change_role(target: Standing, role: str) -> MemberAdded | Refused:
    return people.change_role(LARKSPUR, target, role=role, now=LATER)


def test_T32_an_invited_address_is_in_at_once_without_an_account() -> None:
    nobody = somebody(account=None)

    added = people.add_member(LARKSPUR, nobody, role="MEMBER", now=NOW, invited=True)

    assert isinstance(added, MemberAdded)
    assert added.invited


def test_T32_whoever_has_not_linked_his_invitation_is_added_as_invited() -> None:
    nameless = Account(id=an_id(), email="ben@x.example", name=None, customer_number="CN-1")

    added = add(somebody(account=nameless))

    assert isinstance(added, MemberAdded)
    assert added.invited


def test_T32_an_invitation_is_refused_for_its_role_as_an_account_is() -> None:
    nobody = somebody(account=None)

    refused = people.add_member(LARKSPUR, nobody, role="OWNER", now=NOW, invited=True)

    assert code_of(refused) is RefusalCode.UNKNOWN_ROLE


def test_R16_whoever_left_joins_again_no_earlier_than_he_left() -> None:
    again = people.add_member(LARKSPUR, somebody(), role="MEMBER", now=NOW, left_at=LATER)

    assert isinstance(again, MemberAdded)
    assert again.added_at == LATER


def test_R16_the_administrator_may_remove_members_and_guests() -> None:
    for role in ("MEMBER", "GUEST"):
        joined = a_membership(LARKSPUR, role)
        assert remove(somebody(joined=joined)) == joined


def test_R7_the_administrator_cannot_be_removed() -> None:
    ana = somebody(account_id=LARKSPUR.administrator_id)

    assert code_of(remove(ana)) is RefusalCode.CANNOT_REMOVE_ADMINISTRATOR


def test_R16_whoever_is_not_in_cannot_be_removed() -> None:
    elsewhere = somebody(joined=a_membership(FERN))

    assert code_of(remove(somebody())) is RefusalCode.NOT_IN_ORGANIZATION
    assert code_of(remove(elsewhere)) is RefusalCode.NOT_IN_ORGANIZATION


def test_T1_a_strict_administrator_is_told_of_seats_first() -> None:
    ben = somebody(joined=a_membership(LARKSPUR))

    refused = remove(ben, strict=True, products=("Lumen for Max",))

    assert code_of(refused) is RefusalCode.STILL_HAS_LICENSES
    assert remove(ben, strict=True) == ben.joined
    assert remove(ben, products=("Lumen for Max",)) == ben.joined


def test_T5_a_member_or_guest_leaves_by_himself() -> None:
    joined = a_membership(LARKSPUR, "GUEST")

    assert people.leave(somebody(joined=joined), LARKSPUR.id) == joined


def test_T5_nobody_leaves_what_he_is_not_in() -> None:
    for joined in (None, a_membership(FERN)):
        left = people.leave(somebody(joined=joined), LARKSPUR.id)
        assert code_of(left) is RefusalCode.NOT_IN_ORGANIZATION


def test_R7_the_administrator_cannot_leave() -> None:
    ana = somebody(account_id=LARKSPUR.administrator_id, owns=LARKSPUR)

    refused = people.leave(ana, LARKSPUR.id)

    assert code_of(refused) is RefusalCode.CANNOT_REMOVE_ADMINISTRATOR


def test_T5_an_administrator_may_leave_where_he_is_a_guest() -> None:
    joined = a_membership(FERN, "GUEST")
    ana = somebody(account_id=LARKSPUR.administrator_id, owns=LARKSPUR, joined=joined)

    assert people.leave(ana, FERN.id) == joined


@pytest.mark.parametrize(("was", "becomes"), [("MEMBER", "GUEST"), ("GUEST", "MEMBER")])
def test_T30_a_role_changes_without_a_moment_outside_or_twice_inside(
    was: JoinedRole, becomes: JoinedRole
) -> None:
    joined = a_membership(LARKSPUR, was)

    added = change_role(somebody(joined=joined), becomes)
    removed = removals.remove(joined, reason="role_changed", products=(), now=LATER)

    assert isinstance(added, MemberAdded)
    assert (added.role, added.reason) == (becomes, "role_changed")
    assert added.added_at == removed.removed_at == LATER


def test_T30_a_guest_with_purchases_of_his_own_becomes_no_member() -> None:
    dan = somebody(joined=a_membership(LARKSPUR, "GUEST"), licenses=(a_license("EDU"),))

    assert code_of(change_role(dan, "MEMBER")) is RefusalCode.MEMBER_HAS_PERSONAL_ENTITLEMENTS


def test_T30_the_role_somebody_has_is_no_change() -> None:
    ben = somebody(joined=a_membership(LARKSPUR))

    assert code_of(change_role(ben, "MEMBER")) is RefusalCode.ALREADY_IN_ORGANIZATION


def test_T30_a_change_of_role_is_refused_as_adding_and_removing_are() -> None:
    ben = somebody(joined=a_membership(LARKSPUR))
    ana = somebody(account_id=LARKSPUR.administrator_id)

    assert code_of(change_role(ben, "ADMINISTRATOR")) is RefusalCode.ADMINISTRATOR_EXISTS
    assert code_of(change_role(ben, "OWNER")) is RefusalCode.UNKNOWN_ROLE
    assert code_of(change_role(somebody(), "GUEST")) is RefusalCode.NOT_IN_ORGANIZATION
    assert code_of(change_role(ana, "GUEST")) is RefusalCode.CANNOT_REMOVE_ADMINISTRATOR
