"""`coffer usage` on a running ledger: complete tables, harmless cells, days of the right zone."""

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from deploy.operator.inquiry import Inquiry, RefusedError
from deploy.operator.usage.showing import BEGINNING, COLUMNS, END, Form, Wanted, usage, wanted
from shared.contracts.credit_reports import ShowUsage
from shared.contracts.credits import AuthorizeHold, CaptureHold, ReportUsage, UsageLine
from tests.builders import CLOCK, an_id
from tests.doors.credit_ledger.farm import CREDIT, Farm
from tests.waiting import eventually

CENT = CREDIT // 100


@pytest.fixture
def inquiry(farm: Farm) -> Inquiry:
    return Inquiry(farm.portal.asker, farm.id, CLOCK)


async def test_a_table_of_many_pages_has_every_group_once_and_exact_amounts(
    farm: Farm, inquiry: Inquiry
) -> None:
    jobs = [f"J{number:03}" for number in range(620)]
    await charges(farm, *jobs)
    await settled(inquiry, "6.2")

    table = await written(inquiry, "csv", by=("job", "user"))

    header, *rows = csv.reader(io.StringIO(table))
    assert tuple(header) == ("job", "user", *COLUMNS)
    assert [row[0] for row in rows] == jobs
    assert {(row[1], row[header.index("credits")]) for row in rows} == {(str(farm.ben), "0.01")}


async def test_names_that_would_begin_a_formula_stand_behind_an_apostrophe(
    farm: Farm, inquiry: Inquiry
) -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\tJ", "\rJ", "J1"]
    await charges(farm, *names)
    await settled(inquiry, "0.07")

    table = await written(inquiry, "csv", by=("job",))

    _, *rows = csv.reader(io.StringIO(table, newline=""))
    assert {row[0] for row in rows} == {*(f"'{name}" for name in names[:-1]), "J1"}


async def test_a_captured_hold_shows_for_eyes_and_for_programs(
    farm: Farm, inquiry: Inquiry
) -> None:
    hold = farm.command(AuthorizeHold(amount=2 * CREDIT, job="J\x1b[2J"))
    await farm.sends(farm.message(hold))
    await farm.asks(CaptureHold(hold_id=hold.id, amount=CREDIT))
    await settled(inquiry, "1")

    shown = await written(inquiry, "text", by=("job",))
    told = await written(inquiry, "json", by=("job",))

    assert shown.split() == ["1", "in", "1", "lines", "J?[2J"]
    assert json.loads(told)["group"] == {"job": "J\x1b[2J"}


async def test_nothing_is_charged_outside_the_days_asked_for(farm: Farm, inquiry: Inquiry) -> None:
    await charges(farm, "J1")
    await settled(inquiry, "0.01")
    day = CLOCK.now().date()

    before = await written(inquiry, "json", by=(), until=date(day.year - 1, 1, 1))
    since = await written(inquiry, "json", by=(), since=date(day.year - 1, 1, 1))

    assert (json.loads(before)["lines"], json.loads(since)["lines"]) == (0, 1)
    with pytest.raises(RefusedError, match="comes after since"):
        await written(inquiry, "json", since=day, until=day)


def test_the_options_of_the_command_are_read_or_say_what_is_wrong() -> None:
    asked = wanted(" user , tag:shot", "2026-11-01", "2026-11-02T08:00:00+01:00")

    assert asked.by == ("user", "tag:shot")
    assert asked.since == date(2026, 11, 1)
    assert asked.until == datetime(2026, 11, 2, 7, tzinfo=UTC)
    assert wanted("", None, None) == Wanted((), BEGINNING, END)
    for options in (
        ("user,user", None),
        ("shot", None),
        ("user", "1.11."),
        ("user", "2026-11-01T"),
    ):
        with pytest.raises(ValueError, match=r"up to three of|is no day like"):
            wanted(options[0], options[1], None)


async def charges(farm: Farm, *jobs: str) -> None:
    """One usage line of a cent for each job, by Ben."""
    lines = tuple(UsageLine(id=an_id(), account_id=farm.ben, credits=CENT, job=job) for job in jobs)
    report = farm.command(ReportUsage(lines=lines))
    await farm.sends(farm.message(report), *(line.id for line in lines))


async def settled(inquiry: Inquiry, credits: str) -> None:
    """Wait until the table of usage has come up with the journal."""

    async def total() -> object:
        report = ShowUsage(since=BEGINNING, until=END)
        return (await inquiry.ask(report))["rows"][0]["credits"]

    await eventually(total, lambda found: found == credits)


async def written(
    inquiry: Inquiry,
    form: Form,
    **changes: Any,  # noqa: ANN401  # any option of the command
) -> str:
    options: dict[str, Any] = {"by": ("job",), "since": BEGINNING, "until": END} | changes
    out, told = io.StringIO(newline=""), io.StringIO()
    await usage(inquiry, Wanted(**options), form, out, told)
    assert told.getvalue() == ""
    return out.getvalue()
