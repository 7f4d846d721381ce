"""Whose a license is decides which organization it keeps alive (R3, T9, A13)."""

from uuid import UUID

import pytest

from shared.contracts.licensing import LicenseExpired
from shared.contracts.membership import AddMember, ChangeRole
from shared.contracts.organizations import (
    EndOrganization,
    OrganizationActivated,
    OrganizationLapsed,
)
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, an_id
from tests.databases import Database
from tests.doors.membership.larkspur import (
    CLOCK,
    Larkspur,
    Voices,
    an_organization,
    has_heard_its_end,
    has_heard_of,
)
from tests.doors.membership.people import (
    Registered,
    code_of,
    confirmed,
    refusal,
    registered,
)
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.speaking import Portal
from tests.waiting import eventually


@pytest.fixture
async def fay(membership: ServiceProcess, portal: Portal) -> Registered:
    return await registered(portal)


async def expires(voices: Voices, license_id: UUID, account_id: UUID, of: UUID | None) -> None:
    data = LicenseExpired(
        license_id=license_id,
        account_id=account_id,
        product=LUMEN,
        kind="COMMERCIAL",
        seats=3,
        expired_at=CLOCK.now(),
        organization_id=of,
    )
    await voices.licensing_says(data, account_id)


async def kept(database: Database, license_id: UUID) -> UUID | None:
    """The organization that a license is of, as membership has it."""
    of: UUID | None = await database.fetchval(
        "SELECT organization_id FROM held_license WHERE id = $1", license_id
    )
    return of


async def state(database: Database, organization_id: UUID) -> str:
    return str(
        await database.fetchval("SELECT state FROM organization WHERE id = $1", organization_id)
    )


async def becomes(database: Database, organization_id: UUID, wanted: str) -> None:
    await eventually(lambda: state(database, organization_id), lambda seen: seen == wanted)


async def test_A13_the_license_that_made_the_organization_is_its_own(
    fay: Registered, voices: Voices, told: Listener, membership_pool: Database
) -> None:
    license_id = an_id()

    await voices.license(fay.id, license_id=license_id)

    arisen = await told.fact(OrganizationActivated, fay.id)
    assert isinstance(arisen.data, OrganizationActivated)
    assert arisen.data.origin == "LICENSE"
    assert await kept(membership_pool, license_id) == arisen.subject


async def test_A13_what_an_administrator_buys_is_the_organizations(
    organized: Larkspur, voices: Voices, membership_pool: Database
) -> None:
    license_id = an_id()

    await voices.license(organized.ana, license_id=license_id)
    await has_heard_of(membership_pool, license_id)

    assert await kept(membership_pool, license_id) == organized.id


async def test_A13_other_kinds_stay_their_owners(
    organized: Larkspur, voices: Voices, membership_pool: Database
) -> None:
    license_id = an_id()

    await voices.license(organized.ana, license_id=license_id, kind="EDU")
    await has_heard_of(membership_pool, license_id)

    assert await kept(membership_pool, license_id) is None


async def test_T9_licenses_stay_with_the_organization_when_it_changes_hands(
    organized: Larkspur, voices: Voices, membership_pool: Database
) -> None:
    license_id = an_id()
    await voices.license(organized.ana, license_id=license_id, organization_id=organized.id)
    ben = await organized.joined()
    assert (await organized.accept(await organized.offered(ben), ben)).accepted
    first = await membership_pool.fetchval(
        "SELECT id FROM held_license WHERE account_id = $1 AND id <> $2", organized.ana, license_id
    )

    await expires(voices, first, organized.ana, organized.id)
    await voices.license(organized.ana, kind="EDU")
    await expires(voices, license_id, organized.ana, organized.id)

    await becomes(membership_pool, organized.id, "LAPSED")
    assert (await organized.roles())[ben] == "ADMINISTRATOR"


async def test_T9_a_renewal_for_the_organization_wakes_it_whoever_bought_it(
    organized: Larkspur, voices: Voices, told: Listener, membership_pool: Database
) -> None:
    ben = await organized.joined()
    assert (await organized.accept(await organized.offered(ben), ben)).accepted
    old = await membership_pool.fetchval(
        "SELECT id FROM held_license WHERE organization_id = $1", organized.id
    )
    await expires(voices, old, organized.ana, organized.id)
    await becomes(membership_pool, organized.id, "LAPSED")

    await voices.license(organized.ana, organization_id=organized.id)

    await becomes(membership_pool, organized.id, "ACTIVE")
    await told.fact(OrganizationLapsed, organized.id)
    said = [fact for fact in told.facts_of(organized.id) if "organization" in fact.type]
    assert [type(fact.data) for fact in said[:2]] == [OrganizationActivated, OrganizationLapsed]


async def test_T9_a_confirmed_organization_does_not_lapse_with_a_license(
    fay: Registered, portal: Portal, operator: Portal, voices: Voices, membership_pool: Database
) -> None:
    organization, license_id = await confirmed(portal, operator, fay), an_id()
    await voices.license(fay.id, license_id=license_id)

    await expires(voices, license_id, fay.id, organization)
    last = an_id()
    await voices.license(fay.id, license_id=last, kind="EDU")
    await has_heard_of(membership_pool, last)

    assert await kept(membership_pool, license_id) == organization
    assert await state(membership_pool, organization) == "ACTIVE"


async def test_R10_an_operator_ends_a_confirmed_organization_once_its_licenses_ran_out(
    fay: Registered, portal: Portal, operator: Portal, voices: Voices, membership_pool: Database
) -> None:
    organization, license_id = await confirmed(portal, operator, fay), an_id()
    ending = EndOrganization(reason="moved on")
    await voices.license(fay.id, license_id=license_id)
    await has_heard_of(membership_pool, license_id)

    early = await refusal(operator, ending, owner=organization)
    await expires(voices, license_id, fay.id, organization)

    assert early is RefusalCode.INVALID_SETUP_REQUEST
    await eventually(
        lambda: operator.ask(ending, owner=organization), lambda verdict: verdict.accepted
    )


async def test_T9_a_license_wakes_what_an_operator_ended_and_keeps_it_from_then_on(
    fay: Registered, portal: Portal, operator: Portal, voices: Voices, membership_pool: Database
) -> None:
    organization, license_id = await confirmed(portal, operator, fay), an_id()
    assert (await operator.ask(EndOrganization(reason="moved on"), owner=organization)).accepted

    await voices.license(fay.id, license_id=license_id)
    await becomes(membership_pool, organization, "ACTIVE")
    await expires(voices, license_id, fay.id, None)

    await becomes(membership_pool, organization, "LAPSED")


async def test_A13_a_members_license_wakes_nothing_until_he_leaves(
    organized: Larkspur,
    fay: Registered,
    portal: Portal,
    operator: Portal,
    voices: Voices,
    membership_pool: Database,
) -> None:
    own, license_id = await confirmed(portal, operator, fay), an_id()
    assert (await operator.ask(EndOrganization(reason="moved on"), owner=own)).accepted
    assert (await organized.add(fay.id)).accepted
    await voices.license(fay.id, license_id=license_id)
    await has_heard_of(membership_pool, license_id)

    assert await state(membership_pool, own) == "LAPSED"
    assert await kept(membership_pool, license_id) is None
    assert (await organized.leave(fay.id)).accepted

    assert await state(membership_pool, own) == "ACTIVE"
    assert await kept(membership_pool, license_id) == own


async def test_A3_an_administrator_with_licenses_is_no_member_elsewhere(
    organized: Larkspur,
    portal: Portal,
    voices: Voices,
    told: Listener,
    membership_pool: Database,
) -> None:
    other = await an_organization(portal, voices, told, membership_pool)
    asked = AddMember(account_id=other.ana, role="MEMBER")

    verdict = await portal.ask(asked, by=organized.ana, owner=organized.id)

    assert code_of(verdict) is RefusalCode.MEMBER_HAS_PERSONAL_ENTITLEMENTS


async def test_T17_what_a_later_administrator_ordered_before_stays_his_own(
    organized: Larkspur, voices: Voices, membership_pool: Database
) -> None:
    ben, license_id = await organized.joined("GUEST"), an_id()
    assert (await organized.accept(await organized.offered(ben), ben)).accepted

    await voices.license(ben, license_id=license_id)
    await has_heard_of(membership_pool, license_id)

    assert await kept(membership_pool, license_id) is None


async def test_T9_T16_it_lapses_when_its_last_license_goes_with_who_hands_it_over(
    organized: Larkspur, voices: Voices, membership_pool: Database
) -> None:
    ben, chloe, his = await organized.joined(), await organized.joined(), an_id()
    first = await membership_pool.fetchval(
        "SELECT id FROM held_license WHERE organization_id = $1", organized.id
    )
    assert (await organized.accept(await organized.offered(ben), ben)).accepted
    await voices.license(ben, license_id=his)
    await has_heard_of(membership_pool, his)
    await expires(voices, first, organized.ana, organized.id)
    await has_heard_its_end(membership_pool, first)
    offer = await organized.offered(chloe, by=ben)

    assert (await organized.accept(offer, chloe)).accepted

    assert await state(membership_pool, organized.id) == "LAPSED"
    assert await kept(membership_pool, his) not in {None, organized.id}


async def test_A13_whose_a_license_is_licensing_says_last(
    organized: Larkspur, voices: Voices, membership_pool: Database
) -> None:
    ben, license_id = await organized.joined(), an_id()
    assert (await organized.accept(await organized.offered(ben), ben)).accepted
    assert (
        await organized.portal.ask(
            ChangeRole(account_id=organized.ana, role="GUEST"), by=ben, owner=organized.id
        )
    ).accepted
    await voices.license(organized.ana, license_id=license_id)
    await has_heard_of(membership_pool, license_id)
    guessed = await kept(membership_pool, license_id)
    assert guessed is not None
    assert guessed != organized.id

    await voices.license(organized.ana, license_id=license_id, organization_id=organized.id)

    await becomes(membership_pool, guessed, "LAPSED")
    assert await kept(membership_pool, license_id) == organized.id
