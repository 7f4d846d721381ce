"""What the end of a lease charged as metered is told later, with what was measured (T28, T29)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from services.credit_ledger.rules.acts import Act
from services.credit_ledger.store import projecting
from shared.contracts.credit_reports import ListUsageLines, ShowUsage
from shared.contracts.work import Measure
from tests.ledger.acts import CREDIT, a_capture, a_lapse, a_rate, an_authorize, an_extend
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.usage import a_charge, a_work, project_all
from tests.ledger.usage_lines import BEGINNING, END, lines_of, rows_by
from tests.ledger.window import Window, window_at

PRICE = 6 * CREDIT


@pytest.fixture
async def window(database: LedgerDatabase, desk: Desk) -> AsyncIterator[Window]:
    async with window_at(database, desk) as opened:
        yield opened


@pytest.fixture
async def larkspur(desk: Desk) -> Larkspur:
    organization = await an_organization(desk)
    now = desk.clock.now()
    await desk.decide(a_rate(organization.id, PRICE, now + timedelta(seconds=60)))
    desk.advance(61)
    return organization


async def a_lapsed_hold(desk: Desk, larkspur: Larkspur, *, metered: int) -> UUID:
    hold = an_authorize(larkspur.id, larkspur.ben, 30 * CREDIT, lease_seconds=60, job="J1")
    metering = an_extend(larkspur.id, hold.command, lease_seconds=60, metered=metered * CREDIT)
    await desk.decide(hold, metering)
    desk.advance(61)
    await desk.decide(a_lapse(larkspur.id, hold.command))
    return hold.command


def told(larkspur: Larkspur, hold: UUID, hours: str, *, node: str = "rn-02") -> Act:
    """A late capture of some hours of a GPU, which cost six credits each."""
    measured = Measure(quantity=hours, unit="gpu_hour", node_class="gpu")  # type: ignore[arg-type]  # as on the wire
    work = a_work(node=node, frames=(1, 10))
    return a_capture(larkspur.id, hold, None, final=False, measured=measured, work=work)


async def test_T29_what_was_charged_as_metered_is_told_with_its_quantity_and_no_credits(
    database: LedgerDatabase, desk: Desk, window: Window, larkspur: Larkspur
) -> None:
    hold = await a_lapsed_hold(desk, larkspur, metered=12)
    capture = told(larkspur, hold, "2")
    await desk.decide(capture)
    await desk.decide(capture)

    charged, later = await lines_of(desk, window, larkspur, limit=1)
    [sums] = await rows_by(desk, window, larkspur)

    assert (charged["credits"], charged["quantity"]) == ("12", None)
    assert (later["credits"], later["quantity"], later["unit"]) == ("0", "2", "gpu_hour")
    assert (later["id"], later["seq"], later["rate"]) == (str(capture.command), -1, 1)
    assert (later["job"], later["account_id"]) == ("J1", str(larkspur.ben))
    assert (later["work"]["node"], later["work"]["frame_last"]) == ("rn-02", 10)
    assert (sums["charged"], sums["quantity"], sums["lines"]) == ("12", {"gpu_hour": "2"}, 2)
    assert (await database.reconciled()).differences == ()


async def test_T29_what_is_charged_in_part_tells_all_that_was_measured_once(
    desk: Desk, window: Window, larkspur: Larkspur
) -> None:
    hold = await a_lapsed_hold(desk, larkspur, metered=12)
    await desk.decide(*(told(larkspur, hold, "1.5", node=f"rn-{number}") for number in (1, 2)))

    rows = await rows_by(desk, window, larkspur, "node")

    assert [(row["group"]["node"], row["charged"], row["quantity"]) for row in rows] == [
        (None, "12", {}),
        ("rn-1", "0", {"gpu_hour": "1.5"}),
        ("rn-2", "6", {"gpu_hour": "1.5"}),
    ]


async def test_the_table_is_filled_anew_with_what_was_charged_before(
    database: LedgerDatabase, desk: Desk, window: Window, larkspur: Larkspur
) -> None:
    hold = await a_lapsed_hold(desk, larkspur, metered=12)
    await desk.decide(*(told(larkspur, hold, "0.5", node=f"rn-{number}") for number in range(3)))
    before = await lines_of(desk, window, larkspur)
    async with database.as_owner() as connection:
        await connection.execute("TRUNCATE usage, usage_sum, usage_progress")

    assert await lines_of(desk, window, larkspur) == before
    assert [line["seq"] for line in before[1:]] == [-3, -2, -1]
    assert (await database.reconciled()).differences == ()


async def test_a_report_is_not_complete_until_it_has_what_was_charged_before(
    desk: Desk, window: Window, larkspur: Larkspur
) -> None:
    hold = await a_lapsed_hold(desk, larkspur, metered=12)
    await project_all(desk.connection)
    await desk.decide(told(larkspur, hold, "2"))
    question = ShowUsage(since=BEGINNING, until=END)

    behind = await window.ask(question, larkspur.id)
    last = await projecting.last_batch(desk.connection)
    found = await projecting.unread_since(desk.connection, last)
    await project_all(desk.connection)
    whole = await window.ask(question, larkspur.id)

    assert (behind["complete"], behind["rows"][0]["quantity"]) == (False, {})
    assert len(found) == 1
    assert (whole["complete"], whole["rows"][0]["quantity"]) == (True, {"gpu_hour": "2"})
    assert behind["complete_until"] <= whole["complete_until"]


async def test_what_is_read_of_the_journal_and_beside_it_is_of_one_moment(
    desk: Desk, larkspur: Larkspur
) -> None:
    hold = await a_lapsed_hold(desk, larkspur, metered=12)
    spans = await projecting.unread(desk.connection)
    await desk.decide(a_charge(larkspur.id, larkspur.ben, CREDIT), told(larkspur, hold, "1"))

    await projecting.project(desk.connection, spans)

    kept = await desk.connection.fetch("SELECT amount FROM usage")
    assert [row["amount"] for row in kept] == [12 * CREDIT]


@pytest.mark.parametrize("ahead", ["journal", "captures"])
async def test_who_goes_on_from_the_last_line_misses_none_whichever_is_read_first(
    desk: Desk, window: Window, larkspur: Larkspur, ahead: str
) -> None:
    hold = await a_lapsed_hold(desk, larkspur, metered=12)
    await project_all(desk.connection)
    for _ in range(2):
        desk.advance(1)
        await desk.decide(told(larkspur, hold, "1"))
        desk.advance(1)
        await desk.decide(a_charge(larkspur.id, larkspur.ben, CREDIT))
    [span] = await projecting.unread(desk.connection)
    first = (
        span._replace(covered_last=span.covered_done)
        if ahead == "journal"
        else span._replace(last=span.done)
    )
    question = ListUsageLines(since=BEGINNING, until=END)

    await projecting.project(desk.connection, [first])
    seen = await window.ask(question, larkspur.id)
    last = seen["lines"][-1]["seq"] if seen["lines"] else 0
    await project_all(desk.connection)
    rest = await window.ask(question.model_copy(update={"after": last}), larkspur.id)

    assert (seen["complete"], rest["complete"]) == (False, True)
    assert [line["credits"] for line in seen["lines"] + rest["lines"]] == ["12", "0", "1", "0", "1"]


async def test_the_pages_of_a_report_leave_out_what_is_told_after_its_first(
    desk: Desk, window: Window, larkspur: Larkspur
) -> None:
    hold = await a_lapsed_hold(desk, larkspur, metered=12)
    await desk.decide(told(larkspur, hold, "1", node="rn-1"))
    await project_all(desk.connection)
    question = ShowUsage(since=BEGINNING, until=END, by=("node",), limit=1)
    first = await window.ask(question, larkspur.id)
    await desk.decide(
        told(larkspur, hold, "1", node="rn-2"), a_charge(larkspur.id, larkspur.ben, CREDIT)
    )
    await project_all(desk.connection)

    later = question.model_copy(update={"after": first["after"], "limit": 100})
    rest = await window.ask(later, larkspur.id)
    anew = await window.ask(question.model_copy(update={"limit": 100}), larkspur.id)

    assert [row["group"]["node"] for row in rest["rows"]] == ["rn-1"]
    assert [row["group"]["node"] for row in anew["rows"]] == [None, "rn-1", "rn-2"]
