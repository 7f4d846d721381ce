"""What every command and query answers whose owner is no organization, or none yet (R4, R10)."""

import pytest

from shared.contracts.audit import ListMembershipAudit
from shared.contracts.membership import (
    AddMember,
    ChangeRole,
    LeaveOrganization,
    ListMembers,
    RemoveMember,
)
from shared.contracts.message import CommandData
from shared.contracts.organizations import EndOrganization, ShowOrganization
from shared.contracts.refusals import RefusalCode
from shared.contracts.transfers import AppointAdministrator, RequestTransfer
from tests.builders import an_id
from tests.doors.membership.people import Registered, asked_for, refusal, registered
from tests.processes import ServiceProcess
from tests.speaking import Portal

BEN = an_id()
BY_PEOPLE = [
    AddMember(account_id=BEN, role="GUEST"),
    RemoveMember(account_id=BEN),
    ChangeRole(account_id=BEN, role="GUEST"),
    LeaveOrganization(),
    RequestTransfer(to_account_id=BEN),
    ShowOrganization(),
    ListMembers(),
]
BY_OPERATORS = [
    AppointAdministrator(account_id=BEN, reason="lost"),
    EndOrganization(reason="moved on"),
]

named = pytest.mark.parametrize(
    "asked",
    [*BY_PEOPLE, *BY_OPERATORS],
    ids=lambda asked: type(asked).__name__,
)


@pytest.fixture
async def fay(membership: ServiceProcess, portal: Portal) -> Registered:
    """Somebody without a license of any kind."""
    return await registered(portal)


def speaker(asked: CommandData, portal: Portal, operator: Portal) -> Portal:
    return operator if asked in BY_OPERATORS else portal


@named
async def test_R10_before_it_is_confirmed_there_is_no_organization(
    fay: Registered, portal: Portal, operator: Portal, asked: CommandData
) -> None:
    waiting = (await asked_for(portal, fay)).organization_id
    speaks = speaker(asked, portal, operator)

    by_its_id = await refusal(speaks, asked, by=fay.id, owner=waiting)
    by_the_account = await refusal(speaks, asked, by=fay.id, owner=fay.id)

    assert by_its_id is by_the_account is RefusalCode.ORGANIZATION_NOT_CONFIRMED


@named
async def test_R4_an_account_without_license_and_request_is_no_organization(
    fay: Registered, portal: Portal, operator: Portal, asked: CommandData
) -> None:
    speaks = speaker(asked, portal, operator)

    own = await refusal(speaks, asked, by=fay.id, owner=fay.id)
    foreign = await refusal(speaks, asked, by=an_id(), owner=fay.id)
    unnamed = await refusal(speaks, asked, by=fay.id)

    assert own is RefusalCode.NOT_AN_ORGANIZATION
    assert foreign is unnamed is RefusalCode.UNKNOWN_ORGANIZATION


async def test_R4_an_account_that_is_no_organization_still_reads_its_own_trail(
    fay: Registered, portal: Portal
) -> None:
    assert await refusal(portal, ListMembershipAudit(), by=fay.id, owner=fay.id) is None
