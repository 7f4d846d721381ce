"""A page of placed orders is read from one index, wherever it begins, and none is sorted."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from services.licensing.store import placed_orders
from services.licensing.store.placed_orders import Page
from shared.clock import Clock
from shared.contracts.license_orders import PlaceInOrders
from shared.postgres.pool import Connection
from tests.doors.licensing.studio import Ground
from tests.plans import nodes

ORDERS = 20_000
NOBODY = UUID(int=0)
# Each list, and the index in which its pages lie.
LISTS: dict[str, Callable[[Any, Page], Awaitable[object]]] = {
    "order_placed_in_time": placed_orders.all_orders,
    "order_placed_by_account": lambda connection, page: placed_orders.orders_of_account(
        connection, NOBODY, page
    ),
    "order_placed_for_organization": lambda connection, page: placed_orders.orders_of_organization(
        connection, NOBODY, page
    ),
}


@dataclass
class Explaining:
    """Stands for a connection: asks how a statement would be carried out, whatever it is given."""

    connection: Connection
    plan: Any = None

    async def fetch(self, statement: str, *values: object) -> list[Any]:
        await self.connection.execute(f"PREPARE page AS {statement}")
        nothing = ", ".join("NULL" for _ in values)
        told = await self.connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE page ({nothing})")
        await self.connection.execute("DEALLOCATE page")
        self.plan = json.loads(told)[0]["Plan"]
        return []


@pytest.fixture
async def explaining(ground: Ground) -> AsyncIterator[Explaining]:
    """Many orders of many people, all paid, in a transaction that is undone."""
    async with ground.database.acquire() as connection:
        undone = connection.transaction()
        await undone.start()
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.execute(
            """
            INSERT INTO order_placed (
                store, order_id, account_id, organization_id, for_organization, commercial, content,
                placed_at
            )
            SELECT 'online', 'O-' || number, gen_random_uuid(), gen_random_uuid(),
                number % 3 = 0, number % 2 = 0, '', now() + number * interval '1 second'
            FROM generate_series(1, $1) AS number
            """,
            ORDERS,
        )
        await connection.execute(
            """
            INSERT INTO license (
                id, store, order_id, line_no, account_id, product, kind, seats, state, activated_at
            )
            SELECT gen_random_uuid(), store, order_id, 1, account_id, 'Tide', 'EDU', 1, 'EXPIRED',
                now()
            FROM order_placed
            ON CONFLICT DO NOTHING
            """
        )
        yield Explaining(connection)
        await undone.rollback()


@pytest.mark.parametrize("index", LISTS)
async def test_A14_a_page_of_orders_begins_in_its_index_and_sorts_nothing(
    explaining: Explaining, index: str
) -> None:
    last = PlaceInOrders(placed_at=Clock().now(), store="online", order_id="O-1", account_id=NOBODY)

    await LISTS[index](explaining, Page(after=last, paid=False, limit=100))

    found = list(nodes(explaining.plan))
    assert not [node for node in found if "Sort" in node["Node Type"]]
    assert not [node for node in found if node["Node Type"] == "Seq Scan"]
    assert {"order_placed", "license"} == {node.get("Relation Name") for node in found} - {None}
    [scan] = [node for node in found if node.get("Relation Name") == "order_placed"]
    assert scan["Index Name"] == index
    assert "ROW(placed_at, store, order_id" in scan["Index Cond"]
