"""A person is erased, and what he did stays under his ids (A20)."""

from typing import Any
from uuid import UUID

import pytest

from shared.contracts.accounts import (
    AccountForgotten,
    ChangeEmail,
    FindAccount,
    ForgetAccount,
    LinkInvitation,
    ShowAccount,
)
from shared.contracts.audit import ListMembershipAudit
from shared.contracts.membership import ListMembers, MemberRemoved
from shared.contracts.organizations import ListSetupRequests, RejectSetup, SetupRejected
from shared.contracts.refusals import RefusalCode
from shared.contracts.transfers import TransferEnded
from tests.builders import an_account, an_id
from tests.databases import Database
from tests.doors.membership.larkspur import Larkspur, Voices, an_organization
from tests.doors.membership.people import (
    Registered,
    asked_for,
    id_in,
    profile,
    refusal,
    registered,
    result_of,
)
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.speaking import Portal

OZ = an_id()


@pytest.fixture
async def gil(membership: ServiceProcess, portal: Portal) -> Registered:
    return await registered(portal, an_account(name="Gil Unforgettable"))


async def forgotten(operator: Portal, account_id: UUID, reason: str = "he asked for it") -> None:
    answered = await forget(operator, account_id, reason)
    assert UUID(str(answered["account_id"])) == account_id


async def forget(
    operator: Portal, account_id: UUID, reason: str = "he asked for it"
) -> dict[str, Any]:
    asked = ForgetAccount(account_id=account_id, reason=reason)
    return dict(result_of(await operator.ask(asked, by=OZ)))


async def test_A20_who_is_forgotten_is_nobody_under_any_name(
    gil: Registered, portal: Portal, operator: Portal, told: Listener
) -> None:
    await forgotten(operator, gil.id)

    assert (await told.fact(AccountForgotten, gil.id)).subject == gil.id
    for asked in (ShowAccount(account_id=gil.id), FindAccount(email=gil.email)):
        assert await refusal(portal, asked, by=gil.id) is RefusalCode.UNKNOWN_ACCOUNT
    change = ChangeEmail(email=an_account().email)
    assert await refusal(portal, change, by=gil.id) is RefusalCode.UNKNOWN_ACCOUNT


async def test_A20_a_forgotten_address_may_be_registered_and_a_forgotten_id_may_not(
    gil: Registered, portal: Portal, operator: Portal
) -> None:
    await forgotten(operator, gil.id)

    same_id = an_account(account_id=gil.id)
    assert await refusal(portal, same_id) is RefusalCode.IDEMPOTENCY_KEY_REUSED
    again = await registered(portal, an_account(email=gil.email))
    assert again.id != gil.id
    assert (await profile(portal, again.id)).email == gil.email


async def test_A20_a_change_of_address_answered_again_names_nobody(
    gil: Registered, portal: Portal, operator: Portal
) -> None:
    change, id = ChangeEmail(email=an_account().email), an_id()
    assert (await portal.ask(change, by=gil.id, id=id)).accepted
    await forgotten(operator, gil.id)

    again = await portal.ask(change, by=gil.id, id=id)

    assert again.refused is not None
    assert again.refused.code is RefusalCode.UNKNOWN_ACCOUNT


async def test_A20_who_is_forgotten_leaves_the_organization_and_its_list(
    organized: Larkspur, portal: Portal, operator: Portal, told: Listener
) -> None:
    ben = await organized.joined()

    await forgotten(operator, ben)

    removed = await told.fact(MemberRemoved, ben)
    assert isinstance(removed.data, MemberRemoved)
    assert removed.data.reason == "forgotten"
    assert ben not in await organized.roles()
    assert await organized.intervals(ben) == [("MEMBER", "REMOVING", "forgotten")]
    listed = result_of(await portal.ask(ListMembers(), by=organized.ana, owner=organized.id))
    assert str(ben) not in str(listed)


async def test_A20_an_offer_to_somebody_who_is_forgotten_ends(
    organized: Larkspur, operator: Portal, told: Listener
) -> None:
    ben = await organized.joined()
    offer = await organized.offered(ben)

    await forgotten(operator, ben)

    ended = await told.fact(TransferEnded, offer)
    assert isinstance(ended.data, TransferEnded)
    assert ended.data.state == "CANCELLED"
    assert await organized.trail_of("forget_account") == [
        (ben, {"offer": "REQUESTED"}, {"offer": "CANCELLED"}),
        (ben, {"role": "MEMBER"}, {"role": None}),
    ]


async def test_A20_an_invited_address_is_forgotten_as_well(
    organized: Larkspur, portal: Portal, operator: Portal
) -> None:
    email = an_account().email
    invited = id_in(await organized.invite(email), "account_id")

    await forgotten(operator, invited)

    link = LinkInvitation(email=email, name="Gil")
    assert await refusal(portal, link) is RefusalCode.UNKNOWN_ACCOUNT
    assert (await organized.invite(email)).accepted


async def test_R7_an_administrator_is_not_forgotten(organized: Larkspur, operator: Portal) -> None:
    asked = ForgetAccount(account_id=organized.ana, reason="he asked for it")

    assert await refusal(operator, asked) is RefusalCode.CANNOT_REMOVE_ADMINISTRATOR
    assert (await organized.roles())[organized.ana] == "ADMINISTRATOR"


async def test_A20_a_former_administrator_is_forgotten_with_the_invoices_he_kept(
    organized: Larkspur, portal: Portal, operator: Portal, membership_pool: Database
) -> None:
    ben = await organized.joined()
    offer = await organized.offered(ben, invoices_to="former")
    assert (await organized.accept(offer, ben)).accepted

    await forgotten(operator, organized.ana)

    invoices = "SELECT coalesce(invoices_to, administrator_id) FROM organization WHERE id = $1"
    assert await membership_pool.fetchval(invoices, organized.id) == ben
    assert (await organized.trail_of("forget_account"))[-1] == (
        organized.ana,
        {"invoices_to": str(organized.ana)},
        {"invoices_to": str(ben)},
    )


async def test_A20_nobody_waits_for_the_organization_of_who_is_forgotten(
    gil: Registered, portal: Portal, operator: Portal, told: Listener
) -> None:
    asked = await asked_for(portal, gil)

    await forgotten(operator, gil.id)

    assert (await told.fact(SetupRejected, gil.id)).subject == asked.organization_id
    trail = str(result_of(await operator.ask(ListMembershipAudit(), owner=asked.organization_id)))
    assert "forget_account" in trail
    assert "REJECTED" in trail
    assert str(asked.id) not in str(result_of(await operator.ask(ListSetupRequests(limit=500))))


async def test_A17_only_operators_forget_and_only_who_is_there(
    gil: Registered, portal: Portal, operator: Portal
) -> None:
    asked = ForgetAccount(account_id=gil.id, reason="he asked for it")
    nobody = ForgetAccount(account_id=an_id(), reason="he asked for it")

    assert await refusal(portal, asked, by=gil.id) is RefusalCode.OPERATOR_REQUIRED
    assert await refusal(operator, nobody) is RefusalCode.UNKNOWN_ACCOUNT


async def test_A20_who_is_forgotten_is_forgotten_once_however_often_it_is_asked(
    gil: Registered, operator: Portal, told: Listener, membership_pool: Database
) -> None:
    first = await forget(operator, gil.id)
    again = await forget(operator, gil.id)

    assert again == first
    await told.fact(AccountForgotten, gil.id)
    counted = "SELECT count(*) FROM fact WHERE subject = $1 AND routing_key = $2"
    key = AccountForgotten.ROUTING_KEY
    assert await membership_pool.fetchval(counted, gil.id, key) == 1


async def test_A20_the_trail_tells_who_forgot_whom_and_why_without_a_name(
    gil: Registered, operator: Portal
) -> None:
    await forgotten(operator, gil.id, reason=f"gil unforgettable ({gil.email}) left the company")

    trail = result_of(await operator.ask(ListMembershipAudit(), owner=gil.id))

    entries = trail["entries"]
    assert isinstance(entries, list)
    newest = entries[0]
    assert isinstance(newest, dict)
    assert (newest["act"], newest["by"]) == ("forget_account", str(OZ))
    assert newest["door"] == "operator"
    assert newest["after"] == {"reason": "[erased] ([erased]) left the company"}


async def test_A20_a_rejection_does_not_name_whom_it_concerns(
    gil: Registered, portal: Portal, operator: Portal
) -> None:
    asked = await asked_for(portal, gil)
    await operator.ask(RejectSetup(request_id=asked.id, reason=f"{gil.email} is unknown to us"))

    trail = result_of(await operator.ask(ListMembershipAudit(), owner=asked.organization_id))

    assert gil.email not in str(trail)
    assert "[erased] is unknown to us" in str(trail)


async def test_A20_a_guest_with_an_organization_hands_it_over_before_he_is_forgotten(
    organized: Larkspur,
    portal: Portal,
    operator: Portal,
    voices: Voices,
    told: Listener,
    membership_pool: Database,
) -> None:
    other = await an_organization(portal, voices, told, membership_pool)
    assert (await organized.add(other.ana, "GUEST")).accepted
    asked = ForgetAccount(account_id=other.ana, reason="he asked for it")

    assert await refusal(operator, asked) is RefusalCode.CANNOT_REMOVE_ADMINISTRATOR
    assert (await organized.roles())[other.ana] == "GUEST"
