"""Text of others, which spreadsheets and terminals only show, whatever people wrote into it."""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import TextIO

# What makes a spreadsheet take a cell for a formula, or look for one behind white space.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00")


def write_row(stream: TextIO, cells: Iterable[object]) -> None:
    """Write one row; nothing is an empty cell, a truth is `true` or `false`."""
    line = StringIO(newline="")
    # Only with this end of line the writer quotes a lone carriage return, which would begin a row.
    csv.writer(line, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    stream.write(line.getvalue().removesuffix("\r\n") + "\n")


def plain(text: str | None) -> str | None:
    """Make text of others harmless: what would begin a formula is shown behind an apostrophe.

    Amounts of ours go without, so that a negative one stays a number.
    """
    if text is not None and text.lstrip(" ").startswith(FORMULA):
        return f"'{text}"
    return text


def shown(text: str) -> str:
    """Show text of others on a terminal without what would move its cursor."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _cell(value: object) -> object:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            return value
