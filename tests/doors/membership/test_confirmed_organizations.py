"""Organizations that an operator confirmed: seen by who is in them, ended by an operator (R10)."""

import pytest

from shared.contracts.membership import AddMember
from shared.contracts.organizations import (
    EndOrganization,
    OrganizationLapsed,
    ShowOrganization,
)
from shared.contracts.refusals import RefusalCode
from shared.messaging.publisher import Publisher
from tests.builders import an_id
from tests.doors.membership.larkspur import Larkspur
from tests.doors.membership.people import (
    Registered,
    asked_for,
    confirmed,
    id_in,
    licensed,
    profile,
    refusal,
    registered,
    result_of,
)
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.speaking import Portal

WORDS = "no company of this name"


@pytest.fixture
async def fay(membership: ServiceProcess, portal: Portal) -> Registered:
    """Somebody without a license of any kind."""
    return await registered(portal)


async def test_R10_an_operator_ends_what_an_operator_confirmed(
    fay: Registered, portal: Portal, operator: Portal, told: Listener
) -> None:
    organization = await confirmed(portal, operator, fay)

    verdict = await operator.ask(EndOrganization(reason="moved on"), owner=organization)

    assert id_in(verdict, "administrator_id") == fay.id
    await told.fact(OrganizationLapsed, organization)
    shown = result_of(await portal.ask(ShowOrganization(), by=fay.id, owner=organization))
    assert (shown["state"], shown["origin"]) == ("LAPSED", "CONFIRMED")
    again = await operator.ask(EndOrganization(reason="moved on"), owner=organization)
    assert again.refused is not None
    assert again.refused.code is RefusalCode.INVALID_SETUP_REQUEST


async def test_R10_an_operator_does_not_end_what_lives_by_its_licenses(
    fay: Registered,
    portal: Portal,
    operator: Portal,
    told: Listener,
    licensing_voice: Publisher,
) -> None:
    ana = await licensed(portal, licensing_voice)
    of_ana = (await profile(portal, ana.id)).organization_id
    ending = EndOrganization(reason=WORDS)

    assert await refusal(operator, ending, owner=of_ana) is RefusalCode.INVALID_SETUP_REQUEST
    assert await refusal(operator, ending, owner=an_id()) is RefusalCode.UNKNOWN_ORGANIZATION
    waiting = (await asked_for(portal, fay)).organization_id
    code = await refusal(operator, ending, owner=waiting)
    assert code is RefusalCode.ORGANIZATION_NOT_CONFIRMED


async def test_R10_an_organization_is_shown_to_whoever_is_in_it(
    fay: Registered, portal: Portal, operator: Portal
) -> None:
    organization = await confirmed(portal, operator, fay)
    ben, stranger = await registered(portal), await registered(portal)
    await portal.ask(AddMember(account_id=ben.id, role="MEMBER"), by=fay.id, owner=organization)

    for somebody in (fay.id, ben.id):
        shown = result_of(await portal.ask(ShowOrganization(), by=somebody, owner=organization))
        assert shown["administrator_id"] == shown["invoices_to_account_id"] == str(fay.id)
        assert "transfer" not in shown
    for outside in (stranger.id, None):
        code = await refusal(portal, ShowOrganization(), by=outside, owner=organization)
        assert code is RefusalCode.NOT_IN_ORGANIZATION


async def test_T16_an_open_offer_is_shown_with_the_organization_and_to_the_chosen_one(
    organized: Larkspur, portal: Portal
) -> None:
    ben = await organized.joined()
    offer = await organized.offered(ben)

    shown = result_of(await portal.ask(ShowOrganization(), by=ben, owner=organized.id))

    transfer = shown["transfer"]
    assert isinstance(transfer, dict)
    assert (transfer["transfer_id"], transfer["to_account_id"]) == (str(offer), str(ben))
    assert (await profile(portal, ben)).transfer_id == offer
    assert (await profile(portal, organized.ana)).transfer_id is None
    assert (await organized.decline(offer, ben)).accepted
    assert (await profile(portal, ben)).transfer_id is None


async def test_T16_the_former_administrator_may_keep_the_invoices(
    organized: Larkspur, portal: Portal
) -> None:
    ben = await organized.joined()
    offer = await organized.offered(ben, invoices_to="former")
    assert (await organized.accept(offer, ben)).accepted

    shown = result_of(await portal.ask(ShowOrganization(), by=ben, owner=organized.id))

    assert shown["administrator_id"] == str(ben)
    assert shown["invoices_to_account_id"] == str(organized.ana)
