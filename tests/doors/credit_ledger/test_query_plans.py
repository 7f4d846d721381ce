"""The hot statement finds everything by index, whatever the tables hold when it is planned."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from services.credit_ledger.store import locking
from services.credit_ledger.store.loading import LOAD
from tests.ledger.acts import CREDIT, a_capture, a_debit, an_authorize, an_id
from tests.ledger.desk import LedgerDatabase, an_organization, desk_at

NOTHING = ", ".join(["'{}'"] * 11)


@pytest.mark.parametrize("filled", [False, True])
async def test_the_load_of_a_batch_never_scans_a_table(
    database: LedgerDatabase, *, filled: bool
) -> None:
    if filled:
        await fill(database)

    plan = await plan_of_load(database)

    scans = [node for node in nodes(plan) if "Relation Name" in node]
    assert {node["Relation Name"] for node in scans} >= {"journal", "verdict", "hold", "access"}
    assert [node for node in scans if "Index" not in node["Node Type"]] == []


async def test_ids_are_probed_by_wallet_and_command(database: LedgerDatabase) -> None:
    await fill(database)

    plan = await plan_of_load(database)

    probes = [n for n in nodes(plan) if n.get("Relation Name") in {"journal", "verdict"}]
    assert {node["Index Name"] for node in probes} == {"journal_once", "verdict_pkey"}
    assert all("command = ANY" in node["Index Cond"] for node in probes)
    assert all("wallet = " in node["Index Cond"] for node in probes)


async def fill(database: LedgerDatabase) -> None:
    """Some thousand rows, and the planner told about them."""
    async with desk_at(database) as desk:
        larkspur = await an_organization(desk, 5_000 * CREDIT)
        owner, ben = larkspur.id, larkspur.ben
        holds = [an_id() for _ in range(500)]
        await desk.decide(*(an_authorize(owner, ben, id=hold) for hold in holds))
        await desk.decide(*(a_capture(owner, hold) for hold in holds))
        await desk.decide(*(a_debit(owner, an_id()) for _ in range(500)))
        await desk.decide(*(a_debit(owner, ben) for _ in range(1_500)))
    async with database.as_owner() as connection:
        await connection.execute("ANALYZE")


async def plan_of_load(database: LedgerDatabase) -> dict[str, Any]:
    """The generic plan, under the settings of the engine's own connection."""
    connection = await locking.connect(database.service_url)
    try:
        await connection.execute("PREPARE load AS " + LOAD)
        explained = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE load ({NOTHING})")
    finally:
        await connection.close()
    [found] = json.loads(explained)
    plan: dict[str, Any] = found["Plan"]
    return plan


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)
