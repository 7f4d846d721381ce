"""The result of a run: for programs as one JSON object, for eyes as a table."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from deploy.operator.replay.books import Batch

BUCKETS = (1, 2, 10, 50, 100, 250, 500, 1_000, 2_000)


@dataclass(frozen=True)
class Report:
    """Counts, credits as decimal strings, milliseconds; `complaints` is empty when all is well.

    `resent` are copies of what had its verdict, each a duplicate; `sent_again` went out anew for
    want of a verdict, after the broker was lost, and may well be the first to arrive. `strays` are
    what went wrong beside the trace, by kind, and what that cost.
    """

    jobs: int
    organizations: int
    users: int
    authorized: int
    refused: dict[str, int]
    captures: int
    voided: int
    captured_credits: str
    balances_sha256: str
    journal_rows: int
    facts_published: int
    facts_received: int
    facts_missing: int
    facts_repeated: int
    redelivered: int
    requeued: int
    resent: int
    sent_again: int
    duplicates_absorbed: int
    duplicates_in_log: int | None
    debits_per_s: float
    authorize_p50_ms: float
    authorize_p99_ms: float
    batch_p50: int
    batch_histogram: dict[str, int]
    strays: dict[str, int | str]
    kills: dict[str, int] | None
    longest_gap_s: float | None
    balanced: bool
    complaints: list[str]

    @property
    def is_well(self) -> bool:
        return self.balanced and not self.complaints

    def to_json(self) -> str:
        """One line; what concerns kills is there only when there were any."""
        named = asdict(self)
        if self.kills is None:
            del named["kills"], named["longest_gap_s"]
        return json.dumps(named)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies; zero of none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def histogram(batches: Sequence[Batch]) -> dict[str, int]:
    """How many batches had how many commands."""
    counted: Counter[int] = Counter()
    for batch in batches:
        counted[max((least for least in BUCKETS if least <= batch.commands), default=0)] += 1
    following = dict(zip(BUCKETS, [*BUCKETS[1:], None], strict=True))
    return {_range(least, following[least]): counted[least] for least in BUCKETS if counted[least]}


def show(report: Report) -> None:
    """Print the table and what there is to complain about."""
    console = Console()
    table = Table(title="Replay", show_header=False)
    for name, value in asdict(report).items():
        if name != "complaints" and value is not None:
            table.add_row(name.replace("_", " "), _text(value))
    console.print(table)
    for complaint in report.complaints:
        console.print(f"[red]{complaint}")
    console.print("Everything adds up." if report.is_well else "It does not add up.")


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {count}" for key, count in value.items()) or "none"
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


def _range(least: int, following: int | None) -> str:
    if following is None:
        return f"{least}+"
    return str(least) if following == least + 1 else f"{least}-{following - 1}"
