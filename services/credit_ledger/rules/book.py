"""The book of one wallet as the rules read it, and what they decide.

Rules never write to a book: they return transfers and the new state of a hold or an access, and
the engine applies them before the next command is decided. Structs are used for what is made for
every command: frozen, and made and read several times faster than a tuple with names.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from services.credit_ledger.rules.records import ClosedRole, Closing, Job, LotChange, Rate, Record
from services.credit_ledger.rules.terms import ADJUSTMENT_MAX, Terms
from shared.contracts.credits import AccessMode
from shared.contracts.message import FactData
from shared.contracts.refusals import RefusalCode

PersonRole = Literal["OWNER", "ADMINISTRATOR", "MEMBER", "GUEST", "REMOVED"]
QuotaPeriod = Literal["day", "week", "month"]
NEVER: Final = datetime.max.replace(tzinfo=UTC)
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Transfer(Struct, frozen=True, gc=False):
    """One journal row to be: `amount` of a lot moves from one ledger account to another."""

    kind: int
    src: int
    dst: int
    amount: int
    lot: int


class Draw(Struct, frozen=True, gc=False):
    """Part of a hold that came from one lot, counted in one count of the person's quota (T12)."""

    lot: int
    amount: int
    count: int = 0


class Access(Struct, frozen=True, gc=False):
    """A person's access to the wallet, and what he used and holds of it (conventions 13).

    `epoch` begins with each change of access, `count` with each restart of the use. A quota with a
    `period` renews itself at `renews_at`. `told` is the highest threshold that was announced.
    """

    person: UUID
    role: PersonRole
    mode: AccessMode
    quota: int | None
    captured: int
    held: int
    epoch: int = 0
    count: int = 0
    period: QuotaPeriod | None = None
    renews_at: datetime | None = None
    told: int = 0


class Hold(Struct, frozen=True, gc=False):
    """Credits set aside for one job; `draws` say of which lots, in burn-down order.

    `metered` was reported as used and is not captured yet (T28), by nobody later than the command
    `metered_by`; `spent` is what was captured, by lot, less what was credited back; `work` is the
    caller's description as JSON. `charged_ahead` is what the end of the lease charged as metered
    and no capture has told of since (T29); `absorbed` is what the vendor bears of it (T26).
    """

    id: UUID
    person: UUID
    authorized: int
    held: int
    captured: int
    state: int
    lease_until: datetime
    job: str | None
    metered: int = 0
    epoch: int = 0
    work: str | None = None
    metered_by: UUID | None = None
    charged_ahead: int = 0
    absorbed: int = 0
    draws: tuple[Draw, ...] = ()
    spent: tuple[Draw, ...] = ()


class Purchase(Struct, frozen=True, gc=False):
    """What a lot remembers of the order that brought it (A21)."""

    store: str
    order_id: str
    line_no: int
    currency: str | None
    unit_price: str | None


@dataclass(slots=True)
class Lot:
    """One purchase in the wallet. `category`: 1 promo, 2 included, 3 purchased.

    A lot keeps the accounts its wallet keeps and conserves as it does: granted + owed +
    credited_back = free + dormant + held + captured + expired + clawed_back + adjusted. `withheld`
    credits wait for an operator (T18), `noticed` ones were announced as expiring soon.
    """

    number: int
    category: int
    granted: int
    free: int
    held: int
    granted_at: datetime
    expires_at: datetime | None
    purchase: Purchase
    dormant: int = 0
    captured: int = 0
    expired: int = 0
    clawed_back: int = 0
    credited_back: int = 0
    adjusted: int = 0
    owed: int = 0
    dormant_since: datetime | None = None
    withheld: bool = False
    noticed: bool = False

    @property
    def burn_down_key(self) -> tuple[datetime, int, datetime, int]:
        """Order of use (T25): soonest to expire, then category, then oldest."""
        return (self.expires_at or NEVER, self.category, self.granted_at, self.number)

    @property
    def is_open(self) -> bool:
        """Whether anything is left in it."""
        return bool(self.free or self.held or self.dormant)


@dataclass(slots=True)
class Book:
    """One wallet under its lock: totals in microcredits, open lots in burn-down order, people.

    `mark` is what was available after the last top-up, `told` the lowest of the pool's thresholds
    that was announced since, in percent, 0 for none. `own`, `found` and `left` are there for one
    batch alone: the own wallets of the people it touches, whatever else its acts name, and records
    that earlier acts left.
    """

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
    closed_by: UUID | None = None
    closed_role: ClosedRole | None = None
    epoch: int = 0
    mark: int = 0
    told: int = 0
    capped_jobs: int = 0
    closed_until: datetime = BEGINNING
    period_ends: datetime = BEGINNING
    terms: Terms = field(default_factory=Terms)
    lots: list[Lot] = field(default_factory=list)
    rates: list[Rate] = field(default_factory=list)
    access: dict[UUID, Access | None] = field(default_factory=dict)
    holds: dict[UUID, Hold | None] = field(default_factory=dict)
    jobs: dict[str, Job | None] = field(default_factory=dict)
    own: "dict[UUID, Book]" = field(default_factory=dict)
    found: dict[object, object] = field(default_factory=dict)
    left: list[Record] = field(default_factory=list)
    adjustment_max: int = ADJUSTMENT_MAX
    next_expiry: datetime = NEVER


class Decision(Struct, frozen=True, gc=False):
    """An accepted command: what moves, and the new state of what it touched.

    `own` is what it does to own wallets, by their owners, `records` are rows beside the books,
    `says` lines of facts that follow from no transfer, `flags` limits that would have bound in
    another mode, `result` further fields of the verdict, ready for the wire.
    """

    transfers: tuple[Transfer, ...] = ()
    access: Access | None = None
    hold: Hold | None = None
    lots: tuple[Lot, ...] = ()
    label: tuple[str, UUID] | None = None
    people: tuple[Access, ...] = ()
    jobs: tuple[Job, ...] = ()
    rates: tuple[Rate, ...] = ()
    lot_changes: tuple[LotChange, ...] = ()
    closing: Closing | None = None
    terms: Terms | None = None
    own: "tuple[tuple[UUID, Decision], ...]" = ()
    records: tuple[Record, ...] = ()
    says: tuple[tuple[type[FactData], dict[str, object]], ...] = ()
    flags: tuple[RefusalCode, ...] = ()
    result: dict[str, object] | None = None

    @property
    def more(self) -> bool:
        """Whether it has what few decisions have, beside transfers, one access and one hold."""
        return bool(self.says or self.records or self.people or self.jobs or self.lot_changes)


class Refusal(Struct, frozen=True, gc=False):
    """A refused command: every limit that binds, the first one with its value and what was left.

    A `passing` one is answered and not remembered: the same id may come again and pass. `product`
    is the one that may not be used, `message` says more exactly than its code why. `says` are lines
    of facts that are wanted all the same, `hold` knows what was told of it all the same (T29).
    """

    binding: tuple[RefusalCode, ...]
    limit: str | None = None
    value: int | None = None
    left: int | None = None
    records: tuple[Record, ...] = ()
    passing: bool = False
    product: str | None = None
    message: str | None = None
    says: tuple[tuple[type[FactData], dict[str, object]], ...] = ()
    hold: Hold | None = None

    @property
    def code(self) -> RefusalCode:
        """The first limit that bound (conventions 6)."""
        return self.binding[0]
