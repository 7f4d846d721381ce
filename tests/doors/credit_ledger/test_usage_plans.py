"""Reports follow an index, pages stop at their limit, and the projector probes what it joins."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.credit_ledger.store import projecting, usage
from services.credit_ledger.store.usage import LINES, SUMS, Asked, Keys, Reach
from shared.postgres.pool import Connection
from tests.ledger.acts import a_capture, an_authorize, an_id
from tests.ledger.desk import LedgerDatabase, an_organization, desk_at
from tests.ledger.usage import a_charge, a_work
from tests.plans import nodes

WALLET = 7
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)
BEN = UUID(int=7)
REACH = Reach(10**9, 10**9, END, whole=True, zone="UTC")
FILL = """
INSERT INTO usage (
    wallet, seq, kind, opens, amount, booked_at, person, job, project, product, node, node_class,
    tags, unit, command
)
SELECT
    n % 20, n, 1, true, 1, timestamptz '2026-01-01T00:00:00Z' + n * interval '5 minutes',
    lpad(to_hex(n % 300), 32, '0')::uuid, 'J' || n / 50, 'P' || n % 30, 'L', 'rn-' || n % 90, '',
    CASE WHEN n % 2 = 0 THEN jsonb_build_object('shot', 's' || n % 999) END, '', gen_random_uuid()
FROM generate_series(1, 60000) AS n
"""


@pytest.fixture(scope="module")
async def filled(shared_database: LedgerDatabase) -> AsyncIterator[Connection]:
    async with shared_database.as_owner() as connection:
        await connection.execute(FILL)
        await connection.execute("VACUUM ANALYZE usage")
        async with connection.transaction():
            await usage.plan_reports(connection)
            yield connection


@pytest.mark.parametrize(
    ("by", "after"),
    [
        (("job",), None),
        (("job",), Keys(UUID(int=0), "J500", "", "")),
        (("user",), None),
        (("user", "job"), Keys(BEN, "", "J500", "")),
    ],
)
async def test_pages_by_job_or_by_user_stop_at_their_limit(
    filled: Connection, by: tuple[str, ...], after: Keys | None
) -> None:
    plan = await plan_of_sums(filled, asked(), by, after)

    assert indexes(plan) == {"usage_job" if by[0] == "job" else "usage_person"}
    assert [node for node in nodes(plan) if node["Node Type"] == "Sort"] == []
    assert read_whole(plan) == []


@pytest.mark.parametrize(
    ("about", "index"),
    [
        ({"person": BEN}, "usage_person"),
        ({"job": "J500"}, "usage_job"),
        ({"tag": ("shot", "s44")}, "usage_tags"),
        (
            {"since": datetime(2026, 3, 1, tzinfo=UTC), "until": datetime(2026, 3, 2, tzinfo=UTC)},
            "usage_booked_at",
        ),
    ],
)
async def test_what_is_filtered_by_is_found_by_its_index(
    filled: Connection, about: dict[str, Any], index: str
) -> None:
    plan = await plan_of_sums(filled, asked(**about), ("node", "day"), None)

    assert index in indexes(plan)
    assert read_whole(plan) == []


async def test_a_page_of_lines_goes_on_in_the_order_of_booking(filled: Connection) -> None:
    plan = await plan_of_lines(filled, asked())

    assert indexes(plan) == {"usage_booked_at", "usage_pkey"}
    assert [node for node in nodes(plan) if "Sort" in node["Node Type"]] == []
    assert any("ROW(booked_at, seq) >" in node.get("Index Cond", "") for node in nodes(plan))


@pytest.mark.parametrize(
    ("about", "index"), [({"person": BEN}, "usage_person"), ({"job": "J500"}, "usage_job")]
)
async def test_lines_of_one_person_or_job_are_found_by_their_index(
    filled: Connection, about: dict[str, Any], index: str
) -> None:
    plan = await plan_of_lines(filled, asked(**about))

    assert index in indexes(plan)
    assert read_whole(plan) == []


@pytest.mark.parametrize("busy", [False, True])
async def test_the_projector_scans_no_table(database: LedgerDatabase, *, busy: bool) -> None:
    if busy:
        await work_hard(database)
    async with database.as_owner() as connection, connection.transaction():
        await connection.execute(projecting.PLANNER)
        plan = await plan_of(connection, projecting.PROJECT, [WALLET], [10**6], [10**6])

    names = {node["Relation Name"] for node in nodes(plan) if "Relation Name" in node}
    assert names >= {"journal", "covered_capture", "work", "hold"}
    assert read_whole(plan) == []


def asked(**about: Any) -> Asked:  # noqa: ANN401  # any filter
    given: dict[str, Any] = {"wallet": WALLET, "since": BEGINNING, "until": END} | about
    return Asked(**given)


async def plan_of_sums(
    connection: Connection, question: Asked, by: tuple[str, ...], after: Keys | None
) -> dict[str, Any]:
    return await plan_of(connection, SUMS, *usage.arguments_of(question, by, REACH, after, 51))


async def plan_of_lines(connection: Connection, question: Asked) -> dict[str, Any]:
    """The plan of a page behind row 40,007."""
    span = (WALLET, question.since, question.until, REACH.seq, 40_007)
    return await plan_of(connection, LINES, *span, question.person, question.job, 100, -9)


async def plan_of(connection: Connection, statement: str, *values: object) -> dict[str, Any]:
    explained = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *values)
    [found] = json.loads(explained)
    plan: dict[str, Any] = found["Plan"]
    return plan


def indexes(plan: dict[str, Any]) -> set[str]:
    return {node["Index Name"] for node in nodes(plan) if "Index Name" in node}


def read_whole(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in nodes(plan) if node["Node Type"] == "Seq Scan"]


async def work_hard(database: LedgerDatabase) -> None:
    """Some thousand rows with holds and work, and the planner told about them."""
    async with desk_at(database) as desk:
        larkspur = await an_organization(desk)
        owner, ben = larkspur.id, larkspur.ben
        holds = [an_id() for _ in range(400)]
        await desk.decide(*(an_authorize(owner, ben, 1000, id=hold, job="J1") for hold in holds))
        await desk.decide(*(a_capture(owner, hold, 1000) for hold in holds))
        work = a_work(node="rn-01")
        await desk.decide(*(a_charge(owner, ben, 1000, work=work) for _ in range(1_500)))
    async with database.as_owner() as connection:
        await connection.execute("ANALYZE")
