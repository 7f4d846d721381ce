"""What a batch leaves behind: the journal by COPY, everything else in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from msgspec.json import encode
from msgspec.structs import astuple

from services.credit_ledger.rules.book import NEVER, Access, Book, Draw, Hold, Lot
from services.credit_ledger.rules.records import Job, Record
from services.credit_ledger.store import records
from services.credit_ledger.store.statements import SAVE_HOLDS_AND_VERDICTS, SAVE_STATE
from shared.postgres.pool import Connection

JOURNAL_COLUMNS = (
    "wallet",
    "seq",
    "amount",
    "balance",
    "booked_at",
    "content",
    "lot",
    "person",
    "command",
    "hold",
    "part",
    "kind",
    "src",
    "dst",
)


# One transfer as stored, in the order of JOURNAL_COLUMNS: a plain tuple, for it is the hot one.
JournalRow: TypeAlias = tuple[
    int, int, int, int, datetime, int, int, UUID | None, UUID, UUID | None, int, int, int, int
]


WORK_COLUMNS = (
    "wallet",
    "command",
    "job",
    "project",
    "product",
    "node",
    "node_class",
    "frame_first",
    "frame_last",
    "tags",
    "occurred_at",
    "quantity",
    "unit",
    "rate",
)
WorkRow: TypeAlias = tuple[object, ...]


class VerdictRow(NamedTuple):
    """A verdict that left no row in the journal."""

    wallet: int
    command: UUID
    content: int
    accepted: bool
    result: str
    decided_at: datetime


class FactRow(NamedTuple):
    """One fact about a wallet, with its number."""

    subject: UUID
    sequence: int
    id: UUID
    routing_key: str
    body: str


class ParkedRow(NamedTuple):
    """A command that waits for its hold, wherever the name of its `owner` leads."""

    wallet: int
    command: UUID
    hold: UUID
    body: str
    reply_to: str | None
    until: datetime
    owner: UUID


class BatchRow(NamedTuple):
    """What the batch was: how many commands, how many of them known already."""

    worker: int
    committed_at: datetime
    commands: int
    duplicates: int


@dataclass
class Changes:
    """Everything one batch writes."""

    journal: list[JournalRow] = field(default_factory=list)
    books: list[Book] = field(default_factory=list)
    seqs_from: list[int] = field(default_factory=list)
    lots: list[tuple[int, Lot]] = field(default_factory=list)
    access: list[tuple[int, Access]] = field(default_factory=list)
    holds: list[tuple[int, Hold]] = field(default_factory=list)
    verdicts: list[VerdictRow] = field(default_factory=list)
    facts: list[FactRow] = field(default_factory=list)
    parked: list[ParkedRow] = field(default_factory=list)
    unparked: list[tuple[int, UUID]] = field(default_factory=list)
    jobs: list[tuple[int, Job]] = field(default_factory=list)
    works: list[WorkRow] = field(default_factory=list)
    records: list[tuple[int, Record]] = field(default_factory=list)


async def save(connection: Connection, changes: Changes, batch: BatchRow) -> int:
    """Write a batch in two or three round trips, whatever its size; gives the batch's number."""
    if changes.journal:
        await connection.copy_records_to_table(
            "journal", records=changes.journal, columns=JOURNAL_COLUMNS
        )
    if changes.works:
        await connection.copy_records_to_table("work", records=changes.works, columns=WORK_COLUMNS)
    if changes.records or changes.jobs:
        await records.save(connection, changes.records, changes.jobs)
    if changes.holds or changes.verdicts or changes.parked or changes.unparked:
        await connection.execute(
            SAVE_HOLDS_AND_VERDICTS,
            *_holds(changes),
            *_columns(changes.verdicts, 6),
            *_columns(changes.parked, 7),
            *_columns(changes.unparked, 2),
        )
    number: int = await connection.fetchval(
        SAVE_STATE,
        *_wallets(changes),
        *_lots(changes),
        *_access(changes),
        *_columns(changes.facts, 5),
        *batch,
        changes.seqs_from,
    )
    return number


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    """Turn rows into one array a column, as unnest wants them."""
    if not rows:
        return [[] for _ in range(width)]
    return [list(column) for column in zip(*rows, strict=True)]


def _wallets(changes: Changes) -> list[list[object]]:
    rows = [
        (
            book.id, book.version, book.seq, book.fact_sequence, book.granted, book.free,
            book.held, book.dormant, book.captured, book.expired, book.clawed_back,
            book.credited_back, book.adjusted, book.debt, book.absorbed, book.booked_at, book.head,
            None if book.next_expiry == NEVER else book.next_expiry, book.closed_by,
            book.closed_role, book.epoch, book.mark, book.told, book.capped_jobs,
            book.closed_until, book.period_ends, encode(book.terms).decode(),
        )
        for book in changes.books
    ]  # fmt: skip
    return _columns(rows, 27)


def _lots(changes: Changes) -> list[list[object]]:
    rows = [
        (
            wallet, lot.number, lot.category, lot.granted, lot.free, lot.held, lot.granted_at,
            lot.expires_at, *astuple(lot.purchase), lot.dormant, lot.captured, lot.expired,
            lot.clawed_back, lot.credited_back, lot.adjusted, lot.owed, lot.dormant_since,
            lot.withheld, lot.noticed,
        )
        for wallet, lot in changes.lots
    ]  # fmt: skip
    return _columns(rows, 23)


def _access(changes: Changes) -> list[list[object]]:
    """Send Administrators last: a pool has one at every moment, within a statement as well (R7)."""
    rows = sorted(changes.access, key=lambda row: row[1].role == "ADMINISTRATOR")
    return _columns([(wallet, *astuple(access)) for wallet, access in rows], 12)


def _holds(changes: Changes) -> list[list[object]]:
    """Send each hold's draws as array literals: unnest would flatten an array of arrays."""
    rows = [
        (wallet, *astuple(hold)[:-2], *_draws(hold.draws), *_draws(hold.spent))
        for wallet, hold in changes.holds
    ]
    return _columns(rows, 21)


def _draws(draws: tuple[Draw, ...]) -> tuple[str, str, str]:
    return (
        _array([draw.lot for draw in draws]),
        _array([draw.amount for draw in draws]),
        _array([draw.count for draw in draws]),
    )


def _array(numbers: list[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"
