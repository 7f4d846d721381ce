"""Mutants that live, told by what they change: their numbers move with each change of a function.

Each is to be explained on a page, in a row that says why no test can tell it from the code.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

CELL_ENDS = re.compile(r"(?<!\\)\|")
HEADERS = ("---", "+++")


class Change(NamedTuple):
    """A mutant: in which function it reads what, instead of what."""

    function: str
    before: str
    after: str

    def as_row(self) -> str:
        """Write it as the page has it, for whoever is to explain it."""
        cells = (f"`{cell}`".replace("|", r"\|") for cell in self)
        return f"| {' | '.join(cells)} | |"


def mutants_by_status() -> Iterator[tuple[str, str]]:
    """Name each mutant that was made, after what came of it."""
    for path in walk_mutatable_files():
        made = SourceFileMutationData(path=path)
        made.load()
        for name, exit_code in made.exit_code_by_key.items():
            yield status_by_exit_code[exit_code], name


def change_of(name: str) -> Change:
    """Look up what a mutant changes."""
    module = name.split(".")[-2]
    function, owner = orig_function_and_class_names_from_key(name)
    function = function.rpartition(".")[2]
    where = ".".join(part for part in (module, owner, function) if part)
    return read(where, get_diff_for_mutant(name))


def read(where: str, diff: str) -> Change:
    """Read a change from a diff, each side as one line."""
    lines = [line for line in diff.splitlines() if not line.startswith(HEADERS)]
    sides = (" ".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return Change(where, *(side.strip() for side in sides))


def explained(page: str) -> set[Change]:
    """Read the changes that a page explains; a row without a reason explains nothing."""
    rows = (CELL_ENDS.split(line) for line in page.splitlines() if line.startswith("| `"))
    return {
        Change(*(cell.strip().strip("`").replace(r"\|", "|") for cell in cells[1:4]))
        for cells in rows
        if cells[4].strip()
    }


def unexplained(alive: Iterable[Change], page: str) -> list[str]:
    """Write a row for each survivor that the page does not explain."""
    known = explained(page)
    return sorted({change.as_row() for change in alive if change not in known})
