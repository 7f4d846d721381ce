"""The table of a bulk action: which files are one, and what each of its rows asks for (T34).

A file that may have been cut off or that is read wrongly changes nothing: a name or a number that
lost its end would still look like one.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from shared.bulk.wishes import COLUMNS, Wish, Wrong, read_wish
from shared.contracts.refusals import RefusalCode

BYTES_MAX = 5_000_000
ROWS_MAX = 5_000
# What a file of failed rows says of each; such a file may be mended and sent as it is.
TOLD_COLUMNS = ("line", "code", "message")
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
MARKED = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# What spreadsheets save, the likeliest last: few texts in another encoding happen to be UTF-8.
UNMARKED = ("utf-8", "cp1252")
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
}
# Other words for the columns that people use.
SYNONYMS = {
    "act": "action",
    "do": "action",
    "e-mail": "email",
    "e-mail address": "email",
    "email address": "email",
    "mail": "email",
    "license": "product",
    "licence": "product",
    "seat": "product",
    "access": "mode",
    "credit access": "mode",
    "quota": "limit",
    "credits": "limit",
    "every": "period",
}


@dataclass(frozen=True)
class Row:
    """A row, by the number of the line that it ends on; `cells` are its own, by column."""

    line: int
    cells: dict[str, str]
    wish: Wish | Wrong
    same_as: int | None = None


class UnreadableError(Exception):
    """The file is no such table, or not the whole of one; nothing of it was done."""


@dataclass(frozen=True)
class Sheet:
    """A file as text, and what it was taken for: its encoding and what parts its cells."""

    text: str
    encoding: str
    separator: str

    @property
    def taken_for(self) -> str:
        """Say how the file was read, so that a wrong guess is seen."""
        return f"{SEPARATORS[self.separator]}, {ENCODINGS[self.encoding]}"


def example() -> str:
    """A table to start from: one row for each action."""
    rows = (
        COLUMNS,
        ("add", "ben@studio.example", "MEMBER", "", "", "", ""),
        ("assign", "ben@studio.example", "", "Lumen for Max", "", "", ""),
        ("access", "ben@studio.example", "", "", "quota", "120", "month"),
        ("revoke", "ben@studio.example", "", "Lumen for Max", "", "", ""),
        ("remove", "ben@studio.example", "", "", "", "", ""),
    )
    return "".join(",".join(row) + "\n" for row in rows)


def read(content: bytes) -> tuple[Row, ...]:
    """Read every row; raises UnreadableError when the file as a whole is wrong."""
    rows = tuple(_rows(sheet_of(content)))
    if not rows:
        message = "malformed: the file has no row"
        raise UnreadableError(message)
    return _marked(rows)


def sheet_of(content: bytes) -> Sheet:
    """Read a file as text; raises UnreadableError when it is none, or not whole."""
    if len(content) > BYTES_MAX:
        message = f"too_large: the file has more than {BYTES_MAX:,} bytes"
        raise UnreadableError(message)
    text, encoding = _text(content)
    if not text.endswith(("\n", "\r")):
        message = "malformed: the last line does not end; is the file whole? add a line break"
        raise UnreadableError(message)
    return Sheet(text, encoding, _separator(text))


def column_of(name: str) -> str:
    """The column that a header's word stands for."""
    word = name.strip().casefold()
    return SYNONYMS.get(word, word)


def _text(content: bytes) -> tuple[str, str]:
    marked = next((name for mark, name in MARKED if content.startswith(mark)), None)
    for encoding in UNMARKED if marked is None else (marked,):
        with suppress(UnicodeDecodeError):
            return _checked(content.decode(encoding)), encoding
    message = "malformed: this is no text that we can read; save the table as CSV UTF-8"
    raise UnreadableError(message)


def _checked(text: str) -> str:
    if "\x00" in text:
        message = "malformed: the file holds binary data; save the table as CSV UTF-8"
        raise UnreadableError(message)
    return text


def _rows(sheet: Sheet) -> Iterator[Row]:
    lines = io.StringIO(sheet.text, newline="")
    table = csv.reader(lines, strict=True, delimiter=sheet.separator)
    try:
        header = _header(next(table, []))
        filled = (cells for cells in table if any(cell.strip() for cell in cells))
        for number, cells in enumerate(filled, start=1):
            if number > ROWS_MAX:
                message = f"too_large: more than {ROWS_MAX:,} rows; send them in parts"
                raise UnreadableError(message)
            yield _row(table.line_num, header, cells)
    except csv.Error as error:
        message = f"malformed: line {table.line_num}: {error}"
        raise UnreadableError(message) from error


def _separator(text: str) -> str:
    """The separator is the one that the header is written with."""
    first = text.splitlines()[0] if text else ""
    return max(SEPARATORS, key=first.count)


def _header(cells: list[str]) -> list[str]:
    names = [column_of(cell) for cell in cells]
    known = COLUMNS + TOLD_COLUMNS
    unknown = [name for name in names if name not in known]
    if unknown:
        message = f"unknown_field: no column is called {unknown[0]!r}; {', '.join(COLUMNS)} are"
        raise UnreadableError(message)
    if not {"action", "email"} <= set(names) or len(set(names)) < len(names):
        message = "malformed: the header needs action and email, and each name once"
        raise UnreadableError(message)
    return names


def _row(line: int, header: list[str], cells: list[str]) -> Row:
    if len(cells) != len(header):
        short = Wrong(
            RefusalCode.MALFORMED, f"row: has {len(cells)} cells, the header {len(header)}"
        )
        return Row(line, dict(zip(header, cells, strict=False)), short)
    told = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    own = {name: told[name] for name in COLUMNS if name in told}
    return Row(line, own, read_wish(own))


def _marked(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Mark rows that ask again for what the person's row before asked."""
    latest: dict[str, tuple[object, int]] = {}
    marked = []
    for row in rows:
        if not isinstance(row.wish, Wrong):
            person = row.wish.email.casefold()
            asked = row.wish.model_copy(update={"email": person})
            before, line = latest.get(person, (None, row.line))
            if before == asked:
                marked.append(replace(row, same_as=line))
                continue
            latest[person] = (asked, row.line)
        marked.append(row)
    return tuple(marked)
