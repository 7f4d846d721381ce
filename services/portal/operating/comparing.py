"""Where two services, or two answers of one, do not agree: pure, each difference a sentence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.contracts.licensing import ProductSeats

# What became of what was granted to a lot; I12 says that it adds up.
CAME = ("granted", "owed", "credited_back")
WENT = ("free", "held", "dormant", "captured", "expired", "clawed_back", "adjusted")
NAMES_SHOWN = 3


@dataclass(frozen=True)
class Books:
    """What three services answered about one organization, within a moment."""

    members: Mapping[UUID, str]
    products: Sequence[ProductSeats]
    pool: Mapping[str, Any] | None = None
    lots: Sequence[Mapping[str, Any]] = ()
    access: Sequence[Mapping[str, Any]] = ()
    journal_free: str | None = None
    journal_rows: int = 0
    pool_after: Mapping[str, Any] = field(default_factory=dict)


def differences_of(books: Books) -> list[str]:
    """Everything that does not agree."""
    return [*_of_people(books), *_of_seats(books), *_of_pool(books)]


def _of_people(books: Books) -> Iterator[str]:
    """Who is in the organization, by membership and by the ledger."""
    if books.pool is None:
        return
    drawing = {
        UUID(str(one["account_id"])): str(one["role"])
        for one in books.access
        if one["role"] not in {"REMOVED", None}
    }
    for told, accounts in (
        ("the ledger does not know", set(books.members) - set(drawing)),
        ("membership does not know", set(drawing) - set(books.members)),
    ):
        if accounts:
            yield f"{told} {_some(accounts)}."
    other = {one for one in set(drawing) & set(books.members) if drawing[one] != books.members[one]}
    if other:
        yield f"membership and the ledger name different roles of {_some(other)}."


def _of_seats(books: Books) -> Iterator[str]:
    """Who holds seats is in the organization, and nobody holds one that does not exist."""
    for product in books.products:
        strangers = set(product.account_ids) - set(books.members)
        if strangers:
            yield f"seats of {product.product} are held by {_some(strangers)}, who are not in it."
        used = product.seats - product.free
        if product.seats and used < len(product.account_ids):
            yield f"{len(product.account_ids)} hold seats of {product.product}, {used} are used."


def _of_pool(books: Books) -> Iterator[str]:
    """What the pool says is what its lots say, and what its journal says."""
    if books.pool is None or _has_moved(books):
        return
    for name, total in (("available", "free"), ("held", "held"), ("dormant", "dormant")):
        lots = sum((_amount(lot[total]) for lot in books.lots), Decimal())
        if _amount(books.pool[name]) != lots:
            yield f"{name} is {books.pool[name]}, but its lots have {lots} {total}."
    balance = books.journal_free
    if balance is not None and _amount(balance) != _amount(books.pool["available"]):
        yield f"available is {books.pool['available']}, but its journal ends with {balance}."
    yield from _of_lots(books)


def _of_lots(books: Books) -> Iterator[str]:
    for lot in books.lots:
        came = sum((_amount(lot[name]) for name in CAME), Decimal())
        went = sum((_amount(lot[name]) for name in WENT), Decimal())
        if came != went:
            yield f"lot {lot['lot']}: {came} came in, and {went} are accounted for."


def _has_moved(books: Books) -> bool:
    """Whether something was booked while the answers were read; they are of no one moment then."""
    names = ("available", "held", "captured", "granted", "expired", "clawed_back", "adjusted")
    assert books.pool is not None
    return any(books.pool[name] != books.pool_after[name] for name in names)


def _some(accounts: set[UUID]) -> str:
    shown = sorted(str(one) for one in accounts)[:NAMES_SHOWN]
    more = len(accounts) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _amount(written: object) -> Decimal:
    return Decimal(str(written))
