"""What is asked about orders, refunds, trials, corrections, and credits that come back."""

from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from msgspec import Struct

from services.credit_ledger.rules.book import Purchase

TakenBackFor = Literal["refunded", "charged_back"]
Direction = Literal["add", "remove"]


class PlaceOrder(Struct, frozen=True, gc=False):
    """A person wants to order credits for the wallet; paid later, they go there (A14)."""

    command: UUID
    owner: UUID
    content: int
    by: UUID
    store: str
    order_id: str
    credits: int


class ClawBack(Struct, frozen=True, gc=False):
    """The store took back what was paid for an order line, whole or in part (T22, T23)."""

    command: UUID
    owner: UUID
    content: int
    store: str
    order_id: str
    line_no: int
    amount: int
    reason: TakenBackFor
    refund_id: str | None = None


class GrantTrial(Struct, frozen=True, gc=False):
    """Trial credits of an offer for the person whose own wallet it is (R47, A15)."""

    command: UUID
    owner: UUID
    content: int
    person: UUID
    offer: str
    amount: int
    expires_at: datetime


class GiveBack(Struct, frozen=True, gc=False):
    """Credits return that failed work cost: those of a hold, or of a usage line (A19)."""

    command: UUID
    owner: UUID
    content: int
    hold: UUID | None
    line: UUID | None
    amount: int
    reason: str


class Adjust(Struct, frozen=True, gc=False):
    """An operator adds credits or removes free ones, or confirms what another asked (A17)."""

    command: UUID
    owner: UUID
    content: int
    by: UUID
    by_operator: bool
    amount: int
    direction: Direction
    reason: str
    expires_at: datetime | None = None
    confirms: UUID | None = None
    door: str = ""


class Release(Struct, frozen=True, gc=False):
    """An operator gives a withheld lot free (T18)."""

    command: UUID
    owner: UUID
    content: int
    by: UUID
    by_operator: bool
    lot: int
    reason: str
    door: str = ""


class BringIn(Struct, frozen=True, gc=False):
    """An operator brings in an opening balance from another ledger."""

    command: UUID
    owner: UUID
    content: int
    by: UUID | None
    by_operator: bool
    amount: int
    category: int
    expires_at: datetime | None
    purchase: Purchase
    note: str | None
    is_account: bool = False
    door: str = ""


PurchaseAct: TypeAlias = PlaceOrder | ClawBack | GrantTrial | GiveBack | Adjust | Release | BringIn
