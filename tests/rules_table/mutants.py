"""How many mutants of the rules the tests killed, and whether each that lives is explained.

`make mutants` fails below ninety percent, and for a survivor that `docs/mutants.md` does not show
to be equal to the code. Read from what mutmut leaves. A mutant that ran out of time is dead as
well; one that no test reaches, or that ended in a way nobody expected, is not.
"""

import json
import sys
from pathlib import Path

from tests.rules_table.survivors import change_of, mutants_by_status, unexplained

COUNTS = Path("mutants") / "mutmut-cicd-stats.json"
PAGE = Path("docs") / "mutants.md"
WANTED = 0.9
KILLED = ("killed", "timeout")
ALIVE = ("survived", "no_tests", "suspicious", "segfault")


def tally(counts: dict[str, int]) -> tuple[str, bool]:
    """One line for people, and whether enough were killed of those that were tried."""
    killed = sum(counts[each] for each in KILLED)
    alive = sum(counts[each] for each in ALIVE)
    tried = killed + alive
    share = killed / tried if tried else 0.0
    line = f"{killed} killed, {alive} alive, {tried} tried of {counts['total']}: {share:.1%}"
    return line, share >= WANTED


def _report() -> str | None:
    """Print what became of the mutants; say what is wrong with it, if anything is."""
    spoken, enough = tally(json.loads(COUNTS.read_text(encoding="utf-8")))
    sys.stdout.write(f"{spoken}\n")
    if not enough:
        return f"fewer than {WANTED:.0%} killed"
    alive = [name for status, name in mutants_by_status() if status.replace(" ", "_") in ALIVE]
    rows = unexplained(map(change_of, alive), PAGE.read_text(encoding="utf-8"))
    sys.stdout.writelines(f"{row}\n" for row in rows)
    return f"{len(rows)} survivors are not explained in {PAGE}" if rows else None


if __name__ == "__main__":
    sys.exit(_report())
