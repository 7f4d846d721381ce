"""What licensing does when others speak: the store sells licenses, membership moves people."""

import structlog
from faststream.rabbit import RabbitRouter

from services.licensing import rules
from services.licensing.store import licenses, people, seating
from shared.contracts.licensing import LicenseActivated
from shared.contracts.membership import MemberAdded, MemberRemoved, OrganizationActivated
from shared.contracts.message import Fact, FactData
from shared.contracts.purchases import LicenseLine, OrderPaid
from shared.messaging import topology
from shared.messaging.doors import ServiceClock, open_queue
from shared.messaging.inbox import Act, hear
from shared.postgres.pool import Pool

log = structlog.get_logger()
router = RabbitRouter()
facts = open_queue(router, topology.facts_of(topology.LICENSING))


@facts
async def hear_facts(fact: Fact[FactData], pool: Pool, clock: ServiceClock) -> None:
    async with hear(pool, fact, clock) as heard:
        for due in heard.due:
            await _apply(heard, due.data)


async def _apply(act: Act, data: FactData) -> None:
    match data:
        case OrderPaid():
            await order_paid(act, data)
        case OrganizationActivated():
            await organization_activated(act, data)
        case MemberAdded():
            await member_added(act, data)
        case MemberRemoved():
            await member_removed(act, data)
        case _:
            return  # Heard all the same: a fact that was skipped would hold up those after it.


async def order_paid(act: Act, order: OrderPaid) -> None:
    """Each line of licenses counts once, whenever and however often it comes (T19, T20)."""
    await people.lock_account(act.connection, order.account_id)
    lines = (line for line in order.lines if isinstance(line, LicenseLine))
    for line in sorted(lines, key=lambda line: (line.product, line.line_no)):
        told = rules.license_of(order, line, id=act.clock.new_id(), now=act.now)
        if await licenses.add_license(act.connection, told):
            await _count_in(act, told)
        else:
            await _compare(act, told)


async def organization_activated(act: Act, activated: OrganizationActivated) -> None:
    """From now on the commercial licenses of the Administrator are the organization's (A13)."""
    await people.lock_account(act.connection, activated.administrator_id)
    if not await people.add_organization(act.connection, activated):
        return
    for license in await licenses.licenses_of(act.connection, activated.administrator_id):
        if license.kind == "COMMERCIAL" and license.state == rules.ACTIVE:
            await seating.add_seats(
                act.connection, activated.organization_id, license.product, seats=license.seats
            )


async def member_added(act: Act, added: MemberAdded) -> None:
    await people.lock_account(act.connection, added.account_id)
    await people.add_member(act.connection, added)


async def member_removed(act: Act, removed: MemberRemoved) -> None:
    """Whoever leaves gives his seats back; what he owns stays his (R16, T1)."""
    await people.lock_account(act.connection, removed.account_id)
    await people.remove_member(act.connection, removed)
    organization = await people.find_organization(act.connection, removed.organization_id)
    if organization is None:
        return
    for product in await seating.products_assigned_to(act.connection, removed.account_id):
        seats = await seating.lock_seats(act.connection, organization, product, now=act.now)
        if held := seats.of(removed.account_id):
            taken = rules.revoked(seats, held, reason="removed", now=act.now)
            await seating.take_back(act, seats, taken)


async def _count_in(act: Act, license: rules.License) -> None:
    """Say that the license is there, and add its seats where they belong to an organization."""
    if license.state != rules.ACTIVE:
        log.warning("license_came_expired", store=license.store, order=license.order_id)
        return
    await act.say(_activated(license), subject=license.account_id)
    organization = await people.find_organization_of(act.connection, license.account_id)
    if organization is not None and rules.is_organizational(license, organization):
        await seating.add_seats(
            act.connection, organization.id, license.product, seats=license.seats
        )


async def _compare(act: Act, told: rules.License) -> None:
    """The first telling of an order line stands; one that differs is for an operator to see."""
    kept = await licenses.find_license_of_line(act.connection, told)
    if kept is not None and not rules.says_the_same(kept, told):
        log.error("order_line_reused", store=told.store, order=told.order_id, line_no=told.line_no)


def _activated(license: rules.License) -> LicenseActivated:
    return LicenseActivated(
        license_id=license.id,
        account_id=license.account_id,
        product=license.product,
        kind=license.kind,
        seats=license.seats,
        activated_at=license.activated_at,
        expires_at=license.expires_at,
    )
