"""What the ledger does when the store speaks: what was paid becomes lots, refunds take it back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from faststream import Context

from services.credit_ledger.engine.group_commit import Engine
from services.credit_ledger.engine.parked_orders import park
from services.credit_ledger.engine.store_orders import StoreOrders
from services.credit_ledger.reactions.door import facts
from services.credit_ledger.store import watermarks
from shared.contracts.copies import MembershipWatermark
from shared.contracts.message import Fact
from shared.contracts.purchases import OrderChargedBack, OrderPaid, OrderRefunded
from shared.copies.keeping import SharedCopies
from shared.messaging.doors import carries
from shared.messaging.reach import Reach
from shared.messaging.topology import MEMBERSHIP
from shared.postgres.pool import Pool
from shared.service import Running

SharedOrders = Annotated[StoreOrders, Context("store_orders")]


@asynccontextmanager
async def open_store_orders(running: Running) -> AsyncIterator[dict[str, object]]:
    """Share what settles orders between the doors and the timer of those that wait."""
    engine = running.rooms["engine"]
    assert isinstance(engine, Engine)
    orders = StoreOrders(running.pool, engine, running.clock, Reach())
    running.rooms["store_orders"] = orders
    yield {"store_orders": orders}


@facts(filter=carries(OrderPaid))
async def order_paid(fact: Fact[OrderPaid], orders: SharedOrders) -> None:
    """Each paid credit line becomes one lot of one wallet, however often it is told (T19)."""
    if not await orders.settle(fact.data):
        await park(orders, fact)


@facts(filter=carries(OrderRefunded))
async def order_refunded(fact: Fact[OrderRefunded], orders: SharedOrders) -> None:
    """What the store refunded leaves the wallet, or never comes into it (T20, T22)."""
    await orders.take_back(fact.data, "refunded")


@facts(filter=carries(OrderChargedBack))
async def order_charged_back(fact: Fact[OrderChargedBack], orders: SharedOrders) -> None:
    """What a bank took back leaves the wallet in the same way (T20, T23)."""
    await orders.take_back(fact.data, "charged_back")


@facts(filter=carries(MembershipWatermark))
async def memberships_are_known_until(
    fact: Fact[MembershipWatermark], orders: SharedOrders, copies: SharedCopies, pool: Pool
) -> None:
    """Orders placed until then can be decided by their buyers' roles (A14), and gaps be seen."""
    orders.memberships.note(fact.data.at)
    copies.hear(fact.data)
    async with pool.acquire() as connection:
        await watermarks.keep(connection, MEMBERSHIP, fact.data.at)
