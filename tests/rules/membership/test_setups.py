"""How an organization comes to be without a license, and how it ends (R4, R5, R8-R11, T9)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.membership.rules import organizations, setups
from services.membership.rules.setups import SetupRequest
from services.membership.rules.standing import (
    Account,
    HeldLicense,
    Membership,
    Organization,
    Standing,
)
from shared.contracts.message import Refused
from shared.contracts.organizations import OrganizationActivated, RequestSetup, SetupState
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
NUMBER = "CN-100001"


def somebody(name: str | None = "Fay") -> Standing:
    id = an_id()
    account = Account(id=id, email="fay@x.example", name=name, customer_number=NUMBER)
    return Standing(account_id=id, account=account, owns=None, joined=None, licenses=())


FAY = somebody()
WAITING = SetupRequest(an_id(), an_id(), FAY.account_id, "PENDING_CONFIRMATION", NOW)
OWNED = Organization(an_id(), FAY.account_id, "ACTIVE", "CONFIRMED")
LIVE = HeldLicense("COMMERCIAL", LATER, expired=False)


def code_of(decision: object) -> RefusalCode:
    assert isinstance(decision, Refused)
    return decision.code


def request(
    asked_by: Standing | None = FAY, administrator: Standing = FAY, number: str = NUMBER
) -> Account | Refused:
    return setups.request(asked_by=asked_by, administrator=administrator, customer_number=number)


def test_R8_a_request_names_an_account_and_its_number() -> None:
    whole = RequestSetup(account_id=FAY.account_id, customer_number=NUMBER)

    assert setups.appointed(whole) == FAY.account_id
    for lacking in (
        RequestSetup(customer_number=NUMBER),
        RequestSetup(account_id=FAY.account_id),
        RequestSetup(account_id=FAY.account_id, customer_number=" "),
    ):
        assert code_of(setups.appointed(lacking)) is RefusalCode.INVALID_SETUP_REQUEST


def test_R8_the_number_is_that_of_the_appointed_account() -> None:
    assert request() == FAY.account
    assert request(number=f" {NUMBER} ") == FAY.account
    assert code_of(request(number="CN-1")) is RefusalCode.CUSTOMER_NUMBER_MISMATCH


def test_R8_both_sides_are_registered() -> None:
    for nobody in (None, replace(FAY, account=None), somebody(name=None)):
        assert code_of(request(asked_by=nobody)) is RefusalCode.UNKNOWN_ACCOUNT
    for nobody in (replace(FAY, account=None), somebody(name=None)):
        assert code_of(request(administrator=nobody)) is RefusalCode.CUSTOMER_NUMBER_MISMATCH


def test_R11_an_account_with_an_organization_neither_asks_nor_is_appointed() -> None:
    owner = replace(FAY, owns=OWNED)

    assert code_of(request(asked_by=owner)) is RefusalCode.ACCOUNT_ALREADY_HAS_ORGANIZATION
    assert code_of(request(administrator=owner)) is RefusalCode.ACCOUNT_ALREADY_HAS_ORGANIZATION


def test_R10_a_confirmed_request_is_an_organization_under_the_id_it_was_promised() -> None:
    assert setups.confirm(WAITING, FAY, now=LATER) == OrganizationActivated(
        organization_id=WAITING.organization_id,
        administrator_id=FAY.account_id,
        activated_at=LATER,
        origin="CONFIRMED",
    )


@pytest.mark.parametrize("state", ["CONFIRMED", "REJECTED"])
def test_R10_a_request_is_decided_once(state: SetupState) -> None:
    decided = replace(WAITING, state=state)

    assert code_of(setups.confirm(decided, FAY, now=NOW)) is RefusalCode.REQUEST_DECIDED
    assert code_of(setups.decide(decided)) is RefusalCode.REQUEST_DECIDED
    assert code_of(setups.decide(None)) is RefusalCode.UNKNOWN_REQUEST
    assert code_of(setups.confirm(None, None, now=NOW)) is RefusalCode.UNKNOWN_REQUEST


def test_R5_an_account_that_owns_one_meanwhile_gets_no_second() -> None:
    refused = setups.confirm(WAITING, replace(FAY, owns=OWNED), now=NOW)

    assert code_of(refused) is RefusalCode.ACCOUNT_ALREADY_HAS_ORGANIZATION


def test_R10_nobody_who_is_gone_becomes_an_administrator() -> None:
    refused = setups.confirm(WAITING, replace(FAY, account=None), now=NOW)

    assert code_of(refused) is RefusalCode.UNKNOWN_ACCOUNT


def test_R10_a_rejection_tells_what_was_to_be() -> None:
    rejected = setups.reject(WAITING, now=LATER)

    assert rejected.organization_id == WAITING.organization_id
    assert (rejected.request_id, rejected.rejected_at) == (WAITING.id, LATER)


def test_R4_R10_what_is_not_there_says_why() -> None:
    absent = organizations.absent

    pending = absent(is_pending=True, is_own_account=True)
    assert code_of(pending) is RefusalCode.ORGANIZATION_NOT_CONFIRMED
    assert code_of(absent(is_pending=False, is_own_account=True)) is RefusalCode.NOT_AN_ORGANIZATION
    unknown = absent(is_pending=False, is_own_account=False)
    assert code_of(unknown) is RefusalCode.UNKNOWN_ORGANIZATION


def test_R10_a_confirmed_organization_ends_by_an_operators_word_alone() -> None:
    owner = replace(FAY, owns=OWNED)

    assert organizations.lapse(owner, now=NOW) is None
    ended = organizations.end(OWNED, owner, now=NOW)
    assert not isinstance(ended, Refused)
    assert (ended.organization_id, ended.lapsed_at) == (OWNED.id, NOW)


def test_R10_an_organization_that_has_licenses_or_ended_does_not_end() -> None:
    licensed = replace(OWNED, origin="LICENSE")
    lapsed = replace(OWNED, state="LAPSED")

    for organization, held in ((licensed, ()), (OWNED, (LIVE,)), (lapsed, ())):
        owner = replace(FAY, owns=organization, licenses=held)
        refused = organizations.end(organization, owner, now=NOW)
        assert code_of(refused) is RefusalCode.INVALID_SETUP_REQUEST


def test_T9_a_license_wakes_what_an_operator_ended_and_keeps_it() -> None:
    owner = replace(FAY, owns=replace(OWNED, state="LAPSED"), licenses=(LIVE,))

    woken = organizations.organization_due(owner, new_id=an_id(), now=NOW)

    assert woken is not None
    assert (woken.organization_id, woken.origin) == (OWNED.id, "LICENSE")


def test_R10_an_organization_is_shown_to_who_is_in_it() -> None:
    ben = replace(somebody(), joined=Membership(OWNED.id, an_id(), "GUEST", NOW))
    elsewhere = replace(somebody(), joined=Membership(an_id(), an_id(), "MEMBER", NOW))

    assert organizations.show(OWNED, FAY) is None
    assert organizations.show(OWNED, ben) is None
    for outside in (None, somebody(), elsewhere):
        assert code_of(organizations.show(OWNED, outside)) is RefusalCode.NOT_IN_ORGANIZATION
