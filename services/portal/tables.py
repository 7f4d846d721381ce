"""Tables as CSV: for spreadsheets, and so that none of them takes a cell for a formula."""

import csv
import io
import re
from collections.abc import AsyncIterator, Iterable, Sequence

from starlette.responses import Response, StreamingResponse

from shared.bulk.wishes import FORMULA

# A spreadsheet knows by it that the file is UTF-8.
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z", re.ASCII)

Cell = object
Line = Sequence[Cell]


def csv_text(lines: Iterable[Line]) -> str:
    """Write lines as CSV; text that would begin a formula stands behind an apostrophe."""
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerows([_plain(cell) for cell in line] for line in lines)
    return table.getvalue()


def download(name: str, lines: Iterable[Line]) -> Response:
    """Answer a table that is whole already."""
    return csv_file(name, csv_text(lines))


def csv_file(name: str, text: str) -> Response:
    """Answer a table that is written already."""
    return Response(MARK + text, headers=_headers(name), media_type="text/csv")


async def stream(name: str, header: Line, pages: AsyncIterator[Iterable[Line]]) -> Response:
    """Answer a table page by page, however long it is.

    Whether its first page can be had at all is known before anything is answered.
    """
    first = await anext(pages, ())

    async def written() -> AsyncIterator[str]:
        yield MARK + csv_text([header, *first])
        async for lines in pages:
            yield csv_text(lines)

    return StreamingResponse(written(), headers=_headers(name), media_type="text/csv")


def _headers(name: str) -> dict[str, str]:
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    return {"Content-Disposition": f'attachment; filename="{safe}"', "Cache-Control": "no-store"}


def _plain(cell: Cell) -> str:
    text = "" if cell is None else str(cell)
    if NUMBER.match(text):
        return text
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA[:6]) else text
