"""What became of each row, and the rows that failed as a table to mend and send again (T34)."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from typing import Literal

from shared.bulk.table import TOLD_COLUMNS, Row
from shared.bulk.wishes import COLUMNS, FORMULA, Wrong

# A dry run knows `passes` and `depends`: on an earlier row of the same file. What was left when
# somebody stopped a file is `stopped`.
Outcome = Literal["done", "same", "refused", "unanswered", "stopped", "passes", "depends"]


@dataclass(frozen=True)
class Result:
    """What became of a row, or would; `earlier` is the line of a row that it repeats or needs."""

    row: Row
    outcome: Outcome
    wrong: Wrong | None = None
    earlier: int | None = None

    @property
    def failed(self) -> bool:
        """Whether the row is among those to mend and send again."""
        return self.outcome in {"refused", "unanswered", "stopped"}


def text_of(result: Result) -> str:
    """Say in one line what became of a row."""
    line = f"line {result.row.line}"
    if result.wrong is not None:
        return f"{line}: {result.wrong.code}: {result.wrong.message}"
    match result.outcome:
        case "same":
            return f"{line}: asks again for what line {result.earlier} does"
        case "depends":
            return f"{line}: would be decided after line {result.earlier}"
        case "unanswered":
            return f"{line}: no answer; send the file again"
        case "stopped":
            return f"{line}: not begun; send the file again"
        case "passes":
            return f"{line}: would be done"
        case _:
            return f"{line}: done"


def failed_rows(results: Iterable[Result]) -> str:
    """Rows that failed, each with its line and reason, in the columns that they came in."""
    table = StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow((*COLUMNS, *TOLD_COLUMNS))
    for result in results:
        if not result.failed:
            continue
        wrong = result.wrong
        told = (result.row.line, wrong.code if wrong else "", wrong.message if wrong else "")
        cells = (_plain(result.row.cells.get(name, "")) for name in COLUMNS)
        writer.writerow((*cells, *told))
    return table.getvalue()


def _plain(cell: str) -> str:
    """Show what would begin a formula behind an apostrophe."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA[:6]) else cell
