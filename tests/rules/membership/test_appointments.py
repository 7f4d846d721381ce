"""Whom an operator appoints for an Administrator who is lost (R5, R7, R36, A2, T16)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.membership.rules.appointments import Appointment, appoint
from services.membership.rules.standing import Standing
from services.membership.rules.transfers import Succession
from shared.contracts.membership import MemberAdded
from shared.contracts.people import JoinedRole
from shared.contracts.refusals import RefusalCode
from tests.rules.membership.test_people import FERN, a_license, code_of, somebody
from tests.rules.membership.test_transfers import ANA, ELSEWHERE, NOW, a_succession, joined

BEFORE = NOW - timedelta(days=1)
AFTER = NOW + timedelta(days=1)


def appointed(successor: Standing, **changes: object) -> Appointment:
    found = appoint(a_succession(successor, **changes), left_at=None, now=NOW)
    assert isinstance(found, Appointment)
    return found


def added_as(successor: Standing) -> str:
    added = appointed(successor).added
    assert isinstance(added, MemberAdded)
    return added.role


def test_T16_somebody_inside_is_appointed_without_being_added() -> None:
    ben = joined()

    found = appointed(ben)

    assert found.added is None
    assert found.changed.to_account_id == ben.account_id


def test_T16_somebody_outside_is_added_a_moment_before_he_administers() -> None:
    gil = somebody()

    found = appointed(gil)

    assert found.added is not None
    assert found.added.account_id == found.changed.to_account_id == gil.account_id
    assert found.added.added_at < found.changed.changed_at


def test_T16_whoever_was_in_before_is_added_no_earlier_than_he_left() -> None:
    found = appoint(a_succession(somebody()), left_at=AFTER, now=NOW)

    assert isinstance(found, Appointment)
    assert found.added is not None
    assert AFTER <= found.added.added_at < found.changed.changed_at


def test_A3_somebody_outside_comes_as_what_he_may_be() -> None:
    assert added_as(somebody()) == "MEMBER"
    assert added_as(somebody(licenses=(a_license("EDU"),))) == "GUEST"


@pytest.mark.parametrize("role", ["MEMBER", "GUEST"])
def test_R36_A2_who_is_in_another_organization_leaves_it_first(role: JoinedRole) -> None:
    elsewhere = somebody(joined=replace(ELSEWHERE, role=role))

    refused = appoint(a_succession(elsewhere), left_at=BEFORE, now=NOW)

    assert code_of(refused) is RefusalCode.ALREADY_IN_ANOTHER_ORGANIZATION


@pytest.mark.parametrize(
    ("succession", "code"),
    [
        (a_succession(somebody(account=None)), RefusalCode.UNKNOWN_ACCOUNT),
        (a_succession(somebody(owns=FERN)), RefusalCode.TRANSFER_TARGET_INELIGIBLE),
        (
            a_succession(somebody(), has_credits_of_his_own=True),
            RefusalCode.TRANSFER_TARGET_INELIGIBLE,
        ),
        (a_succession(ANA), RefusalCode.TRANSFER_TARGET_INELIGIBLE),
    ],
    ids=["unknown", "owner", "with credits", "the Administrator himself"],
)
def test_R5_R49_nobody_is_appointed_to_whom_no_offer_could_be_made(
    succession: Succession, code: RefusalCode
) -> None:
    assert code_of(appoint(succession, left_at=None, now=NOW)) is code


@pytest.mark.parametrize("role", ["MEMBER", "GUEST"])
@pytest.mark.parametrize("successor", [joined(), somebody()], ids=["inside", "outside"])
def test_T16_A2_a_lost_one_who_is_elsewhere_as_well_leaves_and_is_no_member_first(
    role: JoinedRole, successor: Standing
) -> None:
    former = replace(ANA, joined=replace(ELSEWHERE, role=role))

    found = appointed(successor, former=former)

    assert found.former_leaves
    assert found.changed.from_role == "GUEST"


def test_T16_a_lost_one_who_is_nowhere_else_stays() -> None:
    assert not appointed(joined()).former_leaves
