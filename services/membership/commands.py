"""What membership is asked to do: open accounts, add and remove people."""

from faststream.rabbit import RabbitRouter

from services.membership import rules, store
from shared.contracts.membership import (
    AccountOpened,
    AccountRegistered,
    AddMember,
    RegisterAccount,
    RemoveMember,
)
from shared.contracts.message import Command, Refused, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging import topology
from shared.messaging.doors import ServiceClock, carries, open_queue
from shared.messaging.inbox import Act, once
from shared.postgres.pool import Pool

router = RabbitRouter()
commands = open_queue(router, topology.commands_of(topology.MEMBERSHIP))


@commands(filter=carries(RegisterAccount))
async def register_account(
    command: Command[RegisterAccount], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        await store.lock_account(change.connection, command.data.account_id)
        return change.decide(await _register(change, command.data))


@commands(filter=carries(AddMember))
async def add_member(
    command: Command[AddMember], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        await store.lock_account(change.connection, command.data.account_id)
        organization = await _organization(change, command)
        if isinstance(organization, Refused):
            return change.decide(organization)
        target = await store.standing_of(change.connection, command.data.account_id)
        decision = rules.add_member(organization, target, role=command.data.role, now=change.now)
        if isinstance(decision, Refused):
            return change.decide(decision)
        await store.add_membership(change.connection, decision)
        await change.say(decision, subject=decision.organization_id)
        return change.decide(decision)


@commands(filter=carries(RemoveMember))
async def remove_member(
    command: Command[RemoveMember], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        await store.lock_account(change.connection, command.data.account_id)
        organization = await _organization(change, command)
        if isinstance(organization, Refused):
            return change.decide(organization)
        target = await store.standing_of(change.connection, command.data.account_id)
        decision = rules.remove_member(organization, target, now=change.now)
        if isinstance(decision, Refused):
            return change.decide(decision)
        await store.end_membership(change.connection, decision)
        await change.say(decision, subject=decision.organization_id)
        await store.activate_if_due(change, command.data.account_id)
        return change.decide(decision)


async def _register(change: Act, account: RegisterAccount) -> AccountOpened | Refused:
    found = rules.register(
        email=account.email,
        same_id=await store.find_account(change.connection, account.account_id),
        same_email=await store.find_account_by_email(change.connection, account.email),
    )
    if isinstance(found, Refused):
        return found
    if found is None:
        found = await store.add_account(change.connection, account, now=change.now)
        if found is None:
            return refuse(RefusalCode.EMAIL_TAKEN)
        registered = AccountRegistered(account_id=found.id)
        await change.say(registered, subject=found.id)
        await store.activate_if_due(change, found.id)
    return AccountOpened(account_id=found.id, customer_number=found.customer_number)


async def _organization(
    change: Act, command: Command[AddMember] | Command[RemoveMember]
) -> rules.Organization | Refused:
    """Lock the organization that the command names and let only its Administrator through."""
    found = None
    if command.owner is not None:
        found = await store.lock_organization(change.connection, command.owner)
    return rules.administer(found, command.on_behalf_of)
