"""One wallet's page of a batch: its book under the lock, and what the batch does to it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from struct import Struct
from uuid import UUID

from msgspec.structs import astuple

from services.credit_ledger.engine.books import apply, find_lot
from services.credit_ledger.engine.facts import Said
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.acts import Act, Work
from services.credit_ledger.rules.alerts import Beginning, began
from services.credit_ledger.rules.book import Access, Book, Decision, Hold, Lot
from services.credit_ledger.rules.chart import NO_LOT
from services.credit_ledger.rules.records import Job, Record
from services.credit_ledger.store.loading import Decided, Parked
from services.credit_ledger.store.saving import JournalRow, ParkedRow, VerdictRow, WorkRow

NOTHING = bytes(16)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# What the hash over a wallet's rows is taken of, in the order of the journal's columns.
HASHED_ROW = Struct(">qqqqqqq16s16s16shhhh")


@dataclass(slots=True)
class Page:
    """What is decided for one wallet within one batch; `now` is when all of it is booked."""

    book: Book
    now: datetime
    seq_from: int
    decided: dict[UUID, list[Decided]]
    waiting: dict[UUID, list[Parked]]
    made: dict[UUID, tuple[int, Outcome]] = field(default_factory=dict)
    parked: dict[UUID, list[Act]] = field(default_factory=dict)
    parked_rows: list[ParkedRow] = field(default_factory=list)
    unparked: list[tuple[int, UUID]] = field(default_factory=list)
    rows: list[JournalRow] = field(default_factory=list)
    verdicts: list[VerdictRow] = field(default_factory=list)
    lots: dict[int, Lot] = field(default_factory=dict)
    people: dict[UUID, Access] = field(default_factory=dict)
    holds: dict[UUID, Hold] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    works: list[WorkRow] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    said: Said = field(default_factory=Said)
    label: tuple[str, UUID] | None = None
    touched: bool = False
    beginning: Beginning = field(init=False)

    def __post_init__(self) -> None:
        """Remember the beginning; let rules see what earlier acts left beside the books."""
        self.book.left = self.records
        self.beginning = began(self.book)

    def write(self, act: Act, decision: Decision) -> None:
        """Apply a decision to the book and write its journal rows."""
        book = self.book
        self.touched = True
        access, held = decision.access, decision.hold
        apply(book, decision)
        person = hold = None
        if access is not None:
            person = access.person
            self.people[person] = book.access[person] = access
        if held is not None:
            hold = held.id
            self.holds[hold] = book.holds[hold] = held
        seq, lots, rows = book.seq, self.lots, self.rows
        for part, transfer in enumerate(decision.transfers):
            seq += 1
            lot = transfer.lot
            if lot not in lots and lot != NO_LOT:
                lots[lot] = find_lot(book, lot)
            rows.append(
                (
                    book.id, seq, transfer.amount, book.free, self.now, act.content, lot, person,
                    act.command, hold, part, transfer.kind, transfer.src, transfer.dst,
                )
            )  # fmt: skip
        book.seq = seq
        if decision.more:
            self._write_more(decision)

    def describe(self, act: Act) -> None:
        """Write down what work an act paid for, if its caller said."""
        work: Work | None = getattr(act, "work", None)
        if work is not None:
            self.works.append((self.book.id, act.command, *astuple(work)))

    def _write_more(self, decision: Decision) -> None:
        """Write down what few decisions have: other people, jobs, lots, rows beside the books."""
        book = self.book
        for access in decision.people:
            self.people[access.person] = book.access[access.person] = access
        for job in decision.jobs:
            if job.cap is not None:
                self.jobs[job.name] = job
        for change in decision.lot_changes:
            self.lots[change.number] = find_lot(book, change.number)
        self.records.extend(decision.records)
        self.said.lines_of(decision.says)


def hashed_rows(rows: list[JournalRow]) -> bytes:
    """Write a wallet's rows of one batch as the bytes that its head is taken of."""
    if not rows:
        return b""
    # All rows of one wallet and batch are booked at the same moment.
    moment = (rows[0][4] - EPOCH) // MICROSECOND
    pack = HASHED_ROW.pack
    return b"".join(
        [
            pack(
                wallet, seq, amount, balance, moment, content, lot,
                person.bytes if person is not None else NOTHING,
                command.bytes,
                hold.bytes if hold is not None else NOTHING,
                part, kind, src, dst,
            )
            for (
                wallet, seq, amount, balance, _, content, lot, person, command, hold, part, kind,
                src, dst,
            ) in rows
        ]
    )  # fmt: skip
