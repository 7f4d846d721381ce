"""Enrolments: does the node that speaks work for the wallet's organization (A17)."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from services.credit_ledger.rules.acts import Act, OfHold
from services.credit_ledger.rules.book import NEVER, Book, Refusal
from services.credit_ledger.rules.hold_acts import Extend
from shared.contracts.refusals import RefusalCode

NOT_ENROLLED = Refusal((RefusalCode.NOT_ENROLLED,), "node")


class Works(Struct, frozen=True):
    """Under this name a book's `found` has until when a node works for the wallet."""

    node: str


def stranger(book: Book, act: Act, speaker: str) -> Refusal | None:
    """Refuse a node that does not work for the organization.

    One that was withdrawn begins nothing more. What it may finish are holds that were there when
    it was: it keeps them alive, captures and voids them (T2), whichever node of the job had opened
    them.
    """
    if works(book, speaker):
        return None
    until = book.found.get(Works(speaker))
    if isinstance(until, datetime) and _finishes(book, act, until):
        return None
    return NOT_ENROLLED


def works(book: Book, speaker: str | None) -> bool:
    """Tell whether a node may begin something now; who is no such node may."""
    return speaker is None or book.found.get(Works(speaker)) == NEVER


def _finishes(book: Book, act: Act, withdrawn_at: datetime) -> bool:
    """Tell whether it is about a hold of then, and asks for no more credits.

    Captures past the lease or past what is held are among them: their own rules charge nothing of
    that to the pool (T26, T29).
    """
    if not isinstance(act, OfHold) or (type(act) is Extend and act.amount):
        return False
    hold = book.holds.get(act.hold)
    return hold is not None and _minted_at(hold.id) <= withdrawn_at.timestamp()


def _minted_at(identifier: UUID) -> float:
    return (identifier.int >> 80) / 1000
