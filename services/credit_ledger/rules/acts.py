"""What the ledger is asked to decide, parsed: one small struct per command or usage line."""

from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct

from services.credit_ledger.rules.access_acts import AccessAct
from services.credit_ledger.rules.book import BEGINNING, PersonRole, Purchase, QuotaPeriod
from services.credit_ledger.rules.expiring import Notice
from services.credit_ledger.rules.hold_acts import Extend, SetRate
from services.credit_ledger.rules.purchase_acts import PurchaseAct
from shared.contracts.credits import AccessMode


class Work(Struct, frozen=True, gc=False):
    """What work a command paid for, as far as its caller said; `measured` is priced when decided.

    `tags` are JSON, `quantity` is in millionths of `unit`, `rate` the number of the rate card's
    line that priced it.
    """

    job: str | None = None
    project: str | None = None
    product: str | None = None
    node: str | None = None
    node_class: str | None = None
    frame_first: int | None = None
    frame_last: int | None = None
    tags: str | None = None
    occurred_at: datetime | None = None
    quantity: int | None = None
    unit: str | None = None
    rate: int | None = None


class Debit(Struct, frozen=True, gc=False):
    """Charge a usage line; who spends has to be entitled to the `product` that it names.

    `speaker` is the node that reports it, when it works for single organizations alone (A17).
    """

    command: UUID
    owner: UUID
    content: int
    person: UUID
    amount: int
    job: str | None
    work: Work | None = None
    product: str | None = None
    speaker: str | None = None


class Authorize(Struct, frozen=True, gc=False):
    """Set credits aside; the command's id becomes the hold's. The rest is as in `Debit`."""

    command: UUID
    owner: UUID
    content: int
    person: UUID
    amount: int
    lease_seconds: int
    job: str | None
    max_credits: int | None = None
    about: str | None = None
    product: str | None = None
    speaker: str | None = None


class Capture(Struct, frozen=True, gc=False):
    """Charge part of a hold, or its last part."""

    command: UUID
    owner: UUID
    content: int
    hold: UUID
    amount: int
    final: bool
    body: str
    reply_to: str | None
    waited_in: int | None = None
    work: Work | None = None
    speaker: str | None = None


class Void(Struct, frozen=True, gc=False):
    """Give a hold's remainder back."""

    command: UUID
    owner: UUID
    content: int
    hold: UUID
    body: str
    reply_to: str | None
    waited_in: int | None = None
    speaker: str | None = None


class Lapse(Struct, frozen=True, gc=False):
    """End a hold whose lease ran out (T28)."""

    command: UUID
    owner: UUID
    content: int
    hold: UUID


class Expire(Struct, frozen=True, gc=False):
    """Look at the wallet's lots: those past their time expire before anything else is decided."""

    command: UUID
    owner: UUID
    content: int


class Grant(Struct, frozen=True, gc=False):
    """Add a paid order line as a lot (R48)."""

    command: UUID
    owner: UUID
    content: int
    amount: int
    category: int
    expires_at: datetime | None
    purchase: Purchase
    withheld: bool = False


class OpenPool(Struct, frozen=True, gc=False):
    """An account's own wallet becomes the pool of the organization it administers (A11)."""

    command: UUID
    owner: UUID
    content: int
    organization: UUID
    administrator: UUID
    at: datetime = BEGINNING


class SetRole(Struct, frozen=True, gc=False):
    """A person joined or left the organization; access is disabled either way (R15, R16)."""

    command: UUID
    owner: UUID
    content: int
    person: UUID
    role: PersonRole
    at: datetime = BEGINNING


class SetAccess(Struct, frozen=True, gc=False):
    """The Administrator sets a person's access to the pool (R20-R25)."""

    command: UUID
    owner: UUID
    content: int
    by: UUID | None
    person: UUID
    mode: AccessMode
    quota: int | None
    period: QuotaPeriod | None = None
    door: str = ""


# What is asked of a hold; it waits a minute for one that is not here yet. `waited_in` is the number
# of the wallet where it did.
OfHold: TypeAlias = Capture | Void | Extend
Act: TypeAlias = (
    Debit
    | Authorize
    | OfHold
    | Lapse
    | Expire
    | Grant
    | OpenPool
    | SetRole
    | SetAccess
    | AccessAct
    | PurchaseAct
    | SetRate
    | Notice
)
