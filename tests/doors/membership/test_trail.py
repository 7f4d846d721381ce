"""Every act leaves a trail that is read, never changed, and names nobody (A17, A20)."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.contracts.accounts import ChangeEmail, ForgetAccount, LinkInvitation
from shared.contracts.audit import ListMembershipAudit, MembershipActRecorded
from shared.contracts.organizations import ConfirmSetup, EndOrganization, RejectSetup
from shared.contracts.refusals import RefusalCode
from tests.builders import an_account, an_id
from tests.databases import Database
from tests.doors.membership.larkspur import Larkspur
from tests.doors.membership.people import (
    Registered,
    asked_for,
    id_in,
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


async def trail(operator: Portal, subject: UUID) -> list[dict[str, Any]]:
    """What was done with an account or organization, the first act first."""
    entries = result_of(await operator.ask(ListMembershipAudit(), owner=subject))["entries"]
    assert isinstance(entries, list)
    return [entry for entry in reversed(entries) if isinstance(entry, dict)]


async def test_A17_what_happens_to_an_account_is_written_down(
    gil: Registered, portal: Portal, operator: Portal
) -> None:
    await portal.ask(ChangeEmail(email=an_account().email), by=gil.id)
    await operator.ask(ForgetAccount(account_id=gil.id, reason="asked"), by=OZ)

    told = await trail(operator, gil.id)

    assert [(entry["act"], entry["door"], entry.get("by")) for entry in told] == [
        ("register_account", "coffer_portal", None),
        ("change_email", "coffer_portal", str(gil.id)),
        ("forget_account", "operator", str(OZ)),
    ]
    assert {entry["about"] for entry in told} == {str(gil.id)}


async def test_T32_linking_an_invitation_is_written_down(
    organized: Larkspur, portal: Portal, operator: Portal
) -> None:
    email = an_account().email
    invited = id_in(await organized.invite(email), "account_id")
    await portal.ask(LinkInvitation(email=email, name="Gil"))

    [linked] = await trail(operator, invited)

    assert (linked["act"], linked["about"]) == ("link_invitation", str(invited))


async def test_R10_what_happens_to_a_set_up_is_written_down(
    gil: Registered, portal: Portal, operator: Portal
) -> None:
    asked = await asked_for(portal, gil)
    await operator.ask(ConfirmSetup(request_id=asked.id), by=OZ)
    ending = EndOrganization(reason="moved on")
    await operator.ask(ending, by=OZ, owner=asked.organization_id)

    told = await trail(operator, asked.organization_id)

    assert [(entry["act"], entry["by"], entry["before"], entry["after"]) for entry in told] == [
        ("request_setup", str(gil.id), {}, {"state": "PENDING_CONFIRMATION"}),
        ("confirm_setup", str(OZ), {"state": "PENDING_CONFIRMATION"}, {"state": "CONFIRMED"}),
        (
            "end_organization", str(OZ),
            {"state": "ACTIVE"}, {"state": "LAPSED", "reason": "moved on"},
        ),
    ]  # fmt: skip


async def test_R10_a_rejection_is_written_down_with_its_reason(
    gil: Registered, portal: Portal, operator: Portal
) -> None:
    asked = await asked_for(portal, gil)
    await operator.ask(RejectSetup(request_id=asked.id, reason="no such company"), by=OZ)

    _, rejected = await trail(operator, asked.organization_id)

    assert rejected["act"] == "reject_setup"
    assert rejected["after"] == {"state": "REJECTED", "reason": "no such company"}


async def test_A17_what_is_refused_leaves_no_trail(
    gil: Registered, portal: Portal, operator: Portal
) -> None:
    before = await trail(operator, gil.id)

    await portal.ask(ChangeEmail(email=(await registered(portal)).email), by=gil.id)
    await portal.ask(ForgetAccount(account_id=gil.id, reason="asked"), by=gil.id)

    assert await trail(operator, gil.id) == before


async def test_A17_the_same_command_again_is_written_down_once(
    gil: Registered, portal: Portal, operator: Portal
) -> None:
    asked, id = ChangeEmail(email=an_account().email), an_id()

    for _ in range(2):
        assert (await portal.ask(asked, by=gil.id, id=id)).accepted

    assert [entry["id"] for entry in await trail(operator, gil.id)].count(str(id)) == 1


async def test_A17_each_entry_is_told_as_a_fact(
    gil: Registered, portal: Portal, operator: Portal, told: Listener
) -> None:
    await portal.ask(ChangeEmail(email=an_account().email), by=gil.id)
    [_, entry] = await trail(operator, gil.id)

    fact = await told.fact(MembershipActRecorded, UUID(entry["id"]))

    assert isinstance(fact.data, MembershipActRecorded)
    assert (fact.subject, fact.data.act, fact.data.by) == (gil.id, "change_email", gil.id)


async def test_A17_a_trail_is_read_by_its_administrator_operators_and_the_account_itself(
    organized: Larkspur, gil: Registered, portal: Portal, operator: Portal
) -> None:
    ben = await organized.joined()
    asked = ListMembershipAudit()

    assert (await portal.ask(asked, by=organized.ana, owner=organized.id)).accepted
    assert (await operator.ask(asked, owner=organized.id)).accepted
    assert (await portal.ask(asked, by=gil.id, owner=gil.id)).accepted
    by_a_member = await refusal(portal, asked, by=ben, owner=organized.id)
    assert by_a_member is RefusalCode.NOT_ADMINISTRATOR
    by_a_stranger = await refusal(portal, asked, by=ben, owner=gil.id)
    assert by_a_stranger is RefusalCode.UNKNOWN_ORGANIZATION
    waiting = (await asked_for(portal, gil)).organization_id
    early = await refusal(portal, asked, by=gil.id, owner=waiting)
    assert early is RefusalCode.ORGANIZATION_NOT_CONFIRMED


async def test_A17_a_trail_is_read_page_by_page_newest_first(
    gil: Registered, portal: Portal
) -> None:
    for _ in range(2):
        await portal.ask(ChangeEmail(email=an_account().email), by=gil.id)

    async def page(before: int | None) -> dict[str, Any]:
        asked = ListMembershipAudit(before=before, limit=2)
        return dict(result_of(await portal.ask(asked, by=gil.id, owner=gil.id)))

    first = await page(None)
    second = await page(first["before"])

    acts = [entry["act"] for entry in (*first["entries"], *second["entries"])]
    assert acts == ["change_email", "change_email", "register_account"]
    assert "before" not in second


async def test_A17_the_trail_is_never_changed(gil: Registered, membership_pool: Database) -> None:
    for statement in ("UPDATE audit SET act = 'nothing'", "DELETE FROM audit", "TRUNCATE audit"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await membership_pool.execute(statement)


async def test_A20_no_trail_names_anybody(
    gil: Registered, portal: Portal, operator: Portal
) -> None:
    email = an_account().email
    await portal.ask(ChangeEmail(email=email), by=gil.id)
    asked = await asked_for(portal, gil)

    whole = str([await trail(operator, gil.id), await trail(operator, asked.organization_id)])

    assert not any(words in whole for words in ("Unforgettable", gil.email, email, "@"))
