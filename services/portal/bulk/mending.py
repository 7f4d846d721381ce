"""Mends rows of a table as its reader would, and makes a table of its own of them."""

import csv
from collections.abc import Iterator
from io import StringIO

from services.portal.store.uploads import Upload
from shared.bulk.table import column_of, sheet_of
from shared.contracts.refusals import RefusalCode

GUEST = "GUEST"


def lines_for_guests(upload: Upload) -> frozenset[int]:
    """The lines of those who own licenses or credits, which a Member could not use (R15)."""
    code = RefusalCode.MEMBER_HAS_PERSONAL_ENTITLEMENTS
    return frozenset(one["line"] for one in upload.results or [] if one["code"] == code)


def as_guests(upload: Upload, lines: frozenset[int]) -> bytes:
    """The same table with Guests on these lines; of one that was applied nothing but these."""
    table = StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerows(_mended(upload, lines, keeps_others=upload.state == "CHECKED"))
    return table.getvalue().encode()


def _mended(upload: Upload, lines: frozenset[int], *, keeps_others: bool) -> Iterator[list[str]]:
    sheet = sheet_of(upload.content)
    rows = csv.reader(StringIO(sheet.text, newline=""), strict=True, delimiter=sheet.separator)
    header = next(rows)
    role = [column_of(name) for name in header].index("role")
    yield header
    for cells in rows:
        if rows.line_num in lines:
            yield [*cells[:role], GUEST, *cells[role + 1 :]]
        elif keeps_others:
            yield cells
