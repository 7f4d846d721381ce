"""What to try next, in words that can be pasted where the reader stands."""

import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.native.settings import read_settings

SAMPLE = Path(__file__).parent / "data" / "lcg-2005-5000.swf.gz"
# In a table of commands, what each does begins here unless the command is longer.
WIDTH = 46

Hint = tuple[str, str]


def spoken(home: Path) -> list[str]:
    """What has to be said once before the hints: whose stack is meant, if not everybody's."""
    if home == read_settings({}).home:
        return []
    return [f"  export COFFER_HOME={shlex.quote(str(home))}"]


def lines(hints: Sequence[Hint]) -> Iterator[str]:
    """A line for each command, called as it can be from here, and what it does."""
    called = _called()
    for command, does in hints:
        written = f"{called} {command}"
        yield f"  {written:<{WIDTH}}  # {does}"


def sample() -> str:
    """Where the recorded workload lies, seen from here."""
    return shlex.quote(_seen_from_here(SAMPLE))


def _called() -> str:
    """`coffer`, where the shell finds this one; else the path to it."""
    ours = Path(sys.executable).with_name("coffer")
    found = shutil.which("coffer")
    if not ours.exists() or (found is not None and Path(found).resolve() == ours.resolve()):
        return "coffer"
    return shlex.quote(_seen_from_here(ours))


def _seen_from_here(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
