"""Paid orders: decided by how they were placed, or kept until it is known who their buyer was."""

from datetime import datetime

import structlog

from services.licensing.rules import licenses as rules
from services.licensing.rules.orders import belongs_to
from services.licensing.store import arriving, entitlements, licenses, orders, people
from services.licensing.store.arriving import Concerned
from services.licensing.store.orders import ParkedOrder
from shared.contracts.message import Fact
from shared.contracts.purchases import LicenseLine, OrderPaid
from shared.messaging.inbox import Act

log = structlog.get_logger()


async def settle_or_park(act: Act, fact: Fact[OrderPaid], *, covered_until: datetime) -> None:
    """Make licenses of a paid order, or keep it until our copy covers its placement (A14)."""
    if not any(isinstance(line, LicenseLine) for line in fact.data.lines):
        return
    if await settle(act, fact.data, covered_until=covered_until):
        return
    parked = ParkedOrder(fact.id, fact.model_dump_json(exclude_none=True))
    await orders.park(act.connection, parked, fact.data.placed_at)
    log.info("order_waits", order=fact.data.order_id, placed_at=fact.data.placed_at.isoformat())


async def settle_parked(act: Act, parked: ParkedOrder, *, covered_until: datetime) -> None:
    """Make licenses of an order that waited."""
    order = Fact[OrderPaid].model_validate_json(parked.body).data
    if await settle(act, order, covered_until=covered_until):
        await orders.unpark(act.connection, parked.id)


async def settle(act: Act, order: OrderPaid, *, covered_until: datetime) -> bool:
    """Each line of licenses counts once, whenever and however often it comes (T19, T20).

    False when nobody placed the order with us and who its buyer was then is not known yet.
    """
    await people.lock_account(act.connection, order.account_id)
    placed = await orders.find_placed(act.connection, order.store, order.order_id, order.account_id)
    if placed is None and order.placed_at > covered_until:
        return False
    buyer = await people.standing_of(act.connection, order.account_id)
    kept = await licenses.lines_of(act.connection, order.store, order.order_id)
    concerned: Concerned = set()
    lines = (line for line in order.lines if isinstance(line, LicenseLine))
    for line in sorted(lines, key=lambda line: (line.product, line.line_no)):
        belongs = belongs_to(
            line.license_kind, placed=placed, placed_at=order.placed_at, buyer=buyer
        )
        told = rules.license_of(order, line, belongs, id=act.clock.new_id(), now=act.now)
        if line.line_no in kept:
            arriving.compare(kept[line.line_no], told)
        else:
            concerned |= await arriving.add_license(act, told)
    await entitlements.retell_all(act, concerned)
    return True
