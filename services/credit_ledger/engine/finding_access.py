"""What acts about access name beyond people: requests, and whether own wallets are in use."""

from collections.abc import Sequence

import asyncpg

from services.credit_ledger.engine.names import NamesMovedError
from services.credit_ledger.rules.access_acts import DecideRequest, RequestCredits
from services.credit_ledger.rules.acts import SetAccess
from services.credit_ledger.rules.book import Book
from services.credit_ledger.rules.own_wallets import OPEN_HOLDS
from services.credit_ledger.rules.requests import OpenOf
from services.credit_ledger.store import beside, requests


async def find_uses(
    connection: "asyncpg.Connection[asyncpg.Record]", book: Book, acts: Sequence[SetAccess]
) -> None:
    """See which holds are open in the own wallets of Guests who are to draw on the pool (A10)."""
    await _find_uses(connection, book, [act for act in acts if act.mode != "disabled"])


async def find_requests(
    connection: "asyncpg.Connection[asyncpg.Record]", book: Book, acts: Sequence[DecideRequest]
) -> None:
    """Load requests that are to be decided; one that came just now is looked at from the start."""
    found = await requests.requests_named(connection, book.id, [act.request for act in acts])
    if any(act.person is None and act.request in found for act in acts):
        raise NamesMovedError
    book.found.update(found.items())
    await _find_uses(connection, book, [act for act in acts if act.approve])


async def find_open_requests(
    connection: "asyncpg.Connection[asyncpg.Record]", book: Book, acts: Sequence[RequestCredits]
) -> None:
    """Find the open requests of those who ask once more."""
    people = [act.by for act in acts if act.by is not None]
    asked = await requests.open_requests_of(connection, book.id, people)
    book.found.update({OpenOf(person): times for person, times in asked.items()})


async def _find_uses(
    connection: "asyncpg.Connection[asyncpg.Record]",
    book: Book,
    acts: Sequence[SetAccess | DecideRequest],
) -> None:
    for person in {act.person for act in acts}:
        access = book.access.get(person) if person is not None else None
        own = book.own.get(person) if person is not None else None
        if own is None or access is None or access.role != "GUEST":
            continue
        own.found[OPEN_HOLDS] = await beside.open_holds_of(connection, own.id)
