"""docs/refusals.md: each code, what it means, who can lift it."""

from collections.abc import Iterator

from shared.contracts.refusals import EXPLANATIONS

HEAD = """\
# Refusals

A refusal is a value, not an error: it is remembered, answered and acknowledged. It names the first
limit that bound (`code`), all that bind (`binding`), the limit's value and what was left of it, and
who can lift it. Clients may branch on `code`; its meaning never changes. Written by `make docs`
from `shared/contracts/refusals.py`; a new code comes with a decision in `docs/decisions/`.
"""


def page() -> str:
    """Write the page."""
    return "\n".join((HEAD, *_rows(), ""))


def _rows() -> Iterator[str]:
    yield "| code | meaning | who can lift it |"
    yield "|---|---|---|"
    for code, (meaning, who_can_lift) in EXPLANATIONS.items():
        yield f"| `{code}` | {meaning} | {who_can_lift} |"
