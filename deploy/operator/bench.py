"""`coffer bench`: measure the engine from a checkout, on a private database made for it."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

CHECKOUT = Path(__file__).parents[2]


def bench(
    what: Annotated[str, typer.Argument(help="what to measure: engine")] = "engine",
    rounds: Annotated[int, typer.Option(min=1, max=100, help="interleaved rounds")] = 5,
    debits: Annotated[int, typer.Option(min=1_000, help="debits a measure")] = 30_000,
    seed: Annotated[int, typer.Option(help="seed of the order within a round")] = 1,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="nothing but JSON on stdout")] = False,
) -> None:
    """Measure debits a second on one hot pool, beside a guarded update and a bare COPY.

    The last line is JSON: rates with their spread, and `ratios` as medians within rounds.
    """
    if not (CHECKOUT / "tests" / "bench").is_dir():
        print("coffer bench runs from a checkout: clone the repository first.", file=sys.stderr)
        raise typer.Exit(1)
    arguments = [what, "--rounds", str(rounds), "--debits", str(debits), "--seed", str(seed)]
    command = [sys.executable, "-m", "tests.bench", *arguments, *(["--json"] if as_json else [])]
    ended = subprocess.run(command, cwd=CHECKOUT, check=False)
    raise typer.Exit(ended.returncode)
