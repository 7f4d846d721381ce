"""The book of one wallet as the rules read it, and what they decide.

Rules never write to a book: they return transfers and the new state of a hold or an access, and
the engine applies them before the next command is decided. Structs are used for what is made for
every command: frozen, and made and read several times faster than a tuple with names.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from shared.contracts.credits import AccessMode
from shared.contracts.refusals import RefusalCode

PersonRole = Literal["OWNER", "ADMINISTRATOR", "MEMBER", "GUEST", "REMOVED"]
NEVER: Final = datetime.max.replace(tzinfo=UTC)


class LedgerAccount(IntEnum):
    """Where value stands within a wallet; every journal row moves it between two of these."""

    ISSUED = 1
    FREE = 2
    HELD = 3
    CONSUMED = 4
    EXPIRED = 5
    CLAWBACK = 6
    RECEIVABLE = 7
    CREDITED_BACK = 8
    DORMANT = 9
    VENDOR_ABSORBED = 10
    ADJUSTMENT = 11


class Kind(IntEnum):
    """What moved the value."""

    GRANTED = 1
    AUTHORIZED = 2
    CAPTURED = 3
    DEBITED = 4
    RELEASED = 5
    VOIDED = 6
    LAPSED = 7
    EXPIRED = 8


class HoldState(IntEnum):
    """A hold is open until it reaches exactly one of the other three (I9)."""

    OPEN = 1
    CAPTURED = 2
    VOIDED = 3
    EXPIRED = 4


class Transfer(Struct, frozen=True, gc=False):
    """One journal row to be: `amount` of a lot moves from one ledger account to another."""

    kind: int
    src: int
    dst: int
    amount: int
    lot: int


class Draw(Struct, frozen=True, gc=False):
    """Part of a hold that came from one lot."""

    lot: int
    amount: int


class Access(Struct, frozen=True, gc=False):
    """A person's access to the wallet, and what he used and holds of it (conventions 13)."""

    person: UUID
    role: PersonRole
    mode: AccessMode
    quota: int | None
    captured: int
    held: int


class Hold(Struct, frozen=True, gc=False):
    """Credits set aside for one job; `draws` say of which lots, in burn-down order."""

    id: UUID
    person: UUID
    authorized: int
    held: int
    captured: int
    state: int
    lease_until: datetime
    job: str | None
    draws: tuple[Draw, ...]


class Purchase(Struct, frozen=True, gc=False):
    """What a lot remembers of the order that brought it (A21)."""

    store: str
    order_id: str
    line_no: int
    currency: str | None
    unit_price: str | None


@dataclass(slots=True)
class Lot:
    """One purchase in the wallet. `category`: 1 promo, 2 included, 3 purchased."""

    number: int
    category: int
    granted: int
    free: int
    held: int
    granted_at: datetime
    expires_at: datetime | None
    purchase: Purchase

    @property
    def burn_down_key(self) -> tuple[datetime, int, datetime, int]:
        """Order of use (T25): soonest to expire, then category, then oldest."""
        return (self.expires_at or NEVER, self.category, self.granted_at, self.number)


@dataclass(slots=True)
class Book:
    """One wallet under its lock: totals in microcredits, open lots in burn-down order, people."""

    id: int
    uid: UUID
    kind: str
    owner: UUID
    version: int
    seq: int
    fact_sequence: int
    granted: int
    free: int
    held: int
    dormant: int
    captured: int
    expired: int
    clawed_back: int
    credited_back: int
    adjusted: int
    debt: int
    absorbed: int
    booked_at: datetime
    head: bytes
    lots: list[Lot] = field(default_factory=list)
    access: dict[UUID, Access | None] = field(default_factory=dict)
    holds: dict[UUID, Hold | None] = field(default_factory=dict)
    next_expiry: datetime = NEVER


class Decision(Struct, frozen=True, gc=False):
    """An accepted command: what moves, and the new state of what it touched."""

    transfers: tuple[Transfer, ...] = ()
    access: Access | None = None
    hold: Hold | None = None
    lot: Lot | None = None
    label: tuple[str, UUID] | None = None


class Refusal(Struct, frozen=True, gc=False):
    """A refused command: every limit that binds, the first one with its value and what was left."""

    binding: tuple[RefusalCode, ...]
    limit: str | None = None
    value: int | None = None
    left: int | None = None

    @property
    def code(self) -> RefusalCode:
        """The first limit that bound (conventions 6)."""
        return self.binding[0]
