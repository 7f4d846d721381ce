"""Organizations without a license: asked for, confirmed or rejected, ended (R4, R5, R8-R11)."""

from uuid import UUID

import pytest

from shared.contracts.accounts import LinkInvitation
from shared.contracts.membership import AddMember
from shared.contracts.organizations import (
    ConfirmSetup,
    EndOrganization,
    ListSetupRequests,
    OrganizationActivated,
    RejectSetup,
    RequestSetup,
    SetupRejected,
    SetupRequested,
    ShowOrganization,
)
from shared.contracts.refusals import RefusalCode
from shared.messaging.publisher import Publisher
from tests.builders import an_account, an_id
from tests.doors.membership.larkspur import Larkspur
from tests.doors.membership.people import (
    Registered,
    a_setup,
    asked_for,
    confirmed,
    id_in,
    licensed,
    profile,
    refusal,
    registered,
    result_of,
)
from tests.doors.membership.test_organizations import activated, say
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.speaking import Portal

WORDS = "no company of this name"


@pytest.fixture
async def fay(membership: ServiceProcess, portal: Portal) -> Registered:
    """Somebody without a license of any kind."""
    return await registered(portal)


async def test_R8_an_account_with_its_number_asks_for_an_organization(
    fay: Registered, portal: Portal, told: Listener
) -> None:
    asked = await asked_for(portal, fay)

    fact = await told.fact(SetupRequested, fay.id)
    assert (fact.subject, fact.sequence) == (asked.organization_id, 1)
    assert (await profile(portal, fay.id)).setup_request_id == asked.id


async def test_R8_somebody_else_may_ask_who_knows_the_company_accounts_number(
    fay: Registered, portal: Portal
) -> None:
    company = await registered(portal)

    verdict = await portal.ask(a_setup(company), by=fay.id)

    assert id_in(verdict, "account_id") == company.id
    assert (await profile(portal, company.id)).setup_request_id is not None
    assert (await profile(portal, fay.id)).setup_request_id is None


@pytest.mark.parametrize(
    "missing", [{"account_id": None}, {"customer_number": None}, {"customer_number": "  "}]
)
async def test_R8_a_request_without_account_or_number_is_refused(
    fay: Registered, portal: Portal, missing: dict[str, str | None]
) -> None:
    request = a_setup(fay).model_copy(update=missing)

    assert await refusal(portal, request, by=fay.id) is RefusalCode.INVALID_SETUP_REQUEST
    assert (await profile(portal, fay.id)).setup_request_id is None


async def test_R8_a_number_of_another_account_is_refused(fay: Registered, portal: Portal) -> None:
    other = await registered(portal)
    request = RequestSetup(account_id=fay.id, customer_number=other.number)

    assert await refusal(portal, request, by=fay.id) is RefusalCode.CUSTOMER_NUMBER_MISMATCH


async def test_R8_only_accounts_ask_and_are_appointed(fay: Registered, portal: Portal) -> None:
    nobody = RequestSetup(account_id=an_id(), customer_number=fay.number)

    assert await refusal(portal, nobody, by=fay.id) is RefusalCode.CUSTOMER_NUMBER_MISMATCH
    assert await refusal(portal, a_setup(fay), by=an_id()) is RefusalCode.UNKNOWN_ACCOUNT
    assert await refusal(portal, a_setup(fay)) is RefusalCode.UNKNOWN_ACCOUNT


async def test_R8_asking_again_while_a_request_waits_changes_nothing(
    fay: Registered, portal: Portal, told: Listener
) -> None:
    first = await asked_for(portal, fay)

    assert await asked_for(portal, fay) == first
    await told.fact(SetupRequested, fay.id)
    assert len([f for f in told.facts_of(first.organization_id) if f.type.count("setup")]) == 1


async def test_R10_an_organization_is_called_as_its_request_said(
    fay: Registered, portal: Portal, operator: Portal
) -> None:
    wish = a_setup(fay).model_copy(update={"name": "Fern College"})
    asked = result_of(await portal.ask(wish, by=fay.id))
    waiting = result_of(await operator.ask(ListSetupRequests(limit=500), by=an_id()))["requests"]
    assert isinstance(waiting, list)
    seen = [one for one in waiting if isinstance(one, dict) and one["account_id"] == str(fay.id)]

    await operator.ask(ConfirmSetup(request_id=UUID(str(asked["request_id"]))), by=an_id())

    organization = UUID(str(asked["organization_id"]))
    shown = result_of(await portal.ask(ShowOrganization(), by=fay.id, owner=organization))
    assert [one["name"] for one in seen] == ["Fern College"]
    assert shown["name"] == "Fern College"


async def test_R10_an_operators_word_makes_the_appointed_account_administrator(
    fay: Registered, portal: Portal, operator: Portal, told: Listener
) -> None:
    asked = await asked_for(portal, fay)

    verdict = await operator.ask(ConfirmSetup(request_id=asked.id))

    assert id_in(verdict, "administrator_id") == fay.id
    assert result_of(verdict)["origin"] == "CONFIRMED"
    fact = await told.fact(OrganizationActivated, asked.organization_id)
    assert fact.subject == asked.organization_id
    shown = await profile(portal, fay.id)
    assert (shown.organization_id, shown.setup_request_id) == (asked.organization_id, None)


async def test_R10_nobody_but_an_operator_decides(fay: Registered, portal: Portal) -> None:
    asked = await asked_for(portal, fay)

    for decision in (
        ConfirmSetup(request_id=asked.id),
        RejectSetup(request_id=asked.id, reason=WORDS),
        ListSetupRequests(),
        EndOrganization(reason=WORDS),
    ):
        code = await refusal(portal, decision, by=fay.id, owner=asked.organization_id)
        assert code is RefusalCode.OPERATOR_REQUIRED
    assert (await profile(portal, fay.id)).setup_request_id == asked.id


async def test_R10_an_operator_rejects_and_the_account_may_ask_again(
    fay: Registered, portal: Portal, operator: Portal, told: Listener
) -> None:
    asked = await asked_for(portal, fay)

    verdict = await operator.ask(RejectSetup(request_id=asked.id, reason=WORDS))

    assert id_in(verdict, "request_id") == asked.id
    assert (await told.fact(SetupRejected, fay.id)).subject == asked.organization_id
    gone = await refusal(portal, ShowOrganization(), by=fay.id, owner=asked.organization_id)
    assert gone is RefusalCode.UNKNOWN_ORGANIZATION
    assert await asked_for(portal, fay) != asked


async def test_R10_what_is_decided_is_decided(
    fay: Registered, portal: Portal, operator: Portal
) -> None:
    asked = await asked_for(portal, fay)
    await operator.ask(RejectSetup(request_id=asked.id, reason=WORDS))

    again = RejectSetup(request_id=asked.id, reason=WORDS)
    assert await refusal(operator, again) is RefusalCode.REQUEST_DECIDED
    assert await refusal(operator, ConfirmSetup(request_id=asked.id)) is RefusalCode.REQUEST_DECIDED
    assert await refusal(operator, ConfirmSetup(request_id=an_id())) is RefusalCode.UNKNOWN_REQUEST


async def test_R11_whoever_is_an_organization_asks_for_no_other(
    fay: Registered, portal: Portal, operator: Portal, licensing_voice: Publisher
) -> None:
    ana = await licensed(portal, licensing_voice)
    await confirmed(portal, operator, fay)

    for owner in (ana, fay):
        code = await refusal(portal, a_setup(owner), by=owner.id)
        assert code is RefusalCode.ACCOUNT_ALREADY_HAS_ORGANIZATION
    for_another = await refusal(portal, a_setup(await registered(portal)), by=ana.id)
    assert for_another is RefusalCode.ACCOUNT_ALREADY_HAS_ORGANIZATION


async def test_R5_a_request_cannot_be_confirmed_once_a_license_made_the_organization(
    fay: Registered,
    portal: Portal,
    operator: Portal,
    facts: Listener,
    licensing_voice: Publisher,
) -> None:
    asked = await asked_for(portal, fay)
    await say(licensing_voice, activated(fay.id), fay.id, 1)
    await facts.fact(OrganizationActivated, fay.id)

    code = await refusal(operator, ConfirmSetup(request_id=asked.id))

    assert code is RefusalCode.ACCOUNT_ALREADY_HAS_ORGANIZATION


async def test_A2_a_member_of_another_organization_may_be_appointed(
    organized: Larkspur, fay: Registered, portal: Portal, operator: Portal
) -> None:
    assert (await organized.add(fay.id)).accepted

    own = await confirmed(portal, operator, fay)

    shown = await profile(portal, fay.id)
    assert (shown.organization_id, shown.joined_organization_id) == (own, organized.id)
    assert shown.role == "MEMBER"


async def test_R10_operators_see_what_waits_page_by_page_oldest_first(
    fay: Registered, portal: Portal, operator: Portal
) -> None:
    others = [await registered(portal) for _ in range(2)]
    mine = [str((await asked_for(portal, somebody)).id) for somebody in (fay, *others)]
    seen: list[str] = []
    after: UUID | None = None

    while True:
        page = result_of(await operator.ask(ListSetupRequests(limit=2, after=after)))
        waiting = page["requests"]
        assert isinstance(waiting, list)
        seen += [str(one["request_id"]) for one in waiting]  # type: ignore[call-overload, index]  # JSON
        if "after" not in page:
            break
        after = UUID(str(page["after"]))

    assert [id for id in seen if id in mine] == mine


async def test_R8_an_invited_address_is_no_company_account_yet(
    fay: Registered, portal: Portal, operator: Portal
) -> None:
    organization = await confirmed(portal, operator, fay)
    email = an_account().email
    added = await portal.ask(AddMember(email=email, role="GUEST"), by=fay.id, owner=organization)
    invited = id_in(added, "account_id")
    asker = await registered(portal)
    request = RequestSetup(account_id=invited, customer_number="CN-1")

    assert await refusal(portal, request, by=asker.id) is RefusalCode.CUSTOMER_NUMBER_MISMATCH
    opened = result_of(await portal.ask(LinkInvitation(email=email, name="Gil")))
    linked = RequestSetup(account_id=invited, customer_number=str(opened["customer_number"]))
    result_of(await portal.ask(linked, by=asker.id))
