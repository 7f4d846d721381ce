"""Reads a file of authorizations to try: JSON lines or CSV, each line checked by itself."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from shared.contracts.credit_reports import TriedAuthorization
from shared.contracts.credits import LINES_MAX
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import Poison, read_body

ERRORS_MAX = 100
COLUMNS = tuple(TriedAuthorization.model_fields)


class Row(TriedAuthorization):
    """One line of the file; without an `owner` it is tried on the organization of the command."""

    owner: UUID | None = None


@dataclass(frozen=True)
class Wrong:
    """What is wrong with one line, by a code of refusals; the message begins with the field."""

    line: int
    code: RefusalCode
    message: str


@dataclass
class Batch:
    """The authorizations of one wallet in the order of their lines."""

    lines: list[int] = field(default_factory=list)
    tried: list[TriedAuthorization] = field(default_factory=list)


@dataclass
class Read:
    """What stood in the file: a batch for each wallet it names, or what is wrong with it."""

    batches: dict[UUID, Batch] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)

    def add(self, number: int, row: Row, organization: UUID | None) -> None:
        """Put a line into the batch of its wallet."""
        owner = row.owner or organization
        if owner is None:
            message = "owner: is needed in the line, or as --organization"
            self.wrong.append(Wrong(number, RefusalCode.MALFORMED, message))
            return
        batch = self.batches.setdefault(owner, Batch())
        if len(batch.tried) == LINES_MAX:
            message = f"owner: has more than {LINES_MAX} lines, which is all that is tried at once"
            self.wrong.append(Wrong(number, RefusalCode.TOO_LARGE, message))
            return
        batch.lines.append(number)
        batch.tried.append(TriedAuthorization(**{name: getattr(row, name) for name in COLUMNS}))


def read(content: bytes, organization: UUID | None) -> Read:
    """Read a whole file; it gathers errors up to a limit, so that they can be mended together."""
    found = Read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found.wrong.append(Wrong(line, RefusalCode.MALFORMED, "line: is not UTF-8"))
        return found
    is_json = text.lstrip().startswith("{")
    for number, body in _json_lines(text) if is_json else _csv_lines(text):
        if len(found.wrong) >= ERRORS_MAX:
            break
        try:
            if isinstance(body, Poison):
                raise body
            found.add(number, read_body(Row, body), organization)
        except Poison as poison:
            found.wrong.append(Wrong(number, poison.code, poison.reason))
    if not found.batches and not found.wrong:
        found.wrong.append(Wrong(1, RefusalCode.MALFORMED, "file: names no authorization"))
    return found


def _json_lines(text: str) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line.encode()


def _csv_lines(text: str) -> Iterator[tuple[int, bytes | Poison]]:
    """Write each row as the object it stands for; an empty cell is a field left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    try:
        for cells in reader:
            if header is None:
                header = [name.strip() for name in cells]
            elif cells:
                yield reader.line_num, _object(header, cells)
    except csv.Error as error:
        yield reader.line_num, Poison(RefusalCode.MALFORMED, f"line: {error}")


def _object(header: list[str], cells: list[str]) -> bytes | Poison:
    if len(cells) > len(header):
        return Poison(RefusalCode.MALFORMED, "line: has more cells than the header")
    # Written by hand, because a name that the header says twice has to be found out.
    members = [
        f"{json.dumps(name)}: {json.dumps(cell)}"
        for name, cell in zip(header, cells, strict=False)
        if cell != ""
    ]
    return ("{" + ", ".join(members) + "}").encode()
