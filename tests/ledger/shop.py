"""The store's side of a ledger: orders paid and taken back, settled by an engine of the test's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.credit_ledger.engine.store_orders import StoreOrders
from shared.clock import Clock
from shared.contracts.purchases import (
    CreditLine,
    OrderChargedBack,
    OrderPaid,
    OrderRefunded,
    ReturnedLine,
)
from shared.messaging.reach import SETTLING_SECONDS, Reach
from shared.postgres.pool import open_pool
from tests.ledger.acts import CREDIT, an_id
from tests.ledger.desk import Desk, LedgerDatabase
from tests.ledger.engines import running_engine

LONG_AGO = timedelta(days=3650)


@dataclass
class Hand:
    """The second hand of a test's own clock, by which watermarks settle."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Shop:
    """Tells of orders in whole credits; what membership said is known unless a test says else."""

    orders: StoreOrders
    clock: Clock
    hand: Hand = field(default_factory=Hand)

    async def paid(
        self,
        account: UUID,
        credits: int,
        *,
        order: str | None = None,
        placed_at: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> bool:
        """One line of credits; says whether it is settled, or waits."""
        return await self.orders.settle(
            an_order_paid(account, credits, self.clock, order, placed_at, expires_at)
        )

    async def refunded(self, order: str, credits: int, *, refund: str = "r1") -> None:
        await self.orders.take_back(a_refund(order, credits, self.clock, refund), "refunded")

    async def charged_back(self, order: str, credits: int, *, refund: str = "c1") -> None:
        taken = OrderChargedBack.model_construct(
            **dict(a_refund(order, credits, self.clock, refund))
        )
        await self.orders.take_back(taken, "charged_back")

    def knows_memberships_until(self, at: datetime) -> None:
        """Hear a watermark, and let it settle."""
        self.orders.memberships.note(at)
        self.hand.seconds += SETTLING_SECONDS


@asynccontextmanager
async def shop_at(
    database: LedgerDatabase, desk: Desk, *, worker: int = 1, knows: bool = True
) -> AsyncIterator[Shop]:
    async with (
        await open_pool(database.service_url) as pool,
        running_engine(database, worker, clock=desk.clock) as engine,
    ):
        hand = Hand()
        shop = Shop(StoreOrders(pool, engine, desk.clock, Reach(hand)), desk.clock, hand)
        if knows:
            shop.knows_memberships_until(desk.clock.now() + LONG_AGO)
        yield shop


def an_order_paid(
    account: UUID,
    credits: int,
    clock: Clock,
    order: str | None = None,
    placed_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> OrderPaid:
    line = CreditLine.model_construct(
        kind="credits", line_no=1, credits=credits * CREDIT, expires_at=expires_at
    )
    return OrderPaid.model_construct(
        store="online",
        order_id=order or an_id().hex,
        account_id=account,
        placed_at=placed_at or clock.now(),
        paid_at=clock.now(),
        lines=(line,),
    )


def a_refund(order: str, credits: int, clock: Clock, refund: str) -> OrderRefunded:
    return OrderRefunded.model_construct(
        store="online",
        order_id=order,
        refund_id=refund,
        account_id=an_id(),
        at=clock.now(),
        lines=(ReturnedLine.model_construct(line_no=1, credits=credits * CREDIT),),
    )
