"""Leases are found by index, however many were ever opened."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from services.licensing.store import leases
from shared.clock import Clock
from tests.builders import LUMEN, an_id
from tests.databases import Database
from tests.doors.licensing.studio import Ground
from tests.plans import nodes

OLD_ONES = 20_000
OF_OPEN_ONES = {"checkout_open", "checkout_seat", "checkout_organization", "checkout_due"}


@dataclass
class Explaining:
    """Stands for a connection: asks how a statement would be carried out, and keeps the answer."""

    database: Database
    used: set[str] = field(default_factory=set)
    scanned: set[str] = field(default_factory=set)

    async def fetch(self, statement: str, *values: object) -> list[Any]:
        told = await self.database.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *values)
        for node in nodes(json.loads(told)[0]["Plan"]):
            if "Index Name" in node:
                self.used.add(node["Index Name"])
            if node["Node Type"] == "Seq Scan":
                self.scanned.add(node["Relation Name"])
        return []


@pytest.fixture
async def explaining(ground: Ground) -> Explaining:
    """Many closed checkouts, as years leave them."""
    studio = await ground.studio(seats=2, people=0)
    await ground.database.execute(
        """
        INSERT INTO checkout (
            id, organization_id, account_id, product, machine, source, opened_at, lease_until,
            borrowed, closed_at
        )
        SELECT gen_random_uuid(), $1, gen_random_uuid(), $2, 'desk', 'FLOATING', now(), now(),
            FALSE, now()
        FROM generate_series(1, $3)
        """,
        studio.id,
        LUMEN,
        OLD_ONES,
    )
    return Explaining(ground.database)


async def test_A12_leases_are_found_by_index(explaining: Explaining) -> None:
    connection: Any = explaining
    now = Clock().now()

    await leases.open_ones_of(connection, an_id(), LUMEN)
    await leases.past_their_lease(connection, now=now - timedelta(days=1), limit=100)
    await leases.on_no_assignment(connection, an_id(), LUMEN)
    await leases.held_in(connection, an_id(), product=None, after=None, limit=100, now=now)

    assert explaining.scanned == set()
    assert explaining.used <= OF_OPEN_ONES
