"""What licensing is asked to do: give, take and move the seats of an organization."""

from typing import TypeVar

from faststream.rabbit import RabbitRouter

from services.licensing import rules
from services.licensing.store import people, seating
from shared.contracts.licensing import (
    AssignLicense,
    ReassignLicense,
    RevokeLicense,
    SeatAssigned,
    SeatReassigned,
)
from shared.contracts.message import Command, CommandData, Contract, Refused, Verdict
from shared.messaging import topology
from shared.messaging.doors import ServiceClock, carries, open_queue
from shared.messaging.inbox import Change, once
from shared.postgres.pool import Pool

D = TypeVar("D", bound=CommandData)

router = RabbitRouter()
commands = open_queue(router, topology.commands_of(topology.LICENSING))


@commands(filter=carries(AssignLicense))
async def assign_license(
    command: Command[AssignLicense], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        await people.lock_account(change.connection, command.data.account_id)
        organization = await _organization(change, command)
        if isinstance(organization, Refused):
            return change.decide(organization)
        return change.decide(await _assign(change, organization, command.data))


@commands(filter=carries(RevokeLicense))
async def revoke_license(
    command: Command[RevokeLicense], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        await people.lock_account(change.connection, command.data.account_id)
        organization = await _organization(change, command)
        if isinstance(organization, Refused):
            return change.decide(organization)
        return change.decide(await _revoke(change, organization, command.data))


@commands(filter=carries(ReassignLicense))
async def reassign_license(
    command: Command[ReassignLicense], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        for account_id in sorted({command.data.from_account_id, command.data.to_account_id}):
            await people.lock_account(change.connection, account_id)
        organization = await _organization(change, command)
        if isinstance(organization, Refused):
            return change.decide(organization)
        return change.decide(await _reassign(change, organization, command.data))


async def _organization(change: Change, command: Command[D]) -> rules.Organization | Refused:
    """Find the organization that the command names and let only its Administrator through."""
    found = None
    if command.owner is not None:
        found = await people.find_organization(change.connection, command.owner)
    return rules.administer(found, command.on_behalf_of)


async def _assign(
    change: Change, organization: rules.Organization, asked: AssignLicense
) -> Contract | Refused:
    person = await people.person_of(
        change.connection, organization, asked.account_id, asked.product, now=change.now
    )
    seats = await seating.lock_seats(change.connection, organization, asked.product, now=change.now)
    decision = rules.assign(seats, person, now=change.now)
    if isinstance(decision, SeatAssigned):
        await seating.add_assignment(change.connection, decision, id=change.clock.new_id())
        await change.say(decision, subject=organization.id)
    return decision


async def _revoke(
    change: Change, organization: rules.Organization, asked: RevokeLicense
) -> Contract | Refused:
    person = await people.person_of(
        change.connection, organization, asked.account_id, asked.product, now=change.now
    )
    seats = await seating.lock_seats(change.connection, organization, asked.product, now=change.now)
    decision = rules.revoke(seats, person, now=change.now)
    if not isinstance(decision, Refused):
        await seating.take_back(change, seats, decision)
    return decision


async def _reassign(
    change: Change, organization: rules.Organization, asked: ReassignLicense
) -> Contract | Refused:
    giver, taker = [
        await people.person_of(
            change.connection, organization, account_id, asked.product, now=change.now
        )
        for account_id in (asked.from_account_id, asked.to_account_id)
    ]
    seats = await seating.lock_seats(change.connection, organization, asked.product, now=change.now)
    decision = rules.reassign(seats, giver=giver, taker=taker, now=change.now)
    if isinstance(decision, SeatReassigned):
        taken, given = rules.two_facts_of(decision)
        await seating.take_back(change, seats, taken)
        await seating.add_assignment(change.connection, given, id=change.clock.new_id())
        await change.say(given, subject=organization.id)
    return decision
