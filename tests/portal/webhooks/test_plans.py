"""What is due is found by index, however much was ever sent and waits for later."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from services.portal.rooms import Rooms
from services.portal.store import deliveries, letters, webhooks
from tests.builders import an_id
from tests.databases import Database
from tests.plans import nodes

ADDRESSES, SENT, LATER = 500, 40_000, 20_000


@dataclass
class Explaining:
    """Stands for a connection: asks how a statement would be carried out, and keeps the answer."""

    database: Database
    used: set[str] = field(default_factory=set)
    scanned: set[str] = field(default_factory=set)

    async def fetchrow(self, statement: str, *values: object) -> None:
        told = await self.database.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *values)
        for node in nodes(json.loads(told)[0]["Plan"]):
            if "Index Name" in node:
                self.used.add(node["Index Name"])
            if node["Node Type"] == "Seq Scan":
                self.scanned.add(node["Relation Name"])

    async def fetch(self, statement: str, *values: object) -> list[Any]:
        await self.fetchrow(statement, *values)
        return []


@pytest.fixture
async def explaining(rooms: Rooms) -> Explaining:
    """Many addresses, some of which have failed for a while."""
    now = rooms.clock.now()
    await rooms.pool.execute(
        """
        INSERT INTO webhook (id, organization_id, created_by, created_at, url, kinds, secret, state)
        SELECT gen_random_uuid(), gen_random_uuid(), $1, $2, 'https://a.example/', '{a}', 's',
            'ACTIVE'
        FROM generate_series(1, $3)
        """,
        *(an_id(), now, ADDRESSES),
    )
    for state, count, later in (("DELIVERED", SENT, None), ("WAITING", LATER, now)):
        await rooms.pool.execute(
            """
            INSERT INTO delivery (
                id, webhook_id, fact_id, kind, body, state, created_at, begun_at, next_attempt_at
            )
            SELECT gen_random_uuid(), webhook.id, gen_random_uuid(), 'a', 'b', $1, $2, $2,
                $3::timestamptz + make_interval(secs => number)
            FROM webhook CROSS JOIN generate_series(1, $4) AS number
            """,
            *(state, now, later, count // ADDRESSES),
        )
    await rooms.pool.execute(
        """
        INSERT INTO letter (
            id, cause, part, kind, account_id, facts, state, created_at, settled_at, next_attempt_at
        )
        SELECT gen_random_uuid(), gen_random_uuid(), 0, 'added', gen_random_uuid(), '{}',
            CASE WHEN number % 10 = 0 THEN 'WAITING' ELSE 'SENT' END, $1,
            CASE WHEN number % 10 = 0 THEN NULL ELSE $1::timestamptz END,
            CASE WHEN number % 10 = 0 THEN $1::timestamptz + make_interval(secs => number) END
        FROM generate_series(1, $2) AS number
        """,
        *(now, LATER),
    )
    return Explaining(rooms.pool)


async def test_what_is_due_is_found_by_index(rooms: Rooms, explaining: Explaining) -> None:
    connection: Any = explaining
    now = rooms.clock.now()

    await webhooks.claim_target(connection, now=now, busy_until=now)
    await deliveries.next_due(connection, an_id(), now)
    await deliveries.deliveries_to(connection, an_id(), before=None, limit=50)
    await webhooks.listening(connection, an_id(), "a")
    await letters.claim_letter(connection, now=now, next_attempt_at=now)
    await letters.settle_those_who_were_leaving(connection, now - timedelta(minutes=1))

    assert explaining.scanned <= {"webhook"}
    assert explaining.used >= {
        "delivery_next",
        "delivery_of_webhook",
        "letter_due",
        "webhook_organization",
    }
