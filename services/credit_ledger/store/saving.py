"""What a batch leaves behind: the journal by COPY, everything else in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from msgspec.structs import astuple

from services.credit_ledger.rules.book import NEVER, Access, Book, Hold, Lot
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
    """A command that waits for its hold."""

    wallet: int
    command: UUID
    hold: UUID
    body: str
    reply_to: str | None
    until: datetime


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


async def save(connection: Connection, changes: Changes, batch: BatchRow) -> int:
    """Write a batch in two or three round trips, whatever its size; gives the batch's number."""
    if changes.journal:
        await connection.copy_records_to_table(
            "journal", records=changes.journal, columns=JOURNAL_COLUMNS
        )
    if changes.holds or changes.verdicts or changes.parked or changes.unparked:
        await connection.execute(
            SAVE_HOLDS_AND_VERDICTS,
            *_holds(changes),
            *_columns(changes.verdicts, 6),
            *_columns(changes.parked, 6),
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
            book.held, book.captured, book.expired, book.booked_at, book.head,
            None if book.next_expiry == NEVER else book.next_expiry,
        )
        for book in changes.books
    ]  # fmt: skip
    return _columns(rows, 12)


def _lots(changes: Changes) -> list[list[object]]:
    rows = [
        (
            wallet, lot.number, lot.category, lot.granted, lot.free, lot.held, lot.granted_at,
            lot.expires_at, *astuple(lot.purchase),
        )
        for wallet, lot in changes.lots
    ]  # fmt: skip
    return _columns(rows, 13)


def _access(changes: Changes) -> list[list[object]]:
    return _columns([(wallet, *astuple(access)) for wallet, access in changes.access], 7)


def _holds(changes: Changes) -> list[list[object]]:
    """Send each hold's draws as array literals: unnest would flatten an array of arrays."""
    rows = [
        (
            wallet, *astuple(hold)[:-1],
            _array([draw.lot for draw in hold.draws]),
            _array([draw.amount for draw in hold.draws]),
        )
        for wallet, hold in changes.holds
    ]  # fmt: skip
    return _columns(rows, 11)


def _array(numbers: list[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


SAVE_STATE = """
WITH wallets AS (
    UPDATE wallet SET
        version = new.version, seq = new.seq, fact_sequence = new.fact_sequence,
        granted = new.granted, free = new.free, held = new.held, captured = new.captured,
        expired = new.expired, booked_at = new.booked_at, head = new.head,
        next_expiry = new.next_expiry
    FROM unnest(
        $1::bigint [], $2::bigint [], $3::bigint [], $4::bigint [], $5::bigint [], $6::bigint [],
        $7::bigint [], $8::bigint [], $9::bigint [], $10::timestamptz [], $11::bytea [],
        $12::timestamptz []
    ) AS new (
        id, version, seq, fact_sequence, granted, free, held, captured, expired, booked_at, head,
        next_expiry
    )
    WHERE wallet.id = new.id
), lots AS (
    INSERT INTO lot (
        wallet, number, category, granted, free, held, granted_at, expires_at, store, order_id,
        line_no, currency, unit_price, open
    )
    SELECT new.*, new.free + new.held > 0
    FROM unnest(
        $13::bigint [], $14::bigint [], $15::smallint [], $16::bigint [], $17::bigint [],
        $18::bigint [], $19::timestamptz [], $20::timestamptz [], $21::text [], $22::text [],
        $23::bigint [], $24::text [], $25::text []
    ) AS new (
        wallet, number, category, granted, free, held, granted_at, expires_at, store, order_id,
        line_no, currency, unit_price
    )
    ON CONFLICT (wallet, number) DO UPDATE SET
        free = excluded.free, held = excluded.held, open = excluded.open
), people AS (
    INSERT INTO access (wallet, person, role, mode, quota, captured, held)
    SELECT *
    FROM unnest(
        $26::bigint [], $27::uuid [], $28::text [], $29::text [], $30::bigint [], $31::bigint [],
        $32::bigint []
    )
    ON CONFLICT (wallet, person) DO UPDATE SET
        role = excluded.role, mode = excluded.mode, quota = excluded.quota,
        captured = excluded.captured, held = excluded.held
), facts AS (
    INSERT INTO fact (subject, sequence, id, routing_key, body)
    SELECT * FROM unnest($33::uuid [], $34::bigint [], $35::uuid [], $36::text [], $37::text [])
), said AS (
    INSERT INTO outbox (subject, sequence)
    SELECT * FROM unnest($33::uuid [], $34::bigint [])
)
INSERT INTO batch (
    worker, committed_at, commands, duplicates, wallets, seqs_from, seqs_to, heads
)
VALUES ($38, $39, $40, $41, $1, $42, $3, $11)
RETURNING id
"""

SAVE_HOLDS_AND_VERDICTS = """
WITH holds AS (
    INSERT INTO hold (
        wallet, id, person, authorized, held, captured, state, lease_until, job, lots, amounts
    )
    SELECT
        wallet, id, person, authorized, held, captured, state, lease_until, job,
        lots::bigint [], amounts::bigint []
    FROM unnest(
        $1::bigint [], $2::uuid [], $3::uuid [], $4::bigint [], $5::bigint [], $6::bigint [],
        $7::smallint [], $8::timestamptz [], $9::text [], $10::text [], $11::text []
    ) AS new (
        wallet, id, person, authorized, held, captured, state, lease_until, job, lots, amounts
    )
    ON CONFLICT (wallet, id) DO UPDATE SET
        authorized = excluded.authorized, held = excluded.held, captured = excluded.captured,
        state = excluded.state, lease_until = excluded.lease_until, lots = excluded.lots,
        amounts = excluded.amounts
), verdicts AS (
    INSERT INTO verdict (wallet, command, content, accepted, result, decided_at)
    SELECT wallet, command, content, accepted, result::jsonb, decided_at
    FROM unnest(
        $12::bigint [], $13::uuid [], $14::bigint [], $15::boolean [], $16::text [],
        $17::timestamptz []
    ) AS new (wallet, command, content, accepted, result, decided_at)
), parked AS (
    INSERT INTO parked_command (wallet, command, hold, body, reply_to, until)
    SELECT *
    FROM unnest(
        $18::bigint [], $19::uuid [], $20::uuid [], $21::text [], $22::text [],
        $23::timestamptz []
    )
    ON CONFLICT DO NOTHING
)
DELETE FROM parked_command
USING unnest($24::bigint [], $25::uuid []) AS done (wallet, command)
WHERE parked_command.wallet = done.wallet AND parked_command.command = done.command
"""
