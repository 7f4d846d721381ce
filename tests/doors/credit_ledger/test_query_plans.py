"""The hot statement finds everything by index, whatever the tables hold when it is planned."""

import json
from typing import Any

import pytest

from services.credit_ledger.store import enrolments, entitlements, locking
from services.credit_ledger.store.beside import USES_OF_JOBS, USES_OF_JOBS_TOLD
from services.credit_ledger.store.loading import DECIDED_BEFORE, LOAD
from services.credit_ledger.store.naming import BEGUN_BEFORE
from services.credit_ledger.store.personal_credits import FACTS_AFTER, HEADS_AFTER
from services.credit_ledger.store.purchases import CHARGE_OF
from tests.ledger.acts import CREDIT, a_capture, a_debit, an_authorize, an_id
from tests.ledger.desk import LedgerDatabase, an_organization, desk_at
from tests.plans import nodes

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


@pytest.mark.parametrize("filled", [False, True])
async def test_what_a_job_took_is_found_by_index(database: LedgerDatabase, *, filled: bool) -> None:
    if filled:
        await fill(database)

    plan = await plan_of(database, USES_OF_JOBS, "0, '{J1}'")

    used = {node["Index Name"] for node in nodes(plan) if "Index Name" in node}
    assert used == {"hold_job", "work_job", "journal_once"}
    assert [node for node in nodes(plan) if node["Node Type"] == "Seq Scan"] == []
    plan = await plan_of(database, USES_OF_JOBS_TOLD, "0, '{J1}', 5")
    used = {node["Index Name"] for node in nodes(plan) if "Index Name" in node}
    assert used >= {"usage_job", "journal_pkey", "work_pkey", "hold_pkey"}
    assert [node for node in nodes(plan) if node["Node Type"] == "Seq Scan"] == []


@pytest.mark.parametrize("filled", [False, True])
async def test_what_a_usage_line_cost_is_found_by_index(
    database: LedgerDatabase, *, filled: bool
) -> None:
    if filled:
        await fill(database)

    plan = await plan_of(database, CHARGE_OF, "0, '00000000-0000-0000-0000-000000000000'")

    used = {node["Index Name"] for node in nodes(plan) if "Index Name" in node}
    assert used >= {"journal_once", "quota_count_pkey", "work_pkey", "credited_pkey"}
    assert used & {"access_pkey", "access_in_mode"}
    assert [node for node in nodes(plan) if node["Node Type"] == "Seq Scan"] == []


@pytest.mark.parametrize(
    ("ends_of", "index"),
    [(entitlements.ENDS_OF, "entitlement_pkey"), (enrolments.ENDS_OF, "enrolment_pkey")],
)
async def test_who_may_use_a_product_and_which_node_works_for_whom_is_found_by_index(
    database: LedgerDatabase, ends_of: str, index: str
) -> None:
    plan = await plan_of(database, ends_of, "'{}', '{}'")

    used = {node["Index Name"] for node in nodes(plan) if "Index Name" in node}
    assert used == {index}
    assert [node for node in nodes(plan) if node["Node Type"] == "Seq Scan"] == []


@pytest.mark.parametrize("filled", [False, True])
async def test_what_began_under_names_that_moved_is_found_by_index(
    database: LedgerDatabase, *, filled: bool
) -> None:
    if filled:
        await fill(database)

    plan = await plan_of(database, BEGUN_BEFORE, "'{}', '{}', '{}'")

    scans = [node for node in nodes(plan) if "Relation Name" in node]
    tables = {node["Relation Name"] for node in scans}
    assert tables == {"wallet_name_past", "wallet_name", "journal", "verdict", "wallet"}
    assert [node for node in scans if node["Node Type"] == "Seq Scan"] == []
    probes = [node for node in scans if node["Relation Name"] in {"journal", "verdict"}]
    assert {node["Index Name"] for node in probes} == {"journal_once", "verdict_pkey"}
    assert all("wallet = " in node["Index Cond"] for node in probes)
    assert all("command = " in node["Index Cond"] for node in probes)


@pytest.mark.parametrize("filled", [False, True])
async def test_what_was_decided_under_names_that_moved_is_found_by_index(
    database: LedgerDatabase, *, filled: bool
) -> None:
    if filled:
        await fill(database)

    plan = await plan_of(database, DECIDED_BEFORE, "'{}', '{}'")

    used = [node for node in nodes(plan) if "Index Name" in node]
    probes = [node for node in used if "wallet_name" not in node["Index Name"]]
    assert {node["Index Name"] for node in probes} == {"journal_once", "verdict_pkey"}
    assert [node for node in nodes(plan) if node["Node Type"] == "Seq Scan"] == []
    assert all("wallet = " in node["Index Cond"] for node in probes)
    assert all("command = ANY" in node["Index Cond"] for node in probes)


async def test_what_was_said_of_personal_credits_is_found_by_its_index(
    database: LedgerDatabase,
) -> None:
    await fill(database)

    heads = await plan_of(database, HEADS_AFTER, f"'{an_id()}', 501")
    facts = await plan_of(database, FACTS_AFTER, "'{}', '{}', '{}', 500")

    for plan in (heads, facts):
        used = {
            node.get("Index Name") for node in nodes(plan) if node.get("Relation Name") == "fact"
        }
        assert used == {"fact_personal_credits"}


async def fill(database: LedgerDatabase) -> None:
    """Some thousand rows, and the planner told about them."""
    async with desk_at(database) as desk:
        larkspur = await an_organization(desk, 5_000 * CREDIT)
        owner, ben = larkspur.id, larkspur.ben
        holds = [an_id() for _ in range(500)]
        await desk.decide(*(an_authorize(owner, ben, id=hold) for hold in holds))
        await desk.decide(*(a_capture(owner, hold) for hold in holds))
        await desk.decide(*(a_debit(owner, an_id()) for _ in range(500)))
        await desk.decide(*(a_debit(owner, ben, job=f"J{n % 99}") for n in range(1_500)))
    async with database.as_owner() as connection:
        await connection.execute("ANALYZE")


async def plan_of_load(database: LedgerDatabase) -> dict[str, Any]:
    return await plan_of(database, LOAD, NOTHING)


async def plan_of(database: LedgerDatabase, statement: str, arguments: str) -> dict[str, Any]:
    """The generic plan, under the settings of the engine's own connection."""
    connection = await locking.connect(database.service_url)
    try:
        await connection.execute("PREPARE asked AS " + statement)
        explained = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked ({arguments})")
    finally:
        await connection.close()
    [found] = json.loads(explained)
    plan: dict[str, Any] = found["Plan"]
    return plan
