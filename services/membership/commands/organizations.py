"""What is done with an organization itself: it is named, and an operator ends it (R10)."""

from services.membership.commands.door import commands, organization_of, organization_operated
from services.membership.rules import accounts as account_rules
from services.membership.rules import organizations as rules
from services.membership.store import organizations, standings
from shared.contracts.audit import MembershipActRecorded
from shared.contracts.message import Command, Refused, Verdict
from shared.contracts.organizations import (
    EndOrganization,
    OrganizationLapsed,
    OrganizationRenamed,
    RenameOrganization,
)
from shared.messaging import audit
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Change, once
from shared.postgres.pool import Pool


@commands(filter=carries(EndOrganization))
async def end_organization(
    command: Command[EndOrganization], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _end(change, command))


@commands(filter=carries(RenameOrganization))
async def rename_organization(
    command: Command[RenameOrganization], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _rename(change, command))


async def _end(change: Change, command: Command[EndOrganization]) -> OrganizationLapsed | Refused:
    organization = await organization_operated(change, command)
    if isinstance(organization, Refused):
        return organization
    standing = await standings.standing_of(change.connection, organization.administrator_id)
    lapsed = rules.end(organization, standing, now=change.now)
    if isinstance(lapsed, Refused):
        return lapsed
    await organizations.save_lapse(change.connection, lapsed)
    await change.say(lapsed, subject=lapsed.organization_id)
    await audit.record(
        change,
        MembershipActRecorded,
        subject=lapsed.organization_id,
        before={"state": organization.state},
        after={
            "state": "LAPSED",
            "reason": account_rules.unnamed(command.data.reason, standing.account),
        },
    )
    return lapsed


async def _rename(
    change: Change, command: Command[RenameOrganization]
) -> OrganizationRenamed | Refused:
    organization = await organization_of(change, command)
    if isinstance(organization, Refused):
        return organization
    before = await organizations.save_name(change.connection, organization.id, command.data.name)
    renamed = OrganizationRenamed(organization_id=organization.id, renamed_at=change.now)
    await change.say(renamed, subject=organization.id)
    await audit.record(
        change,
        MembershipActRecorded,
        subject=organization.id,
        before={"name": before},
        after={"name": command.data.name},
    )
    return renamed
