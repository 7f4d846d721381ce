"""Rows that purchases, refunds and corrections leave beside the books."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct


class OrderPlaced(Struct, frozen=True):
    """An order was placed for the wallet that stands beside it (A14)."""

    store: str
    order_id: str
    account: UUID
    command: UUID
    content: int
    placed_at: datetime


class RefundTaken(Struct, frozen=True):
    """A refund or chargeback of an order line was taken from the wallet."""

    store: str
    order_id: str
    line_no: int
    command: UUID
    amount: int


class TrialTaken(Struct, frozen=True):
    """An account had the trial credits of an offer (A15)."""

    account: UUID
    offer: str
    taken_at: datetime


class Credited(Struct, frozen=True):
    """So much of what a usage line cost came back by a command (A19)."""

    line: UUID
    command: UUID
    amount: int


class Adjusted(Struct, frozen=True):
    """An adjustment by hand: `booked` is the command that booked it, none while it waits (A17)."""

    id: UUID
    amount: int
    direction: Literal["add", "remove"]
    reason: str
    expires_at: datetime | None
    asked_by: UUID
    confirmed_by: UUID | None
    asked_at: datetime
    booked: UUID | None


class LotReleased(Struct, frozen=True):
    """An operator gave a withheld lot free, and why (A17, T18)."""

    lot: int
    command: UUID
    by: UUID
    reason: str
    at: datetime


class BroughtIn(Struct, frozen=True):
    """An opening balance came from another ledger under a reference of its own."""

    reference: str
    content: int
    lot: int
    by: UUID | None
    note: str | None
    at: datetime


class Charge(Struct, frozen=True):
    """What a usage line cost, in the order in which lots were charged, and what has come back."""

    person: UUID
    parts: tuple[tuple[int, int], ...]
    count: int
    job: str | None
    credited: int
