"""Organizations without a commercial license: somebody asks, an operator decides (R8-R11)."""

from services.membership.commands.door import commands
from services.membership.rules import accounts as account_rules
from services.membership.rules import operators
from services.membership.rules import setups as rules
from services.membership.rules.setups import SetupRequest
from services.membership.store import accounts, organizations, setups, standings
from shared.contracts.audit import MembershipActRecorded, Values
from shared.contracts.message import Command, Refused, Verdict
from shared.contracts.organizations import (
    ConfirmSetup,
    OrganizationActivated,
    RejectSetup,
    RequestSetup,
    SetupRejected,
    SetupRequested,
)
from shared.messaging import audit
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Change, once
from shared.postgres.pool import Pool


@commands(filter=carries(RequestSetup))
async def request_setup(
    command: Command[RequestSetup], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _request(change, command))


@commands(filter=carries(ConfirmSetup))
async def confirm_setup(
    command: Command[ConfirmSetup], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _confirm(change, command))


@commands(filter=carries(RejectSetup))
async def reject_setup(
    command: Command[RejectSetup], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _reject(change, command))


async def _request(change: Change, command: Command[RequestSetup]) -> SetupRequested | Refused:
    appointed = rules.appointed(command.data)
    if isinstance(appointed, Refused):
        return appointed
    await accounts.lock_account(change.connection, appointed)
    asked_by = command.on_behalf_of
    account = rules.request(
        asked_by=await standings.standing_of(change.connection, asked_by) if asked_by else None,
        administrator=await standings.standing_of(change.connection, appointed),
        customer_number=command.data.customer_number or "",
    )
    if isinstance(account, Refused):
        return account
    waiting = await setups.find_waiting(change.connection, appointed)
    if waiting is not None:
        return waiting.told()
    return await _wait(change, command)


async def _wait(change: Change, command: Command[RequestSetup]) -> SetupRequested:
    assert command.data.account_id is not None
    assert command.on_behalf_of is not None
    requested = SetupRequested(
        request_id=change.clock.new_id(),
        organization_id=change.clock.new_id(),
        account_id=command.data.account_id,
        requested_at=change.now,
    )
    await setups.add_request(
        change.connection,
        requested,
        requested_by=command.on_behalf_of,
        name=command.data.name,
    )
    await change.say(requested, subject=requested.organization_id)
    await _record(change, requested, before={}, after={"state": "PENDING_CONFIRMATION"})
    return requested


async def _confirm(
    change: Change, command: Command[ConfirmSetup]
) -> OrganizationActivated | Refused:
    found = await _found(change, command)
    if isinstance(found, Refused):
        return found
    administrator = await standings.standing_of(change.connection, found.account_id)
    activated = rules.confirm(found, administrator, now=change.now)
    if isinstance(activated, Refused):
        return activated
    await setups.save_decision(change.connection, found.id, "CONFIRMED", at=change.now)
    await standings.arise(change, activated)
    if found.name is not None:
        await organizations.save_name(change.connection, activated.organization_id, found.name)
    await _record(change, found.told(), before={"state": found.state}, after={"state": "CONFIRMED"})
    return activated


async def _reject(change: Change, command: Command[RejectSetup]) -> SetupRejected | Refused:
    found = await _found(change, command)
    if isinstance(found, Refused):
        return found
    rejected = rules.reject(found, now=change.now)
    await setups.save_decision(change.connection, found.id, "REJECTED", at=change.now)
    await change.say(rejected, subject=rejected.organization_id)
    account = await accounts.find_account(change.connection, found.account_id)
    reason = account_rules.unnamed(command.data.reason, account)
    await _record(
        change,
        found.told(),
        before={"state": found.state},
        after={"state": "REJECTED", "reason": reason},
    )
    return rejected


async def _found(
    change: Change, command: Command[ConfirmSetup] | Command[RejectSetup]
) -> SetupRequest | Refused:
    """Find the request for an operator, and lock the account it waits for before deciding."""
    refused = operators.operate(command.actor)
    if refused is not None:
        return refused
    named = await setups.find_request(change.connection, command.data.request_id)
    if named is not None:
        await accounts.lock_account(change.connection, named.account_id)
        named = await setups.find_request(change.connection, named.id)
    return rules.decide(named)


async def _record(
    change: Change, requested: SetupRequested, *, before: Values, after: Values
) -> None:
    await audit.record(
        change,
        MembershipActRecorded,
        subject=requested.organization_id,
        about=requested.account_id,
        before=before,
        after=after,
    )
