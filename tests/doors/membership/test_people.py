"""The Administrator, and nobody else, adds and removes people (R2, R7, R15, R16, A2, A3)."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from shared.contracts.membership import (
    AddMember,
    ListMembers,
    MemberAdded,
    MemberRemoved,
    RemoveMember,
)
from shared.contracts.message import Verdict
from shared.contracts.organizations import OrganizationActivated
from shared.contracts.refusals import RefusalCode
from shared.messaging.publisher import Publisher
from tests.builders import an_account, an_id
from tests.databases import Database
from tests.doors.membership.test_organizations import activated, say
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.speaking import Portal

Larkspur = tuple[UUID, UUID]


@pytest.fixture
async def larkspur(
    membership: ServiceProcess, portal: Portal, facts: Listener, licensing_voice: Publisher
) -> Larkspur:
    """A fresh organization: its id and its Administrator."""
    return await an_organization(portal, facts, licensing_voice)


async def an_organization(portal: Portal, facts: Listener, licensing_voice: Publisher) -> Larkspur:
    ana = an_account()
    await portal.ask(ana)
    await say(licensing_voice, activated(ana.account_id), ana.account_id, 1)
    fact = await facts.fact(OrganizationActivated, ana.account_id)
    return fact.subject, ana.account_id


async def somebody(portal: Portal) -> UUID:
    account = an_account()
    await portal.ask(account)
    return account.account_id


async def add(portal: Portal, larkspur: Larkspur, who: UUID, role: str = "MEMBER") -> Verdict:
    organization, ana = larkspur
    return await portal.ask(AddMember(account_id=who, role=role), by=ana, owner=organization)


async def remove(portal: Portal, larkspur: Larkspur, who: UUID) -> Verdict:
    organization, ana = larkspur
    return await portal.ask(RemoveMember(account_id=who), by=ana, owner=organization)


def code_of(verdict: Verdict) -> RefusalCode:
    assert verdict.refused is not None
    return verdict.refused.code


async def test_R15_a_member_is_added_and_heard_of(
    larkspur: Larkspur, portal: Portal, facts: Listener
) -> None:
    ben = await somebody(portal)

    verdict = await add(portal, larkspur, ben)

    assert verdict.accepted
    fact = await facts.fact(MemberAdded, ben)
    assert (fact.subject, fact.sequence) == (larkspur[0], 2)


async def test_R2_a_member_adds_and_removes_nobody(larkspur: Larkspur, portal: Portal) -> None:
    ben = await somebody(portal)
    await add(portal, larkspur, ben)

    added = await add(portal, (larkspur[0], ben), await somebody(portal))
    removed = await remove(portal, (larkspur[0], ben), ben)

    assert code_of(added) is RefusalCode.NOT_ADMINISTRATOR
    assert code_of(removed) is RefusalCode.NOT_ADMINISTRATOR


async def test_R7_there_is_neither_a_second_administrator_nor_none(
    larkspur: Larkspur, portal: Portal
) -> None:
    added = await add(portal, larkspur, await somebody(portal), "ADMINISTRATOR")
    removed = await remove(portal, larkspur, larkspur[1])

    assert code_of(added) is RefusalCode.ADMINISTRATOR_EXISTS
    assert code_of(removed) is RefusalCode.CANNOT_REMOVE_ADMINISTRATOR


async def test_R7_the_schema_knows_no_organization_without_administrator(
    larkspur: Larkspur, membership_pool: Database
) -> None:
    with pytest.raises(asyncpg.NotNullViolationError):
        await membership_pool.execute(
            "UPDATE organization SET administrator_id = NULL WHERE id = $1", larkspur[0]
        )


async def test_R6_an_unknown_role_is_refused(larkspur: Larkspur, portal: Portal) -> None:
    assert code_of(await add(portal, larkspur, an_id(), "OWNER")) is RefusalCode.UNKNOWN_ROLE


async def test_R15_an_unknown_account_may_be_added_once_it_is_known(
    larkspur: Larkspur, portal: Portal
) -> None:
    organization, ana = larkspur
    account, id = an_account(), an_id()
    asked = AddMember(account_id=account.account_id, role="GUEST")

    early = await portal.ask(asked, by=ana, owner=organization, id=id)
    await portal.ask(account)
    late = await portal.ask(asked, by=ana, owner=organization, id=id)

    assert code_of(early) is RefusalCode.UNKNOWN_ACCOUNT
    assert late.accepted


async def test_A2_of_two_organizations_one_gets_the_member(
    larkspur: Larkspur, portal: Portal, facts: Listener, licensing_voice: Publisher
) -> None:
    fern = await an_organization(portal, facts, licensing_voice)
    dan = await somebody(portal)

    verdicts = await asyncio.gather(
        *(add(portal, where, dan, "GUEST") for where in (larkspur, fern) for _ in range(5))
    )

    assert [verdict.accepted for verdict in verdicts].count(True) == 1
    refused = {code_of(verdict) for verdict in verdicts if not verdict.accepted}
    assert refused == {
        RefusalCode.ALREADY_IN_ORGANIZATION,
        RefusalCode.ALREADY_IN_ANOTHER_ORGANIZATION,
    }


async def test_A3_whoever_owns_a_license_joins_as_a_guest_only(
    larkspur: Larkspur, portal: Portal, facts: Listener, licensing_voice: Publisher
) -> None:
    _, dan = await an_organization(portal, facts, licensing_voice)

    as_member = await add(portal, larkspur, dan)
    as_guest = await add(portal, larkspur, dan, "GUEST")

    assert code_of(as_member) is RefusalCode.MEMBER_HAS_PERSONAL_ENTITLEMENTS
    assert as_guest.accepted


async def test_R16_whoever_is_removed_may_join_again(
    larkspur: Larkspur,
    portal: Portal,
    facts: Listener,
    membership_pool: Database,
) -> None:
    ben = await somebody(portal)
    await add(portal, larkspur, ben)

    assert (await remove(portal, larkspur, ben)).accepted
    assert code_of(await remove(portal, larkspur, ben)) is RefusalCode.NOT_IN_ORGANIZATION
    assert (await add(portal, larkspur, ben, "GUEST")).accepted

    await facts.fact(MemberRemoved, ben)
    kept = await membership_pool.fetch(
        "SELECT role, state FROM membership WHERE account_id = $1 ORDER BY added_at", ben
    )
    assert [tuple(row) for row in kept] == [("MEMBER", "REMOVING"), ("GUEST", "ACTIVE")]


async def test_A13_a_members_license_makes_his_organization_once_he_is_out(
    larkspur: Larkspur, portal: Portal, facts: Listener, licensing_voice: Publisher
) -> None:
    ben = await somebody(portal)
    await add(portal, larkspur, ben)
    await say(licensing_voice, activated(ben), ben, 1)
    await an_organization(portal, facts, licensing_voice)  # Heard after Ben's license.

    before = [m for m in facts.messages if m.routing_key == OrganizationActivated.ROUTING_KEY]
    await remove(portal, larkspur, ben)

    assert not any(str(ben).encode() in message.body for message in before)
    assert (await facts.fact(OrganizationActivated, ben)).subject != larkspur[0]


async def test_R2_people_are_listed_page_by_page_for_the_administrator(
    larkspur: Larkspur, portal: Portal
) -> None:
    organization, ana = larkspur
    for role in ("MEMBER", "GUEST"):
        await add(portal, larkspur, await somebody(portal), role)

    first = await portal.ask(ListMembers(limit=2), by=ana, owner=organization)
    assert first.result is not None
    after = UUID(str(first.result["after"]))
    second = await portal.ask(ListMembers(limit=2, after=after), by=ana, owner=organization)
    foreign = await portal.ask(ListMembers(), by=an_id(), owner=organization)

    pages = [first.result["members"], (second.result or {})["members"]]
    roles = [person["role"] for page in pages for person in page]  # type: ignore[union-attr, index, call-overload]  # JSON
    assert sorted(map(str, roles)) == ["ADMINISTRATOR", "GUEST", "MEMBER"]
    assert "after" not in (second.result or {})
    assert code_of(foreign) is RefusalCode.NOT_ADMINISTRATOR
