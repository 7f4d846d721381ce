"""Entitlements: may a person use the product that he wants to spend on (R27, R35)."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from services.credit_ledger.rules.book import NEVER, Book


class Use(Struct, frozen=True):
    """Under this name a book's `found` has until when a person may use a product."""

    person: UUID
    product: str


def barred(book: Book, person: UUID, product: str, now: datetime) -> str | None:
    """Name the product when its person may not use it now.

    Why he may use it is licensing's to judge: the ledger looks at nothing but until when.
    """
    until = book.found.get(Use(person, product))
    if until is None:
        return product
    assert isinstance(until, datetime)
    return None if now < until else product


def lasting(until: datetime | None) -> datetime:
    """Tell when a right ends; one without an end never does."""
    return NEVER if until is None else until
