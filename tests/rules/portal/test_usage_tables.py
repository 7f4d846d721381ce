"""A table of usage has every row, and tells what is not in it yet."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.portal.pages.usage import Rows, written
from services.portal.views.usage import Line, Span, every_line
from shared.contracts.credit_reports import ShowUsage
from shared.contracts.message import CommandData

UNTIL = "2026-11-27T14:31:00Z"


@pytest.mark.parametrize("until", [UNTIL, None])
async def test_the_last_line_tells_until_when_a_table_is_complete(until: str | None) -> None:
    async def pages() -> AsyncIterator[tuple[list[Line], str | None]]:
        yield [Line("J1", 84_000_000, 1)], UNTIL
        yield [Line("J2", 1_000_000, 2)], until

    async def keys(lines: list[Line]) -> Rows:
        return [(line.key,) for line in lines]

    rows = [row async for page in written(pages(), keys) for row in page]

    told: Rows = [] if until is None else [(f"complete until {UNTIL}",)]
    assert rows == [("J1",), ("J2",), *told]


async def test_a_table_goes_on_for_as_long_as_there_are_rows() -> None:
    jobs = [f"J{number:05}" for number in range(6_000)]

    async def ask(question: CommandData) -> dict[str, Any]:
        assert isinstance(question, ShowUsage)
        begin = int(question.after or 0)
        end = begin + question.limit
        rows = [{"group": {"job": job}, "credits": "1", "lines": 1} for job in jobs[begin:end]]
        return {"rows": rows, "complete": True, "after": str(end) if end < len(jobs) else None}

    span = Span(date(2026, 11, 1), date(2026, 11, 27), ZoneInfo("UTC"))
    pages = [lines async for lines, _ in every_line(ask, "job", span)]

    assert [line.key for lines in pages for line in lines] == jobs
