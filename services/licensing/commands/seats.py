"""What an Administrator asks for: seats given, taken back and moved."""

from uuid import UUID

from services.licensing.commands.door import commands, organization_of
from services.licensing.rules import seats as rules
from services.licensing.rules.leases import Checkout
from services.licensing.rules.organizations import Organization
from services.licensing.rules.seats import Seats
from services.licensing.store import checkouts, entitlements, leases, people, seating
from shared.contracts.audit import LicensingActRecorded, Values
from shared.contracts.licensing import (
    AssignLicense,
    ReassignLicense,
    RevokeLicense,
    SeatAssigned,
    SeatReassigned,
)
from shared.contracts.message import Command, Contract, Refused, Verdict
from shared.messaging.audit import NOTHING, record
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Change, once
from shared.postgres.pool import Pool


@commands(filter=carries(AssignLicense))
async def assign_license(
    command: Command[AssignLicense], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        await people.lock_account(change.connection, command.data.account_id)
        organization = await organization_of(change, command)
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
        organization = await organization_of(change, command)
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
        organization = await organization_of(change, command)
        if isinstance(organization, Refused):
            return change.decide(organization)
        return change.decide(await _reassign(change, organization, command.data))


async def _assign(
    change: Change, organization: Organization, asked: AssignLicense
) -> Contract | Refused:
    person = await people.person_of(
        change.connection, organization, asked.account_id, asked.product, now=change.now
    )
    seats = await seating.lock_seats(
        change.connection, organization.id, asked.product, now=change.now
    )
    decision = rules.assign(seats, person, now=change.now)
    if isinstance(decision, SeatAssigned):
        await seating.give(change, decision)
        await _record(change, organization, asked.account_id, after={"product": asked.product})
        await entitlements.retell(change, asked.account_id, asked.product)
    return decision


async def _revoke(
    change: Change, organization: Organization, asked: RevokeLicense
) -> Contract | Refused:
    person = await people.person_of(
        change.connection, organization, asked.account_id, asked.product, now=change.now
    )
    seats = await seating.lock_seats(
        change.connection, organization.id, asked.product, now=change.now
    )
    decision = rules.revoke(seats, person, now=change.now)
    if not isinstance(decision, Refused):
        await seating.take_back(change, seats, decision)
        await _record(change, organization, asked.account_id, before={"product": asked.product})
        await entitlements.retell(change, asked.account_id, asked.product)
    return decision


async def _reassign(
    change: Change, organization: Organization, asked: ReassignLicense
) -> Contract | Refused:
    giver, taker = [
        await people.person_of(
            change.connection, organization, account_id, asked.product, now=change.now
        )
        for account_id in (asked.from_account_id, asked.to_account_id)
    ]
    seats = await seating.lock_seats(
        change.connection, organization.id, asked.product, now=change.now
    )
    lease = await _lease_of(change, seats, asked.from_account_id)
    decision = rules.reassign(
        seats, giver=giver, taker=taker, now=change.now, lease=lease, force=asked.force
    )
    if isinstance(decision, SeatReassigned):
        await _move(change, seats, decision, lease=lease)
        await _record(
            change,
            organization,
            asked.from_account_id,
            before={"product": asked.product, "account_id": str(asked.from_account_id)},
            after={
                "product": asked.product,
                "account_id": str(asked.to_account_id),
                **({"force": True} if asked.force else {}),
            },
        )
        both = (asked.from_account_id, asked.to_account_id)
        await entitlements.retell_all(change, ((each, asked.product) for each in both))
    return decision


async def _lease_of(change: Change, seats: Seats, account_id: UUID) -> Checkout | None:
    held = seats.of(account_id)
    return await leases.find_on(change.connection, held.id) if held else None


async def _move(
    change: Change, seats: Seats, moved: SeatReassigned, *, lease: Checkout | None
) -> None:
    if lease is not None:
        await checkouts.end(change, lease, swept=not lease.is_held(change.now))
    taken, given = rules.two_facts_of(moved)
    await seating.take_back(change, seats, taken)
    await seating.give(change, given)


async def _record(
    change: Change,
    organization: Organization,
    about: UUID,
    *,
    before: Values = NOTHING,
    after: Values = NOTHING,
) -> None:
    await record(
        change,
        LicensingActRecorded,
        subject=organization.id,
        about=about,
        before=before,
        after=after,
    )
