"""What a batch needs to decide, in one round trip."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.credit_ledger.rules.book import (
    NEVER,
    Access,
    Book,
    Draw,
    Hold,
    Lot,
    Purchase,
)
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


def _book(record: tuple[int, ...]) -> Book:
    return Book(*record)  # type: ignore[arg-type]  # the columns of LOAD in Book's own order


def _add_lots(books: dict[int, Book], records: list[tuple[object, ...]]) -> None:
    for wallet, *columns in records:
        lot, purchase = columns[:7], columns[7:]
        books[wallet].lots.append(Lot(*lot, Purchase(*purchase)))  # type: ignore[arg-type,call-arg,index]  # as above
    for book in books.values():
        book.lots.sort(key=lambda lot: lot.burn_down_key)
        book.next_expiry = next_expiry(book.lots)


def next_expiry(lots: list[Lot]) -> datetime:
    """Tell when the first lot with free credits runs out."""
    return min(
        (lot.expires_at for lot in lots if lot.free and lot.expires_at is not None), default=NEVER
    )


def _hold(record: tuple[object, ...]) -> Hold:
    _, *columns, lots, amounts = record
    draws = tuple(Draw(*pair) for pair in zip(lots, amounts, strict=True))  # type: ignore[call-overload]  # two bigint[]
    return Hold(*columns, draws)  # type: ignore[arg-type,call-arg]  # the columns of LOAD in Hold's order


LOAD = """
SELECT
    ARRAY(
        SELECT ROW(
            wallet.id, uid, kind, owner, version, seq, fact_sequence, granted, free, held, dormant,
            captured, expired, clawed_back, credited_back, adjusted, debt, absorbed, booked_at, head
        )
        FROM unnest($1::bigint [], $2::bigint []) AS known (id, version_known)
        INNER JOIN wallet ON wallet.id = known.id
        WHERE wallet.version <> known.version_known
    ) AS wallets,
    ARRAY(
        SELECT ROW(
            lot.wallet, number, category, granted, free, held, granted_at, expires_at,
            store, order_id, line_no, currency, unit_price
        )
        FROM unnest($1::bigint [], $2::bigint []) AS known (id, version_known)
        INNER JOIN lot ON lot.wallet = known.id AND lot.open
        WHERE (SELECT version FROM wallet WHERE wallet.id = known.id) <> known.version_known
    ) AS lots,
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
        SELECT ROW(access.wallet, access.person, role, mode, quota, captured, held)
        FROM unnest($6::bigint [], $7::uuid []) AS wanted (wallet, person)
        INNER JOIN access ON access.wallet = wanted.wallet AND access.person = wanted.person
        UNION
        SELECT ROW(access.wallet, access.person, role, mode, quota, access.captured, access.held)
        FROM unnest($8::bigint [], $9::uuid []) AS wanted (wallet, id)
        INNER JOIN hold ON hold.wallet = wanted.wallet AND hold.id = wanted.id
        INNER JOIN access ON access.wallet = hold.wallet AND access.person = hold.person
    ) AS people,
    ARRAY(
        SELECT ROW(
            hold.wallet, hold.id, person, authorized, held, captured, state, lease_until, job,
            lots, amounts
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
