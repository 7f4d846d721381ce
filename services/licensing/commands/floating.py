"""The Administrator lets free seats of a product float, or no more (A12)."""

from services.licensing.commands.door import commands, organization_of
from services.licensing.rules import floating as rules
from services.licensing.rules.floating import Floating
from services.licensing.rules.organizations import Organization
from services.licensing.store import floors
from shared.contracts.audit import LicensingActRecorded
from shared.contracts.checkouts import FloatingSet, SetFloating
from shared.contracts.message import Command, Refused, Verdict
from shared.messaging.audit import record
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Change, once
from shared.postgres.pool import Pool


@commands(filter=carries(SetFloating))
async def set_floating(
    command: Command[SetFloating], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        organization = await organization_of(change, command)
        if isinstance(organization, Refused):
            return change.decide(organization)
        return change.decide(await _set(change, organization, command.data))


async def _set(
    change: Change, organization: Organization, asked: SetFloating
) -> FloatingSet | Refused:
    await floors.lock_floor(change.connection, organization.id, asked.product)
    decision = rules.set_floating(
        asked,
        was_bought=await floors.is_bought(change.connection, organization.id, asked.product),
        are_in=await floors.in_organization(change.connection, organization.id, asked.account_ids),
    )
    if isinstance(decision, Refused):
        return decision
    return await _save(change, organization, asked.product, decision)


async def _save(
    change: Change, organization: Organization, product: str, floating: Floating
) -> FloatingSet:
    before = await floors.floating_of(change.connection, organization.id, product)
    await floors.save_floating(change.connection, organization.id, product, floating)
    told = rules.told(floating, organization_id=organization.id, product=product, now=change.now)
    await change.say(told, subject=organization.id)
    await record(
        change,
        LicensingActRecorded,
        subject=organization.id,
        before=rules.written(before, product),
        after=rules.written(floating, product),
    )
    return told
