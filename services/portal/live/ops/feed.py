"""What happened lately, in lines to read; a crowd of the same becomes one counted line."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

KEPT = 50
A_SECOND_MAX = 20
REFUSALS = "credit_ledger.hold.refused"
# What comes with every frame is in the rates; what is said every second is no news.
LEFT_OUT = (
    "credit_ledger.hold.authorized",
    "credit_ledger.hold.extended",
    "credit_ledger.hold.released",
    "credit_ledger.credits.captured",
    "credit_ledger.copy.",
    "membership.copy.",
    "licensing.copy.",
    "membership.act.",
    "licensing.act.",
)


@dataclass
class Line:
    """One line: what happened, in whose books, and how often within the second."""

    at: datetime
    kind: str
    subject: str
    about: str
    count: int = 1


class Feed:
    """The last fifty lines, newest first."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lines: deque[Line] = deque(maxlen=KEPT)
        self._second: datetime | None = None
        self._in_second = 0

    def __iter__(self) -> Iterator[Line]:
        """Iterate from the newest to the oldest."""
        return iter(tuple(self._lines))

    def __len__(self) -> int:
        """Count the lines that are kept."""
        return len(self._lines)

    def take(self, key: str, at: datetime, fact: Mapping[str, Any]) -> None:
        """Write a fact down, if it is one to read."""
        if key.startswith(LEFT_OUT):
            return
        data = fact.get("data", {})
        subject = str(data.get("owner") or data.get("organization_id") or fact.get("subject", ""))
        if key == REFUSALS:
            for code, count in data.get("refused", {}).items():
                self._add(Line(at, "refused", subject, str(code), int(count)))
            return
        self._add(Line(at, key.partition(".")[2], subject, _about(data)))

    def _add(self, line: Line) -> None:
        second = line.at.replace(microsecond=0)
        self._in_second = self._in_second + 1 if second == self._second else 1
        self._second = second
        same = self._same(line) if self._in_second > A_SECOND_MAX else None
        if same is not None:
            same.count += line.count
            return
        self._lines.appendleft(line)

    def _same(self, line: Line) -> Line | None:
        """The line of this second that says the same, whoever it is about."""
        for known in self._lines:
            if known.at.replace(microsecond=0) != line.at.replace(microsecond=0):
                return None
            if (known.kind, known.about) == (line.kind, line.about):
                return known
        return None


def _about(data: Mapping[str, Any]) -> str:
    """The one number or word of a fact that a line has room for."""
    lines = data.get("lines") or [data]
    first = lines[0]
    for name in ("amount", "credits", "limit", "debt", "threshold", "product", "role", "mode"):
        if isinstance(first, Mapping) and first.get(name) is not None:
            return f"{name} {first[name]}"
    return ""
