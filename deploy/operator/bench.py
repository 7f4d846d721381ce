"""`coffer bench`: measure the engine from a checkout, on a private database made for it."""

import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from deploy.operator.exits import REFUSED

CHECKOUT = Path(__file__).parents[2]


class Measured(StrEnum):
    """What can be measured."""

    ENGINE = "engine"
    PAGES = "pages"
    PROJECTING = "projecting"


def bench(
    what: Annotated[Measured, typer.Argument(help="What is measured.")] = Measured.ENGINE,
    rounds: Annotated[int, typer.Option(min=1, max=100, help="Rounds, one after the other.")] = 5,
    debits: Annotated[int, typer.Option(min=1_000, help="Debits a measure.")] = 30_000,
    rows: Annotated[
        int, typer.Option(min=10_000, help="Rows of the journal that pages are read from.")
    ] = 1_000_000,
    seed: Annotated[int, typer.Option(help="Of the order within a round.")] = 1,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs, not for eyes.")] = False,
) -> None:
    """Measure the ledger from a checkout, on a database made for it; the last line is JSON.

    `engine` measures debits a second on one hot pool beside a guarded update and a bare COPY, as
    rates with their spread and as ratios, medians within rounds. `pages` measures the milliseconds
    of a page at random places of a journal. `projecting` measures how many rows of usage a second
    follow the journal.
    """
    if not (CHECKOUT / "tests" / "bench").is_dir():
        print("coffer bench runs from a checkout: clone the repository first.", file=sys.stderr)
        raise typer.Exit(REFUSED)
    arguments = [what.value, "--rounds", str(rounds), "--debits", str(debits), "--seed", str(seed)]
    arguments += ["--rows", str(rows)]
    command = [sys.executable, "-m", "tests.bench", *arguments, *(["--json"] if as_json else [])]
    ended = subprocess.run(command, cwd=CHECKOUT, check=False)
    raise typer.Exit(ended.returncode)
