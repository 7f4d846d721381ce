"""An invited address gets its account once, and with it all that waited for it (T32, A16)."""

import asyncio
from uuid import UUID

import pytest

from shared.contracts.accounts import AccountRegistered, FindAccount, LinkInvitation, ShowAccount
from shared.contracts.membership import AddMember, ListMembers
from shared.contracts.organizations import OrganizationActivated
from shared.contracts.refusals import RefusalCode
from shared.messaging.publisher import Publisher
from tests.builders import an_account, an_id
from tests.doors.membership.people import (
    Registered,
    code_of,
    confirmed,
    id_in,
    profile,
    refusal,
    registered,
    result_of,
)
from tests.doors.membership.test_organizations import activated, say
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.speaking import Portal


@pytest.fixture
async def fern(membership: ServiceProcess, portal: Portal, operator: Portal) -> "Fern":
    fay = await registered(portal)
    return Fern(portal, fay, await confirmed(portal, operator, fay))


class Fern:
    """An organization whose Administrator invites people."""

    def __init__(self, portal: Portal, fay: Registered, id: UUID) -> None:
        self.portal = portal
        self.fay = fay
        self.id = id

    async def invites(self, email: str, role: str = "MEMBER") -> UUID:
        asked = AddMember(email=email, role=role)
        return id_in(await self.portal.ask(asked, by=self.fay.id, owner=self.id), "account_id")


async def test_T32_an_invited_address_is_linked_and_shows_where_it_is(
    fern: Fern, portal: Portal, told: Listener
) -> None:
    email = an_account().email
    invited = await fern.invites(email)

    opened = await portal.ask(LinkInvitation(email=email.upper(), name="Gil"))

    assert id_in(opened, "account_id") == invited
    assert (await told.fact(AccountRegistered, invited)).subject == invited
    shown = await profile(portal, invited)
    assert (shown.email, shown.name, shown.role) == (email.upper(), "Gil", "MEMBER")
    assert shown.joined_organization_id == fern.id
    assert shown.customer_number == result_of(opened)["customer_number"]


async def test_T32_an_invited_address_is_not_registered_a_second_time(
    fern: Fern, portal: Portal
) -> None:
    email = an_account().email
    invited = await fern.invites(email)

    other_id = await portal.ask(an_account(email=email.upper()))
    same_id = await portal.ask(an_account(email=email, account_id=invited))

    assert code_of(other_id) is code_of(same_id) is RefusalCode.EMAIL_TAKEN
    assert other_id.refused is not None
    assert "link" in other_id.refused.message


async def test_T32_who_is_only_invited_has_no_profile(fern: Fern, portal: Portal) -> None:
    invited = await fern.invites(an_account().email)

    code = await refusal(portal, ShowAccount(account_id=invited), by=invited)

    assert code is RefusalCode.UNKNOWN_ACCOUNT


async def test_T32_the_administrator_sees_who_is_invited(fern: Fern, portal: Portal) -> None:
    email = an_account().email
    invited = await fern.invites(email)
    listed = await portal.ask(ListMembers(), by=fern.fay.id, owner=fern.id)
    people = result_of(listed)["members"]
    assert isinstance(people, list)

    [shown] = [p for p in people if isinstance(p, dict) and p["account_id"] == str(invited)]

    assert (shown["email"], shown["invited"], shown["removing"]) == (email, True, False)
    assert "name" not in shown


async def test_T32_an_address_that_nobody_invited_is_unknown(
    membership: ServiceProcess, portal: Portal
) -> None:
    link = LinkInvitation(email=an_account().email, name="Gil")

    assert await refusal(portal, link) is RefusalCode.UNKNOWN_ACCOUNT


async def test_T32_an_address_is_linked_once(fern: Fern, portal: Portal) -> None:
    email = an_account().email
    await fern.invites(email)
    link = LinkInvitation(email=email, name="Gil")

    verdicts = await asyncio.gather(*(portal.ask(link) for _ in range(10)))

    codes = [code_of(verdict) for verdict in verdicts]
    assert codes.count(None) == 1
    assert set(codes) == {None, RefusalCode.EMAIL_TAKEN}


async def test_R3_what_a_guest_bought_before_he_linked_makes_his_organization_then(
    fern: Fern, portal: Portal, told: Listener, licensing_voice: Publisher
) -> None:
    email = an_account().email
    invited = await fern.invites(email, "GUEST")
    await say(licensing_voice, activated(invited), invited, 1)
    other = await registered(portal)
    await say(licensing_voice, activated(other.id), other.id, 1)
    await told.fact(OrganizationActivated, other.id)

    assert not any(
        str(invited).encode() in message.body
        for message in told.messages
        if message.routing_key == OrganizationActivated.ROUTING_KEY
    )
    await portal.ask(LinkInvitation(email=email, name="Gil"))

    assert (await told.fact(OrganizationActivated, invited)).subject != fern.id


async def test_A16_the_portal_and_operators_find_whose_an_address_is(
    fern: Fern, portal: Portal, operator: Portal
) -> None:
    email = an_account().email
    invited = await fern.invites(email)

    for speaker in (portal, operator):
        known = result_of(await speaker.ask(FindAccount(email=fern.fay.email.upper())))
        assert (known["account_id"], known["registered"]) == (str(fern.fay.id), True)
        waiting = result_of(await speaker.ask(FindAccount(email=email)))
        assert (waiting["account_id"], waiting["registered"]) == (str(invited), False)
        nobody = FindAccount(email=an_account(account_id=an_id()).email)
        assert await refusal(speaker, nobody) is RefusalCode.UNKNOWN_ACCOUNT
