"""A table of usage tells what is not in it yet."""

from collections.abc import AsyncIterator

import pytest

from services.portal.pages.usage import Rows, written
from services.portal.views.usage import Line

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
