"""What an operator does for an organization whose Administrator is lost (T16)."""

from pydantic import JsonValue

from services.membership.commands.door import commands
from services.membership.commands.succession import hand_over, withdraw
from services.membership.rules import accounts
from services.membership.rules import appointments as rules
from services.membership.rules import removals as removal_rules
from services.membership.rules.operators import operate
from services.membership.rules.standing import Membership
from services.membership.rules.transfers import Succession
from services.membership.store import owners, people, removals, seats, successions, transfers
from shared.contracts.audit import MembershipActRecorded
from shared.contracts.membership import MemberAdded
from shared.contracts.message import Command, Refused, Verdict
from shared.contracts.transfers import AdministratorChanged, AppointAdministrator
from shared.messaging import audit
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Change, once
from shared.postgres.pool import Pool


@commands(filter=carries(AppointAdministrator))
async def appoint_administrator(
    command: Command[AppointAdministrator], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _appoint(change, command))


async def _appoint(
    change: Change, command: Command[AppointAdministrator]
) -> AdministratorChanged | Refused:
    refused = operate(command.actor)
    if refused is not None:
        return refused
    organization = await successions.lock_with_administrator(
        change.connection, command.owner, command.data.account_id
    )
    if organization is None:
        return await owners.absent(change.connection, command.owner, command.on_behalf_of)
    succession = await successions.succession_of(
        change.connection, organization, command.data.account_id
    )
    left_at = await people.left_at(change.connection, command.data.account_id)
    appointment = rules.appoint(succession, left_at=left_at, now=change.now)
    if isinstance(appointment, Refused):
        return appointment
    offer = await transfers.open_offer(change.connection, organization.id)
    if offer is not None:
        await withdraw(change, offer, "CANCELLED")
    if appointment.added is not None:
        await _let_in(change, appointment.added)
    told = {"reason": _unnamed(command.data.reason, succession)}
    await hand_over(
        change,
        appointment.changed,
        invoices_to="new",
        former_stays=not appointment.former_leaves,
        written_down=told,
    )
    if appointment.former_leaves:
        await _let_go(change, appointment.changed)
    return appointment.changed


async def _let_in(change: Change, added: MemberAdded) -> None:
    """One from outside is in before he administers, as everybody else who ever did."""
    await people.add_membership(change.connection, added)
    await change.say(added, subject=added.organization_id)
    await audit.record(
        change,
        MembershipActRecorded,
        subject=added.organization_id,
        about=added.account_id,
        before={"role": None},
        after={"role": added.role},
    )


async def _let_go(change: Change, changed: AdministratorChanged) -> None:
    """The former is in another organization, so he leaves this one with the same commit (A2).

    Everybody hears that he handed over and was removed: his seats and access go as anybody's (T1).
    """
    former = Membership(
        changed.organization_id,
        changed.from_account_id,
        role=changed.from_role,
        added_at=changed.changed_at,
    )
    products = await seats.products_of(change.connection, former.organization_id, former.account_id)
    removed = removal_rules.remove(former, reason="removed", products=products, now=change.now)
    await removals.add_removal(change.connection, former, removed)
    await change.say(removed, subject=removed.organization_id)
    await audit.record(
        change,
        MembershipActRecorded,
        subject=former.organization_id,
        about=former.account_id,
        before={"role": former.role},
        after={"role": None},
    )


def _unnamed(reason: str, succession: Succession) -> JsonValue:
    """Neither name is written down with the reason (A20)."""
    for account in (succession.former.account, succession.successor.account):
        reason = accounts.unnamed(reason, account)
    return reason
