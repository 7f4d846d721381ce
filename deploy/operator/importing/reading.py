"""Reads a table of opening balances: comma-separated, with a header, each row by itself."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from shared.contracts.credit_orders import ImportBalance
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import Poison, read_body

COLUMNS = ("owner", *ImportBalance.model_fields)
NEEDED = ("owner", "reference", "credits")


class Balance(ImportBalance):
    """One row: the balance, and whose it is."""

    owner: UUID


@dataclass(frozen=True)
class Wrong:
    """Why a row cannot be read, by a code of refusals; the message begins with the column."""

    code: RefusalCode
    message: str


@dataclass(frozen=True)
class Row:
    """A row by the number of its line in the file."""

    number: int
    read: Balance | Wrong


class UnreadableError(Exception):
    """The file is no table of balances; nothing of it was sent."""


def read(content: bytes) -> list[Row]:
    """Read every row; raises UnreadableError when the file itself is wrong."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = f"malformed: line {line} is not UTF-8"
        raise UnreadableError(message) from error
    rows = list(_rows(text))
    if not rows:
        message = "malformed: the file has no row"
        raise UnreadableError(message)
    return rows


def _rows(text: str) -> Iterator[Row]:
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    try:
        for cells in table:
            if header is None:
                header = _header(cells)
            elif cells:
                yield Row(table.line_num, _read(header, cells))
    except csv.Error as error:
        message = f"malformed: line {table.line_num}: {error}"
        raise UnreadableError(message) from error


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        message = f"unknown_field: no column is called {unknown[0]!r}; {', '.join(COLUMNS)} are"
        raise UnreadableError(message)
    missing = [name for name in NEEDED if name not in names]
    if missing or len(set(names)) < len(names):
        message = f"malformed: the header needs {', '.join(NEEDED)}, and each name once"
        raise UnreadableError(message)
    return names


def _read(header: list[str], cells: list[str]) -> Balance | Wrong:
    """Read a row as the contract it fills; an empty cell is a field left out."""
    if len(cells) != len(header):
        message = f"row: has {len(cells)} cells, the header {len(header)}"
        return Wrong(RefusalCode.MALFORMED, message)
    told = {name: cell for name, cell in zip(header, cells, strict=True) if cell != ""}
    try:
        return read_body(Balance, json.dumps(told).encode())
    except Poison as poison:
        return Wrong(poison.code, poison.reason)
