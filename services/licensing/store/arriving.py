"""Licenses as they come and go: told, counted as seats, and withheld where a Member paid.

What these functions answer are the accounts and products whose entitlements have to be retold when
everything else is said.
"""

from uuid import UUID

import structlog

from services.licensing.rules import licenses as rules
from services.licensing.rules import seats as seat_rules
from services.licensing.rules.licenses import ACTIVE, License
from services.licensing.store import checkouts, leases, licenses, people, seating
from shared.contracts.licensing import LicenseActivated, LicenseExpired, LicenseWithheld
from shared.messaging.inbox import Act

log = structlog.get_logger()
Concerned = set[tuple[UUID, str]]


async def add_license(act: Act, license: License) -> Concerned:
    """Keep a license and say so; add its seats where they belong to an organization."""
    if not await licenses.add_license(act.connection, license):
        return set()
    if license.state != ACTIVE:
        log.warning("license_came_expired", store=license.store, order=license.order_id)
        return set()
    await act.say(activated(license), subject=license.account_id)
    if license.withheld:
        log.error("license_withheld", store=license.store, order=license.order_id)
        await act.say(_withheld(license, act), subject=license.account_id)
    concerned = {(license.account_id, license.product)}
    if license.organization_id is None:
        return concerned
    return concerned | await add_seats_of(act, license, license.organization_id)


async def add_seats_of(
    act: Act, license: License, organization_id: UUID, *, founding: bool = False
) -> Concerned:
    """Add the seats of a license, and seat the Administrator where it is for him (A13)."""
    await seating.add_seats(act.connection, organization_id, license.product, seats=license.seats)
    seats = await seating.lock_seats(act.connection, organization_id, license.product, now=act.now)
    concerned: Concerned = set()
    if seats.until == license.expires_at:
        # The seats may last longer now than was told of those who sit on them.
        floated = await leases.on_no_assignment(act.connection, organization_id, license.product)
        concerned = {(held.account_id, license.product) for held in seats.assignments}
        concerned |= {(floats.account_id, license.product) for floats in floated}
    organization = await people.find_organization(act.connection, organization_id)
    if organization is None or organization.administrator_id != license.account_id:
        return concerned
    seat = seat_rules.administrators_seat(
        seats, license, administrator_id=license.account_id, founding=founding, now=act.now
    )
    if seat is not None:
        await seating.give(act, seat)
    return concerned | {(license.account_id, license.product)}


async def expire_license(act: Act, license: License) -> Concerned:
    """End a license past its date; who sat on its seats last loses his (T9).

    Leases that nobody is assigned for go before assignments: those were given, these found free.
    """
    if not await licenses.expire_license(act.connection, license.id):
        return set()
    await act.say(_expired(license, act), subject=license.account_id)
    if license.organization_id is None:
        await checkouts.end_surplus_of(act, license.account_id, license.product)
        return {(license.account_id, license.product)}
    seats = await seating.lock_seats(
        act.connection, license.organization_id, license.product, now=act.now
    )
    lost = seat_rules.seats_lost(seats)
    ended = await checkouts.end_surplus(act, seats, lost)
    for held in lost:
        taken = seat_rules.revoked(seats, held, reason="expired", now=act.now)
        await seating.take_back(act, seats, taken)
    await seating.remove_seats(
        act.connection, license.organization_id, license.product, seats=license.seats
    )
    accounts = {held.account_id for held in lost} | {lease.account_id for lease in ended}
    return {(account_id, license.product) for account_id in accounts}


def compare(kept: License, told: License) -> None:
    """The first telling of an order line stands; one that differs is for an operator to see."""
    if not rules.says_the_same(kept, told):
        log.error("order_line_reused", store=told.store, order=told.order_id, line_no=told.line_no)


def activated(license: License) -> LicenseActivated:
    """Say that a license counts, and whose it is; said again when it becomes an organization's."""
    return LicenseActivated(
        license_id=license.id,
        account_id=license.account_id,
        product=license.product,
        kind=license.kind,
        seats=license.seats,
        activated_at=license.activated_at,
        expires_at=license.expires_at,
        organization_id=license.organization_id,
    )


def _withheld(license: License, act: Act) -> LicenseWithheld:
    return LicenseWithheld(
        license_id=license.id,
        account_id=license.account_id,
        store=license.store,
        order_id=license.order_id,
        product=license.product,
        withheld_at=act.now,
    )


def _expired(license: License, act: Act) -> LicenseExpired:
    return LicenseExpired(
        license_id=license.id,
        account_id=license.account_id,
        product=license.product,
        kind=license.kind,
        seats=license.seats,
        expired_at=act.now,
        organization_id=license.organization_id,
    )
