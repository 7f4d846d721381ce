"""How an organization is handed over: offered, answered, taken back, or given by an operator."""

from uuid import UUID

from services.membership.commands.door import commands, organization_of
from services.membership.commands.succession import hand_over, withdraw
from services.membership.rules import transfers as rules
from services.membership.rules.transfers import Transfer
from services.membership.store import organizations, successions, transfers
from shared.contracts.audit import MembershipActRecorded
from shared.contracts.message import Command, Refused, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.contracts.transfers import (
    AcceptTransfer,
    AdministratorChanged,
    CancelTransfer,
    DeclineTransfer,
    RequestTransfer,
    TransferEnded,
    TransferRequested,
)
from shared.messaging import audit
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Change, once
from shared.postgres.pool import Pool


@commands(filter=carries(RequestTransfer))
async def request_transfer(
    command: Command[RequestTransfer], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _request(change, command))


@commands(filter=carries(AcceptTransfer))
async def accept_transfer(
    command: Command[AcceptTransfer], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _accept(change, command))


@commands(filter=carries(DeclineTransfer))
async def decline_transfer(
    command: Command[DeclineTransfer], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _decline(change, command))


@commands(filter=carries(CancelTransfer))
async def cancel_transfer(
    command: Command[CancelTransfer], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _cancel(change, command))


async def _request(
    change: Change, command: Command[RequestTransfer]
) -> TransferRequested | Refused:
    successor_id = command.data.to_account_id
    asked_by = command.on_behalf_of or successor_id
    await successions.lock_accounts(change.connection, asked_by, successor_id)
    organization = await organization_of(change, command)
    if isinstance(organization, Refused):
        return organization
    succession = await successions.succession_of(change.connection, organization, successor_id)
    offer = await transfers.open_offer(change.connection, organization.id)
    requested = rules.request(succession, offer, new_id=change.clock.new_id(), now=change.now)
    if isinstance(requested, Refused):
        return requested
    if offer is not None:
        await withdraw(change, offer, "EXPIRED")
    await transfers.add_transfer(change.connection, requested, invoices_to=command.data.invoices_to)
    await change.say(requested, subject=organization.id)
    await audit.record(
        change,
        MembershipActRecorded,
        subject=organization.id,
        about=successor_id,
        before={"offer": None},
        after={"offer": "REQUESTED"},
    )
    return requested


async def _accept(
    change: Change, command: Command[AcceptTransfer]
) -> AdministratorChanged | Refused:
    named = await transfers.find_transfer(change.connection, command.data.transfer_id)
    if named is None:
        return refuse(RefusalCode.UNKNOWN_REQUEST, message=rules.UNKNOWN_OFFER)
    await successions.lock_accounts(change.connection, named.from_account_id, named.to_account_id)
    organization = await organizations.lock_organization(change.connection, named.organization_id)
    assert organization is not None
    offer = await _answerable(change, command, command.data.transfer_id)
    if isinstance(offer, Refused):
        return offer
    succession = await successions.succession_of(
        change.connection, organization, offer.to_account_id
    )
    changed = rules.hand_over(succession, now=change.now)
    if isinstance(changed, Refused):
        return changed
    await transfers.accept_transfer(change.connection, offer.id, now=change.now)
    await hand_over(change, changed, invoices_to=offer.invoices_to)
    return changed


async def _decline(change: Change, command: Command[DeclineTransfer]) -> TransferEnded | Refused:
    await _lock_organization_of(change, command.data.transfer_id)
    offer = await _answerable(change, command, command.data.transfer_id)
    if isinstance(offer, Refused):
        return offer
    return await withdraw(change, offer, "DECLINED")


async def _cancel(change: Change, command: Command[CancelTransfer]) -> TransferEnded | Refused:
    organization_id = await _lock_organization_of(change, command.data.transfer_id)
    organization = None
    if organization_id is not None:
        organization = await organizations.find_organization(change.connection, organization_id)
    offer = rules.cancellable(
        await transfers.find_transfer(change.connection, command.data.transfer_id),
        organization,
        command.on_behalf_of,
        now=change.now,
    )
    if isinstance(offer, Refused):
        return offer
    return await withdraw(change, offer, "CANCELLED")


async def _lock_organization_of(change: Change, transfer_id: UUID) -> UUID | None:
    """Offers change under their organization's lock alone."""
    named = await transfers.find_transfer(change.connection, transfer_id)
    if named is None:
        return None
    await organizations.lock_organization(change.connection, named.organization_id)
    return named.organization_id


async def _answerable(
    change: Change, command: Command[AcceptTransfer] | Command[DeclineTransfer], transfer_id: UUID
) -> Transfer | Refused:
    transfer = await transfers.find_transfer(change.connection, transfer_id)
    return rules.answerable(transfer, command.on_behalf_of, now=change.now)
