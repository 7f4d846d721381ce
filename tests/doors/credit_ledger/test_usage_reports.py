"""Usage by user, job, product, node, tag and time: exact sums, stable pages, honest filters."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.contracts.credit_reports import ListUsageLines, ShowUsage
from shared.contracts.refusals import RefusalCode
from shared.contracts.work import Measure
from tests.ledger.acts import (
    CREDIT,
    a_capture,
    a_measured_debit,
    a_rate,
    an_authorize,
    an_id,
)
from tests.ledger.desk import Desk, LedgerDatabase, an_organization
from tests.ledger.months import in_november, until
from tests.ledger.usage import a_charge, a_work, project_all
from tests.ledger.usage_lines import lines_of, rows_by
from tests.ledger.window import Window, window_at

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
END = datetime(3000, 1, 1, tzinfo=UTC)
HALF_AN_HOUR = Measure(quantity=500_000, unit="gpu_hour", node_class="gpu")


@pytest.fixture
async def window(database: LedgerDatabase, desk: Desk) -> AsyncIterator[Window]:
    async with window_at(database, desk) as opened:
        yield opened


async def test_usage_is_summed_by_user_and_job(desk: Desk, window: Window) -> None:
    larkspur = await an_organization(desk)
    ben, dan = larkspur.ben, larkspur.dan
    for person, job, amount in ((ben, "J1", 3), (ben, "J1", 4), (ben, "J2", 5), (dan, "J1", 6)):
        await desk.decide(a_charge(larkspur.id, person, amount * CREDIT, job=job))

    rows = await rows_by(desk, window, larkspur, "user", "job")

    assert {(row["group"]["user"], row["group"]["job"]): row["credits"] for row in rows} == {
        (str(ben), "J1"): "7",
        (str(ben), "J2"): "5",
        (str(dan), "J1"): "6",
    }
    assert sum(row["lines"] for row in rows) == 4


async def test_whatever_is_grouped_by_sums_to_the_same_total(desk: Desk, window: Window) -> None:
    larkspur = await an_organization(desk)
    work = a_work(project="Tide", product="Lumen", node="rn-01", tags={"shot": "s010"})
    await desk.decide(
        a_charge(larkspur.id, larkspur.ben, CREDIT, job="J1", work=work),
        a_charge(larkspur.id, larkspur.ben, 2 * CREDIT),
    )
    columns = ("user", "job", "product", "project", "node", "node_class", "unit", "day", "tag:shot")

    found = {column: await rows_by(desk, window, larkspur, column) for column in columns}

    assert {sum(int(row["credits"]) for row in rows) for rows in found.values()} == {3}
    assert groups(found["product"]) == {None, "Lumen"}
    assert groups(found["tag:shot"]) == {None, "s010"}
    assert groups(found["unit"]) == groups(found["node_class"]) == {None}


async def test_without_columns_there_is_one_total_even_of_nothing(
    desk: Desk, window: Window
) -> None:
    larkspur = await an_organization(desk)

    [before] = await rows_by(desk, window, larkspur)
    await desk.decide(a_charge(larkspur.id, larkspur.ben, CREDIT))
    [after] = await rows_by(desk, window, larkspur)

    assert (before["credits"], before["lines"], before["group"]) == ("0", 0, {})
    assert (after["credits"], after["lines"]) == ("1", 1)


async def test_what_was_measured_is_counted_once_by_unit_however_many_lots_paid(
    desk: Desk, window: Window
) -> None:
    larkspur = await an_organization(desk, 2 * CREDIT, 9 * CREDIT)
    await desk.decide(a_rate(larkspur.id, 6 * CREDIT, desk.clock.now() + timedelta(seconds=60)))
    desk.advance(61)
    await desk.decide(*(a_measured_debit(larkspur.id, larkspur.ben, HALF_AN_HOUR) for _ in "ab"))

    [row] = await rows_by(desk, window, larkspur, "node_class")

    assert row["group"] == {"node_class": "gpu"}
    assert (row["credits"], row["quantity"], row["lines"]) == ("6", {"gpu_hour": "1"}, 2)


async def test_T26_what_the_vendor_absorbed_stands_beside_what_the_pool_paid(
    database: LedgerDatabase, desk: Desk, window: Window
) -> None:
    async with database.as_owner() as connection:
        await connection.execute(
            """ALTER TABLE wallet ALTER COLUMN terms SET DEFAULT '{"overrun_max": 5000000}'"""
        )
    larkspur = await an_organization(desk, 10 * CREDIT)
    hold = an_id()
    await desk.decide(an_authorize(larkspur.id, larkspur.ben, 10 * CREDIT, id=hold, job="J1"))
    await desk.decide(a_capture(larkspur.id, hold, 13 * CREDIT))

    [row] = await rows_by(desk, window, larkspur, "job")

    assert (row["credits"], row["absorbed"], row["lines"]) == ("10", "3", 1)


async def test_pages_tell_of_one_moment_though_more_is_charged_between_them(
    desk: Desk, window: Window
) -> None:
    larkspur = await an_organization(desk)
    for number in range(7):
        await desk.decide(a_charge(larkspur.id, larkspur.ben, CREDIT, job=f"J{number}"))
    await project_all(desk.connection)
    report = ShowUsage(by=("job", "user"), since=BEGINNING, until=END, limit=3)

    rows: list[dict[str, Any]] = []
    answer = await window.ask(report, larkspur.id)
    while True:
        rows += answer["rows"]
        if "after" not in answer:
            break
        await desk.decide(*(a_charge(larkspur.id, larkspur.ben, job=f"J{n}") for n in range(9)))
        await project_all(desk.connection)
        answer = await window.ask(report.model_copy(update={"after": answer["after"]}), larkspur.id)
        assert not answer["complete"]

    assert [row["group"]["job"] for row in rows] == [f"J{number}" for number in range(7)]
    assert {row["credits"] for row in rows} == {"1"}


@pytest.mark.parametrize("by", [("user",), ("user", "job"), ("job",), ("tag:shot", "user", "node")])
async def test_pages_of_one_row_list_what_one_page_lists(
    desk: Desk, window: Window, by: tuple[str, ...]
) -> None:
    larkspur = await an_organization(desk)
    for number in range(12):
        person = (larkspur.ben, larkspur.dan, larkspur.ana)[number % 3]
        work = a_work(node=f"rn-{number % 2}", tags={"shot": f"s{number % 4}"} if number else {})
        job = f'J"{number % 5}' if number % 4 else None
        await desk.decide(a_charge(larkspur.id, person, CREDIT, job=job, work=work))
    whole = await rows_by(desk, window, larkspur, *by)
    report = ShowUsage(by=by, since=BEGINNING, until=END, limit=1)

    paged = await window.pages(report, larkspur.id, "rows")

    assert paged == whole
    assert sum(int(row["credits"]) for row in paged) == 12


async def test_A18_days_are_those_of_the_organizations_time_zone(
    database: LedgerDatabase, desk: Desk, window: Window
) -> None:
    async with database.as_owner() as connection:
        await connection.execute(
            """ALTER TABLE wallet ALTER COLUMN terms SET DEFAULT '{"zone": "Asia/Tokyo"}'"""
        )
    larkspur = await in_november(desk)
    for hour in (14, 16):
        until(desk, datetime(2026, 11, 20, hour, tzinfo=UTC))
        await desk.decide(a_charge(larkspur.id, larkspur.ben, id=desk.clock.new_id()))

    rows = await rows_by(desk, window, larkspur, "day")

    assert [row["group"]["day"] for row in rows] == ["2026-11-20", "2026-11-21"]


async def test_a_report_counts_from_since_until_before_until(desk: Desk, window: Window) -> None:
    larkspur = await in_november(desk)
    moments = [datetime(2026, 11, day, tzinfo=UTC) for day in (20, 21, 22)]
    for moment in moments:
        until(desk, moment)
        await desk.decide(a_charge(larkspur.id, larkspur.ben, id=desk.clock.new_id()))
    booked = [row["booked_at"] for row in await lines_of(desk, window, larkspur)]
    since, before = (datetime.fromisoformat(moment) for moment in booked[:2])

    [row] = await rows_by(desk, window, larkspur, since=since, until=before)

    assert row["lines"] == 1


@pytest.mark.parametrize(
    "filters",
    [
        {"job": "J1"},
        {"project": "Tide"},
        {"product": "Lumen"},
        {"node": "rn-01"},
        {"tag": {"shot": "s010"}},
        {"unit": "gpu_hour"},
        {"node_class": "gpu"},
    ],
)
async def test_a_filter_leaves_only_what_it_names(
    desk: Desk, window: Window, filters: dict[str, Any]
) -> None:
    larkspur = await an_organization(desk)
    await desk.decide(a_rate(larkspur.id, 6 * CREDIT, desk.clock.now() + timedelta(seconds=60)))
    desk.advance(61)
    work = a_work(project="Tide", product="Lumen", node="rn-01", tags={"shot": "s010", "dept": "l"})
    await desk.decide(
        a_measured_debit(larkspur.id, larkspur.ben, HALF_AN_HOUR, work=work),
        a_charge(larkspur.id, larkspur.dan, 5 * CREDIT, job="J2"),
    )

    [row] = await rows_by(desk, window, larkspur, **filters)

    assert (row["credits"], row["lines"]) == ("3", 1)


async def test_nobody_sees_what_another_wallet_was_charged(desk: Desk, window: Window) -> None:
    larkspur, other = await an_organization(desk), await an_organization(desk)
    await desk.decide(a_charge(other.id, other.ben, CREDIT, job="J1"))

    assert await rows_by(desk, window, larkspur, "job") == []
    assert await lines_of(desk, window, larkspur) == []


async def test_an_unknown_owner_and_a_foreign_cursor_are_refused(
    desk: Desk, window: Window
) -> None:
    larkspur = await an_organization(desk)
    report = ShowUsage(since=BEGINNING, until=END)
    cursors = (
        "x",
        "7",
        '[1,"x","","",""]',
        "[-1]",
        f'[{2**70},"{an_id()}","","",""]',
        "[1,2,3,4,5]",
    )

    nowhere = await window.verdict(report, an_id())
    forged = [
        await window.verdict(report.model_copy(update={"after": cursor}), larkspur.id)
        for cursor in cursors
    ]

    assert nowhere.refused is not None
    assert nowhere.refused.code == RefusalCode.UNKNOWN_ORGANIZATION
    assert {verdict.refused and verdict.refused.code for verdict in forged} == {
        RefusalCode.MALFORMED
    }


async def test_a_report_says_up_to_when_it_is_complete(desk: Desk, window: Window) -> None:
    larkspur = await an_organization(desk)
    await desk.decide(a_charge(larkspur.id, larkspur.ben))
    report = ShowUsage(since=BEGINNING, until=END)

    before = await window.ask(report, larkspur.id)
    await project_all(desk.connection)
    after = await window.ask(report, larkspur.id)
    [line] = (await window.ask(ListUsageLines(since=BEGINNING, until=END), larkspur.id))["lines"]

    assert (before["complete"], before["complete_until"]) == (False, "1970-01-01T00:00:00.000000Z")
    assert (after["complete"], after["complete_until"]) == (True, line["booked_at"])


def groups(rows: list[dict[str, Any]]) -> set[str | None]:
    return {value for row in rows for value in row["group"].values()}
