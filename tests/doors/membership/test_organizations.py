"""Organizations appear with a license, whoever comes first, and lapse with the last one (R3)."""

from uuid import UUID

from pydantic import JsonValue

from shared.clock import Clock
from shared.contracts.accounts import ShowAccount
from shared.contracts.licensing import LicenseActivated, LicenseExpired
from shared.contracts.message import FactData
from shared.contracts.organizations import OrganizationActivated, OrganizationLapsed
from shared.messaging.publisher import Publisher
from shared.messaging.topology import FACTS
from tests.builders import LUMEN, an_account, an_id, in_a_year
from tests.databases import Database
from tests.doors.membership.larkspur import has_heard_of
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.speaking import Portal, a_fact, outgoing
from tests.waiting import eventually

NOW = Clock().now


def activated(account_id: UUID, license_id: UUID | None = None) -> LicenseActivated:
    return LicenseActivated(
        license_id=license_id or an_id(),
        account_id=account_id,
        product=LUMEN,
        kind="COMMERCIAL",
        seats=3,
        activated_at=NOW(),
        expires_at=in_a_year(),
    )


def expired(license: LicenseActivated) -> LicenseExpired:
    return LicenseExpired(
        **license.model_dump(exclude={"activated_at", "expires_at"}), expired_at=NOW()
    )


async def say(licensing_voice: Publisher, data: FactData, about: UUID, sequence: int) -> None:
    fact = a_fact(data, subject=about, sequence=sequence)
    await licensing_voice.publish(outgoing(fact, exchange=FACTS))


async def organization_shown(portal: Portal, account_id: UUID) -> JsonValue:
    shown = await portal.ask(ShowAccount(account_id=account_id), by=account_id)
    assert shown.result is not None
    return shown.result.get("organization_id")


async def test_R3_a_commercial_license_makes_its_owner_an_administrator(
    membership: ServiceProcess, portal: Portal, facts: Listener, licensing_voice: Publisher
) -> None:
    ana = an_account()
    await portal.ask(ana)

    await say(licensing_voice, activated(ana.account_id), ana.account_id, 1)

    fact = await facts.fact(OrganizationActivated, ana.account_id)
    assert isinstance(fact.data, OrganizationActivated)
    assert fact.sequence == 1
    assert fact.data.administrator_id == ana.account_id
    assert await organization_shown(portal, ana.account_id) == str(fact.subject)


async def test_T20_a_license_before_its_account_makes_the_organization_later(
    membership: ServiceProcess,
    portal: Portal,
    licensing_voice: Publisher,
    membership_pool: Database,
) -> None:
    ana, early = an_account(), an_id()
    await say(licensing_voice, activated(ana.account_id, early), ana.account_id, 1)
    await has_heard_of(membership_pool, early)

    await portal.ask(ana)

    assert await organization_shown(portal, ana.account_id) is not None


async def test_R3_a_second_license_and_a_repeated_fact_create_nothing(
    membership: ServiceProcess, portal: Portal, facts: Listener, licensing_voice: Publisher
) -> None:
    ana = an_account()
    await portal.ask(ana)
    first = activated(ana.account_id)

    for data, sequence in ((first, 1), (first, 1), (activated(ana.account_id), 2), (first, 1)):
        await say(licensing_voice, data, ana.account_id, sequence)
    last = an_account()
    await portal.ask(last)
    await say(licensing_voice, activated(last.account_id), last.account_id, 1)
    await facts.fact(OrganizationActivated, last.account_id)

    organization = (await facts.fact(OrganizationActivated, ana.account_id)).subject
    assert [fact.sequence for fact in facts.facts_of(organization)] == [1]


async def test_T9_the_organization_lapses_and_wakes_with_its_licenses(
    membership: ServiceProcess, portal: Portal, facts: Listener, licensing_voice: Publisher
) -> None:
    ana = an_account()
    await portal.ask(ana)
    first = activated(ana.account_id)

    await say(licensing_voice, activated(ana.account_id), ana.account_id, 3)  # Comes too early.
    await say(licensing_voice, expired(first), ana.account_id, 2)
    await say(licensing_voice, first, ana.account_id, 1)

    organization = (await facts.fact(OrganizationActivated, ana.account_id)).subject

    async def said() -> list[type[FactData]]:
        return [type(fact.data) for fact in facts.facts_of(organization)]

    whole: list[type[FactData]] = [OrganizationActivated, OrganizationLapsed, OrganizationActivated]
    await eventually(said, lambda seen: seen == whole)
