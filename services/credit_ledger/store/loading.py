"""What a batch needs to decide, in one round trip."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec.json import decode

from services.credit_ledger.rules.book import (
    NEVER,
    Access,
    Book,
    Draw,
    Hold,
    Lot,
    Purchase,
)
from services.credit_ledger.rules.records import Rate
from services.credit_ledger.rules.terms import Terms
from shared.postgres.pool import Connection


@dataclass
class Needs:
    """What to load; each pair names a wallet and something in it.

    The commands of one wallet stand together, from its `first` to its `last`, counted from one.
    """

    wallets: list[int] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)
    commands: list[UUID] = field(default_factory=list)
    people: list[tuple[int, UUID]] = field(default_factory=list)
    holds: list[tuple[int, UUID]] = field(default_factory=list)
    awaited: list[tuple[int, UUID]] = field(default_factory=list)


class Decided(NamedTuple):
    """A command decided before: its content, and what it moved, by journal kind."""

    content: int
    accepted: bool
    kind: int
    amount: int
    balance: int
    result: str | None


class Parked(NamedTuple):
    """A command that waits for its hold."""

    wallet: int
    command: UUID
    hold: UUID
    body: str
    reply_to: str | None


@dataclass
class Loaded:
    """The answer to Needs; holds include the people who made them."""

    books: dict[int, Book]
    decided: dict[int, dict[UUID, list[Decided]]]
    access: dict[tuple[int, UUID], Access]
    holds: dict[tuple[int, UUID], Hold]
    waiting: dict[int, dict[UUID, list[Parked]]]


async def load(connection: Connection, needs: Needs) -> Loaded:
    """Load everything a batch touches, under the wallets' locks."""
    row = await connection.fetchrow(
        LOAD,
        needs.wallets,
        needs.versions,
        needs.firsts,
        needs.lasts,
        needs.commands,
        *_columns(needs.people),
        *_columns(needs.holds),
        *_columns(needs.awaited),
    )
    assert row is not None
    books = {record[0]: _book(record) for record in row["wallets"]}
    _add_lots(books, row["lots"])
    for wallet, *columns in row["rates"]:
        books[wallet].rates.append(Rate(*columns))
    access = {(wallet, person): Access(person, *rest) for wallet, person, *rest in row["people"]}
    holds = {(record[0], record[1]): _hold(record) for record in row["holds"]}
    decided: dict[int, dict[UUID, list[Decided]]] = {}
    for wallet, command, *rest in row["decided"]:
        decided.setdefault(wallet, {}).setdefault(command, []).append(Decided(*rest))
    waiting: dict[int, dict[UUID, list[Parked]]] = {}
    for record in row["parked"]:
        parked = Parked(*record)
        waiting.setdefault(parked.wallet, {}).setdefault(parked.hold, []).append(parked)
    return Loaded(
        books=books,
        decided=decided,
        access=access,
        holds=holds,
        waiting=waiting,
    )


def _columns(pairs: list[tuple[int, UUID]]) -> tuple[list[int], list[UUID]]:
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _book(record: tuple[object, ...]) -> Book:
    *columns, terms = record
    book = Book(*columns)  # type: ignore[arg-type]  # the columns of LOAD in Book's own order
    if terms != "{}":
        book.terms = decode(str(terms), type=Terms)
    return book


def _add_lots(books: dict[int, Book], records: list[tuple[object, ...]]) -> None:
    for wallet, *columns in records:
        lot, purchase, rest = columns[:7], columns[7:12], columns[12:]
        books[wallet].lots.append(Lot(*lot, Purchase(*purchase), *rest))  # type: ignore[arg-type,call-arg,index]  # as above
    for book in books.values():
        book.lots.sort(key=lambda lot: lot.burn_down_key)
        book.next_expiry = next_expiry(book.lots)


def next_expiry(lots: list[Lot]) -> datetime:
    """Tell when the first lot with free credits runs out."""
    return min(
        (lot.expires_at for lot in lots if lot.free and lot.expires_at is not None), default=NEVER
    )


def _hold(record: tuple[object, ...]) -> Hold:
    _, *columns, lots, amounts, counts, spent_lots, spent_amounts, spent_counts = record
    draws = _draws(lots, amounts, counts)
    spent = _draws(spent_lots, spent_amounts, spent_counts)
    return Hold(*columns, draws, spent)  # type: ignore[arg-type,call-arg]  # the columns of LOAD in Hold's order


def _draws(lots: object, amounts: object, counts: object) -> tuple[Draw, ...]:
    return tuple(Draw(*each) for each in zip(lots, amounts, counts, strict=True))  # type: ignore[call-overload]  # three bigint[]


async def decided_before(
    connection: Connection, owners: Sequence[UUID], commands: Sequence[UUID]
) -> dict[UUID, list[Decided]]:
    """Find what was decided in wallets that names mean, or meant before they moved (T16)."""
    rows = await connection.fetch(DECIDED_BEFORE, owners, commands)
    decided: dict[UUID, list[Decided]] = {}
    for command, *rest in rows:
        decided.setdefault(command, []).append(Decided(*rest))
    return decided


# Each is probed by wallet and command, whatever the planner knows: OFFSET keeps the probes whole.
DECIDED_BEFORE = """
WITH meant AS (
    SELECT wallet FROM wallet_name_past WHERE owner = ANY($1::uuid [])
    UNION
    SELECT wallet FROM wallet_name WHERE owner = ANY($1::uuid [])
)
SELECT decided.*
FROM meant
CROSS JOIN LATERAL (
    SELECT command, content, true, kind, amount, balance, NULL AS result
    FROM journal
    WHERE journal.wallet = meant.wallet AND command = ANY($2::uuid [])
    OFFSET 0
) AS decided
UNION ALL
SELECT decided.*
FROM meant
CROSS JOIN LATERAL (
    SELECT command, content, accepted, 0, 0, 0, result::text
    FROM verdict
    WHERE verdict.wallet = meant.wallet AND command = ANY($2::uuid [])
    OFFSET 0
) AS decided
"""

LOAD = """
SELECT
    ARRAY(
        SELECT ROW(
            wallet.id, uid, kind, owner, version, seq, fact_sequence, granted, free, held, dormant,
            captured, expired, clawed_back, credited_back, adjusted, debt, absorbed, booked_at,
            head, closed_by, closed_role, epoch, mark, told, capped_jobs, closed_until,
            period_ends, terms
        )
        FROM unnest($1::bigint [], $2::bigint []) AS known (id, version_known)
        INNER JOIN wallet ON wallet.id = known.id
        WHERE wallet.version <> known.version_known
    ) AS wallets,
    ARRAY(
        SELECT ROW(
            lot.wallet, number, category, granted, free, held, granted_at, expires_at,
            store, order_id, line_no, currency, unit_price, dormant, captured, expired,
            clawed_back, credited_back, adjusted, owed, dormant_since, withheld, noticed
        )
        FROM unnest($1::bigint [], $2::bigint []) AS known (id, version_known)
        INNER JOIN lot ON lot.wallet = known.id AND lot.open
        WHERE (SELECT version FROM wallet WHERE wallet.id = known.id) <> known.version_known
    ) AS lots,
    ARRAY(
        SELECT ROW(rate.wallet, number, node_class, unit, price, effective_from)
        FROM unnest($1::bigint [], $2::bigint []) AS known (id, version_known)
        INNER JOIN rate ON rate.wallet = known.id
        WHERE (SELECT version FROM wallet WHERE wallet.id = known.id) <> known.version_known
    ) AS rates,
    ARRAY(
        SELECT ROW(journal.wallet, journal.command, content, true, kind, amount, balance, NULL)
        FROM unnest($1::bigint [], $3::integer [], $4::integer []) AS known (id, first, last)
        INNER JOIN journal
            ON journal.wallet = known.id
            AND journal.command = ANY(($5::uuid [])[known.first:known.last])
        UNION ALL
        SELECT ROW(verdict.wallet, verdict.command, content, accepted, 0, 0, 0, result::text)
        FROM unnest($1::bigint [], $3::integer [], $4::integer []) AS known (id, first, last)
        INNER JOIN verdict
            ON verdict.wallet = known.id
            AND verdict.command = ANY(($5::uuid [])[known.first:known.last])
    ) AS decided,
    ARRAY(
        SELECT ROW(
            access.wallet, access.person, role, mode, quota, captured, held, epoch, count, period,
            renews_at, told
        )
        FROM unnest($6::bigint [], $7::uuid []) AS wanted (wallet, person)
        INNER JOIN access ON access.wallet = wanted.wallet AND access.person = wanted.person
        UNION
        SELECT ROW(
            access.wallet, access.person, role, mode, quota, access.captured, access.held,
            access.epoch, access.count, period, renews_at, told
        )
        FROM unnest($8::bigint [], $9::uuid []) AS wanted (wallet, id)
        INNER JOIN hold ON hold.wallet = wanted.wallet AND hold.id = wanted.id
        INNER JOIN access ON access.wallet = hold.wallet AND access.person = hold.person
    ) AS people,
    ARRAY(
        SELECT ROW(
            hold.wallet, hold.id, person, authorized, held, captured, state, lease_until, job,
            metered, epoch, work, metered_by, charged_ahead, absorbed, lots, amounts, counts,
            spent_lots, spent_amounts, spent_counts
        )
        FROM unnest($8::bigint [], $9::uuid []) AS wanted (wallet, id)
        INNER JOIN hold ON hold.wallet = wanted.wallet AND hold.id = wanted.id
    ) AS holds,
    ARRAY(
        SELECT ROW(parked.wallet, parked.command, parked.hold, body, reply_to)
        FROM unnest($10::bigint [], $11::uuid []) AS wanted (wallet, hold)
        INNER JOIN parked_command AS parked
            ON parked.wallet = wanted.wallet AND parked.hold = wanted.hold
    ) AS parked
"""
