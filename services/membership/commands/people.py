"""Who comes, goes and changes his role: what an Administrator asks for, and people themselves."""

from uuid import UUID

from services.membership.commands import removals
from services.membership.commands.door import commands, organization_named, organization_of
from services.membership.rules import people as rules
from services.membership.rules.standing import Membership
from services.membership.store import accounts, invitations, people, seats, standings
from shared.contracts.audit import MembershipActRecorded
from shared.contracts.membership import (
    AddMember,
    ChangeRole,
    LeaveOrganization,
    MemberAdded,
    MemberRemoved,
    RemovedReason,
    RemoveMember,
)
from shared.contracts.message import Command, Refused, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging import audit
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Change, once
from shared.postgres.pool import Pool


@commands(filter=carries(AddMember))
async def add_member(
    command: Command[AddMember], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _add(change, command))


@commands(filter=carries(RemoveMember))
async def remove_member(
    command: Command[RemoveMember], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _remove(change, command))


@commands(filter=carries(LeaveOrganization))
async def leave_organization(
    command: Command[LeaveOrganization], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _leave(change, command))


@commands(filter=carries(ChangeRole))
async def change_role(
    command: Command[ChangeRole], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _change_role(change, command))


async def _add(change: Change, command: Command[AddMember]) -> MemberAdded | Refused:
    named = command.data
    known_id = await _named(change, named)
    account_id = known_id or change.clock.new_id()
    await accounts.lock_account(change.connection, account_id)
    organization = await organization_of(change, command)
    if isinstance(organization, Refused):
        return organization
    added = rules.add_member(
        organization,
        await standings.standing_of(change.connection, account_id),
        role=named.role,
        now=change.now,
        invited=known_id is None,
        left_at=await people.left_at(change.connection, account_id),
    )
    if isinstance(added, Refused):
        return added
    if known_id is None and named.email is not None:
        await invitations.invite(change.connection, account_id, named.email)
    await _let_in(change, added)
    await _record(change, added.organization_id, about=account_id, after=added.role)
    return added


async def _remove(change: Change, command: Command[RemoveMember]) -> MemberRemoved | Refused:
    account_id = command.data.account_id
    await accounts.lock_account(change.connection, account_id)
    organization = await organization_of(change, command)
    if isinstance(organization, Refused):
        return organization
    membership = rules.remove_member(
        organization,
        await standings.standing_of(change.connection, account_id),
        strict=command.data.strict,
        products=await seats.products_of(change.connection, organization.id, account_id),
    )
    return await _let_go(change, membership, reason="removed")


async def _leave(change: Change, command: Command[LeaveOrganization]) -> MemberRemoved | Refused:
    if command.on_behalf_of is None:
        return refuse(RefusalCode.NOT_IN_ORGANIZATION)
    await accounts.lock_account(change.connection, command.on_behalf_of)
    organization = await organization_named(change, command)
    if isinstance(organization, Refused):
        return organization
    standing = await standings.standing_of(change.connection, command.on_behalf_of)
    return await _let_go(change, rules.leave(standing, organization.id), reason="left")


async def _change_role(change: Change, command: Command[ChangeRole]) -> MemberAdded | Refused:
    account_id = command.data.account_id
    await accounts.lock_account(change.connection, account_id)
    organization = await organization_of(change, command)
    if isinstance(organization, Refused):
        return organization
    standing = await standings.standing_of(change.connection, account_id)
    added = rules.change_role(organization, standing, role=command.data.role, now=change.now)
    if isinstance(added, Refused):
        return added
    assert standing.joined is not None
    await removals.begin(change, standing.joined, reason="role_changed")
    await _let_in(change, added)
    await standings.activate_if_due(change, account_id)
    before = standing.joined.role
    await _record(change, organization.id, about=account_id, before=before, after=added.role)
    return added


async def _named(change: Change, named: AddMember) -> UUID | None:
    """The account that the command names; none for an address that nobody knows yet."""
    if named.email is None:
        return named.account_id
    found = await accounts.find_account_by_email(change.connection, named.email)
    return found.id if found is not None else None


async def _let_in(change: Change, added: MemberAdded) -> None:
    await people.add_membership(change.connection, added)
    await change.say(added, subject=added.organization_id)


async def _let_go(
    change: Change, membership: Membership | Refused, *, reason: RemovedReason
) -> MemberRemoved | Refused:
    """Begin the removal; a license that waited while he was a Member counts from now on (A13)."""
    if isinstance(membership, Refused):
        return membership
    removed = await removals.begin(change, membership, reason=reason)
    await standings.activate_if_due(change, membership.account_id)
    await _record(
        change, membership.organization_id, about=membership.account_id, before=membership.role
    )
    return removed


async def _record(
    change: Change,
    organization_id: UUID,
    *,
    about: UUID,
    before: str | None = None,
    after: str | None = None,
) -> None:
    await audit.record(
        change,
        MembershipActRecorded,
        subject=organization_id,
        about=about,
        before={"role": before},
        after={"role": after},
    )
