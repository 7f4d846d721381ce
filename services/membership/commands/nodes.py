"""Which render nodes may work for an organization: its Administrator or an operator says (A17)."""

from services.membership.commands.door import D, commands, organization_named
from services.membership.rules import nodes as rules
from services.membership.rules.standing import Organization
from services.membership.store import nodes
from shared.contracts.audit import MembershipActRecorded, Values
from shared.contracts.message import Command, Refused, Verdict
from shared.contracts.nodes import EnrolNode, NodeEnrolled, NodeWithdrawn, WithdrawNode
from shared.messaging import audit
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Change, once
from shared.postgres.pool import Pool


@commands(filter=carries(EnrolNode))
async def enrol_node(
    command: Command[EnrolNode], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _enrol(change, command))


@commands(filter=carries(WithdrawNode))
async def withdraw_node(
    command: Command[WithdrawNode], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _withdraw(change, command))


async def _enrol(change: Change, command: Command[EnrolNode]) -> NodeEnrolled | Refused:
    organization = await _administered(change, command)
    if isinstance(organization, Refused):
        return organization
    node = command.data.node
    standing = await nodes.enrolment_of(change.connection, organization.id, node)
    if standing is not None and standing.stands:
        return standing.told()
    enrolled = rules.enrol(organization, node, now=change.now)
    await nodes.save_enrolment(change.connection, enrolled)
    await change.say(enrolled, subject=organization.id)
    await _record(change, organization, before={}, after={"node": node})
    return enrolled


async def _withdraw(change: Change, command: Command[WithdrawNode]) -> NodeWithdrawn | Refused:
    organization = await _administered(change, command)
    if isinstance(organization, Refused):
        return organization
    node = command.data.node
    standing = await nodes.enrolment_of(change.connection, organization.id, node)
    withdrawn = rules.withdraw(standing, now=change.now)
    if isinstance(withdrawn, Refused):
        return withdrawn
    await nodes.save_withdrawal(change.connection, withdrawn)
    await change.say(withdrawn, subject=organization.id)
    await _record(change, organization, before={"node": node}, after={})
    return withdrawn


async def _administered(change: Change, command: Command[D]) -> Organization | Refused:
    """Lock the organization that the command names, and see who may say which nodes work for it."""
    organization = await organization_named(change, command)
    if isinstance(organization, Refused):
        return organization
    return rules.administer_nodes(organization, command.on_behalf_of, command.actor)


async def _record(
    change: Change, organization: Organization, *, before: Values, after: Values
) -> None:
    await audit.record(
        change, MembershipActRecorded, subject=organization.id, before=before, after=after
    )
