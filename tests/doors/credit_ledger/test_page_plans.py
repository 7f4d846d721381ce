"""Pages of lists and statements are found by index, from wherever the last page ended."""

import json
from uuid import UUID

import pytest

from services.credit_ledger.rules.closing import PeriodEnded
from services.credit_ledger.store import recorded
from services.credit_ledger.store.exporting import HOLDS, HOLDS_IN_STATE, JOURNAL, LOTS, WALLETS
from services.credit_ledger.store.records import STATEMENTS
from services.credit_ledger.store.requests import REQUESTS, REQUESTS_IN_STATE
from shared.postgres.pool import open_pool
from tests.ledger.acts import CREDIT, a_capture, a_debit, an_authorize, an_id
from tests.ledger.desk import LedgerDatabase, an_organization, desk_at
from tests.plans import nodes

SOME_ID = UUID(int=0)
# Each list with what it is asked with, and the index that has to lead to its rows.
PAGES = {
    "wallets": (WALLETS, f"'{SOME_ID}', 100", "wallet_owner_key"),
    "journal": (JOURNAL, "1, 500, 100", "journal_pkey"),
    "lots": (LOTS, "1, 5, 100", "lot_pkey"),
    "holds": (HOLDS, f"1, '{SOME_ID}', 100, NULL", "hold_pkey"),
    "holds in a state": (HOLDS_IN_STATE, f"1, '{SOME_ID}', 100, NULL, 3", "hold_state"),
    "adjustments": (recorded.ADJUSTMENTS, f"1, 100, '{SOME_ID}'", "adjustment_pkey"),
    "releases": (recorded.RELEASES, f"1, 100, '{SOME_ID}'", "released_lot_pkey"),
    "balances": (recorded.BALANCES, "1, 100, 'old'", "opening_balance_pkey"),
    "placed orders": (recorded.PLACED, f"1, 100, '{SOME_ID}'", "placed_order_wallet"),
    "orders": (recorded.ORDERS, "1, 100, 5", "lot_pkey"),
    "counts": (recorded.COUNTS, f"1, 100, '{SOME_ID}', 3", "quota_count_pkey"),
    "requests": (REQUESTS, f"1, '{SOME_ID}', 100, now()", "request_pkey"),
    "open requests": (
        REQUESTS_IN_STATE,
        f"1, '{SOME_ID}', 100, now(), 'open', false",
        "request_state",
    ),
}


@pytest.fixture(scope="module")
async def filled(shared_database: LedgerDatabase) -> LedgerDatabase:
    """Some thousand rows, and the planner told about them."""
    async with desk_at(shared_database) as desk:
        larkspur = await an_organization(desk, 3_000 * CREDIT, 3_000 * CREDIT)
        owner, ben = larkspur.id, larkspur.ben
        holds = [an_id() for _ in range(1_000)]
        await desk.decide(*(an_authorize(owner, ben, id=hold) for hold in holds))
        await desk.decide(*(a_capture(owner, hold) for hold in holds[:800]))
        await desk.decide(*(a_debit(owner, ben) for _ in range(1_500)))
    async with shared_database.as_owner() as connection:
        await connection.execute("ANALYZE")
    return shared_database


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_reads_one_index_in_order_and_sorts_nothing(
    filled: LedgerDatabase, name: str
) -> None:
    statement, arguments, index = PAGES[name]
    async with await open_pool(filled.service_url) as pool, pool.acquire() as connection:
        # A table of few rows is scanned for good reason; what counts is what a large one allows.
        await connection.execute(
            "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off"
        )
        await connection.execute("PREPARE page AS " + statement)
        explained = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE page ({arguments})")

    found = list(nodes(json.loads(explained)[0]["Plan"]))
    scans = [node for node in found if "Relation Name" in node]
    assert [node for node in scans if "Index" not in node["Node Type"]] == []
    assert index in {node["Index Name"] for node in scans}
    assert all("Index Cond" in node for node in scans if node["Index Name"] == index)
    assert not any("Sort" in node["Node Type"] for node in found)


async def test_closing_a_month_never_scans_a_table(filled: LedgerDatabase) -> None:
    async with desk_at(filled) as desk:
        await desk.connection.execute("PREPARE closing AS " + STATEMENTS[PeriodEnded])
        explained = await desk.connection.fetchval(
            "EXPLAIN (FORMAT JSON)"
            " EXECUTE closing (1, '2026-11', 'UTC', '2026-11-01Z', '2026-12-01Z')"
        )

    scans = [n for n in nodes(json.loads(explained)[0]["Plan"]) if "Relation Name" in n]
    reads = [node for node in scans if node["Node Type"] != "ModifyTable"]
    assert {node["Relation Name"] for node in reads} >= {"wallet", "lot", "access", "ended_counts"}
    assert [node for node in reads if "Index" not in node["Node Type"]] == []
    lots = [node for node in reads if node["Relation Name"] == "lot"]
    assert {node["Index Name"] for node in lots} == {"lot_to_state"}
