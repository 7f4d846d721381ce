"""Paid orders that wait until the copy of memberships covers the time they were placed (A14)."""

import structlog

from services.credit_ledger.engine.store_orders import StoreOrders
from services.credit_ledger.store import parking
from services.credit_ledger.store.parking import ParkedOrder
from shared.contracts.message import Fact
from shared.contracts.purchases import OrderPaid
from shared.messaging.doors import Poison
from shared.messaging.publisher import Publisher

log = structlog.get_logger()


async def park(orders: StoreOrders, fact: Fact[OrderPaid]) -> None:
    """Keep a paid order until it can be decided, and say so."""
    order = fact.data
    async with orders.pool.acquire() as connection:
        parked = ParkedOrder(fact.id, fact.model_dump_json(exclude_none=True))
        await parking.park(connection, parked, order.placed_at)
    log.info(
        "order_waits",
        order=order.order_id,
        placed_at=order.placed_at.isoformat(),
        memberships_until=orders.memberships.covered_until.isoformat(),
    )


async def settle_parked(orders: StoreOrders, publisher: Publisher) -> None:
    """Settle the orders that are covered by now; what the ledger cannot take is buried."""
    async with orders.pool.acquire() as connection:
        covered = await parking.parked_until(connection, orders.memberships.covered_until)
    for parked in covered:
        if await _settle(orders, publisher, parked):
            async with orders.pool.acquire() as connection:
                await parking.unpark(connection, parked.id)


async def tell_parked(orders: StoreOrders) -> None:
    """Say how many orders wait, if any does."""
    async with orders.pool.acquire() as connection:
        waiting = await parking.count_parked(connection)
    if waiting:
        until = orders.memberships.covered_until.isoformat()
        log.warning("orders_wait", orders=waiting, memberships_until=until)


async def _settle(orders: StoreOrders, publisher: Publisher, parked: ParkedOrder) -> bool:
    fact = Fact[OrderPaid].model_validate_json(parked.body)
    try:
        return await orders.settle(fact.data)
    except Poison as poison:
        await publisher.bury_patiently(
            parked.body.encode(),
            reason=poison.reason,
            type_name=fact.type,
            message_id=fact.id,
        )
        return True
