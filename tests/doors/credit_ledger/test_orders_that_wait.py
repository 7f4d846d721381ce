"""Paid orders that are newer than what is known of memberships wait until it is known (A14)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from services.credit_ledger.engine.parked_orders import park, settle_parked, tell_parked
from shared.contracts.message import Fact
from shared.contracts.purchases import OrderPaid
from tests.ledger.acts import CREDIT, an_id
from tests.ledger.desk import Desk, LedgerDatabase, an_organization
from tests.ledger.shop import Shop, an_order_paid, shop_at
from tests.ledger.trade import an_order
from tests.speaking import a_fact

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def shop(database: LedgerDatabase, desk: Desk) -> AsyncIterator[Shop]:
    async with shop_at(database, desk) as opened:
        yield opened


async def standing(desk: Desk, owner: UUID) -> tuple[int, int]:
    """What is free and what sleeps in a wallet, in whole credits."""
    row = await desk.connection.fetchrow(
        "SELECT free, dormant FROM wallet_name JOIN wallet ON wallet.id = wallet"
        " WHERE wallet_name.owner = $1",
        owner,
    )
    return (row["free"] // CREDIT, row["dormant"] // CREDIT) if row else (0, 0)


async def test_A14_an_order_later_than_the_copy_of_memberships_waits_for_it(
    database: LedgerDatabase, desk: Desk
) -> None:
    async with shop_at(database, desk, knows=False) as shop:
        eva = an_id()
        now = desk.clock.now()
        fact = a_fact(an_order_paid(eva, 40, desk.clock, placed_at=now), subject=eva)
        assert isinstance(fact.data, OrderPaid)
        paid = Fact[OrderPaid].model_construct(**dict(fact))

        unknown = await shop.orders.settle(fact.data)
        await park(shop.orders, paid)
        await park(shop.orders, paid)
        shop.knows_memberships_until(now - MINUTE)
        early = await settled(desk, shop, eva)
        shop.orders.memberships.note(now)
        unsettled = await settled(desk, shop, eva)
        shop.knows_memberships_until(now)

        assert (unknown, early, unsettled) == (False, (0, 0), (0, 0))
        assert await settled(desk, shop, eva) == (40, 0)
        assert await desk.connection.fetchval("SELECT count(*) FROM parked_order") == 0


async def settled(desk: Desk, shop: Shop, owner: UUID) -> tuple[int, int]:
    await tell_parked(shop.orders)
    await settle_parked(shop.orders, shop)  # type: ignore[arg-type]  # nothing is buried here
    return await standing(desk, owner)


async def test_A14_an_order_placed_with_us_waits_for_nothing(
    database: LedgerDatabase, desk: Desk
) -> None:
    async with shop_at(database, desk, knows=False) as shop:
        larkspur = await an_organization(desk)
        await desk.decide(an_order(larkspur.id, larkspur.ana, order="L2"))

        assert await shop.paid(larkspur.ana, 100, order="L2")

        assert await standing(desk, larkspur.id) == (600, 0)
