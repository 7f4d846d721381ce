"""Tables for spreadsheets: numbers stay numbers, and no text becomes a formula."""

import csv
import io
from collections.abc import AsyncIterator

import pytest

from services.portal.tables import csv_text, download, stream
from shared.messaging.ask import NoAnswer


@pytest.mark.parametrize("cell", ["=1+1", "+49 1", "@SUM(A1)", "-x", "\tx", " =1"])
def test_what_would_begin_a_formula_stands_behind_an_apostrophe(cell: str) -> None:
    [[written]] = csv.reader(io.StringIO(csv_text([[cell]])))

    assert written == f"'{cell}"


@pytest.mark.parametrize("cell", ["-5", "0.25", "-12.000001", "Ben", "", None, 7])
def test_numbers_and_plain_words_are_written_as_they_are(cell: object) -> None:
    [[written]] = csv.reader(io.StringIO(csv_text([[cell]])))

    assert written == ("" if cell is None else str(cell))


def test_a_download_says_its_name_and_that_it_is_utf_8() -> None:
    answer = download('usage "of" Ana\r\n.csv', [["Größe"]])

    assert answer.headers["content-disposition"] == 'attachment; filename="usage-of-Ana-.csv"'
    assert bytes(answer.body).decode() == "\N{ZERO WIDTH NO-BREAK SPACE}Größe\r\n"


async def test_a_table_that_nobody_answers_for_is_told_so_before_it_begins() -> None:
    async def silent(*pages: list[tuple[str]]) -> AsyncIterator[list[tuple[str]]]:
        for page in pages:
            yield page
        raise NoAnswer

    with pytest.raises(NoAnswer):
        await stream("usage.csv", ["job"], silent())
