"""`python -m deploy.operator.catalogue` writes the generated pages; `--check` finds stale ones."""

import argparse
import sys
from pathlib import Path

from deploy.operator.catalogue import messages, refusals

PROJECT = Path(__file__).parents[3]


def main(arguments: list[str]) -> int:
    """Write every page, or only say which are stale; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.operator.catalogue")
    parser.add_argument("--check", action="store_true", help="write nothing, name stale pages")
    check_only: bool = parser.parse_args(arguments).check
    stale = {path: text for path, text in _pages().items() if _read(path) != text}
    for path, text in stale.items():
        if not check_only:
            path.write_text(text, encoding="utf-8")
        verb = "is stale: run `make docs`" if check_only else "written"
        print(f"{path.relative_to(PROJECT)} {verb}")
    return 1 if stale and check_only else 0


def _pages() -> dict[Path, str]:
    docs = PROJECT / "docs"
    return {docs / "messages.md": messages.page(), docs / "refusals.md": refusals.page()}


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
