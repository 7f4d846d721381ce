"""What the ledger is asked to decide, parsed: one small struct per command or usage line."""

from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct

from services.credit_ledger.rules.book import PersonRole, Purchase
from shared.contracts.credits import AccessMode


class Debit(Struct, frozen=True, gc=False):
    """Charge a usage line."""

    command: UUID
    owner: UUID
    content: int
    person: UUID
    amount: int
    job: str | None


class Authorize(Struct, frozen=True, gc=False):
    """Set credits aside; the command's id becomes the hold's."""

    command: UUID
    owner: UUID
    content: int
    person: UUID
    amount: int
    lease_seconds: int
    job: str | None


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
    waited: bool = False


class Void(Struct, frozen=True, gc=False):
    """Give a hold's remainder back."""

    command: UUID
    owner: UUID
    content: int
    hold: UUID
    body: str
    reply_to: str | None
    waited: bool = False


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


class OpenPool(Struct, frozen=True, gc=False):
    """An account's own wallet becomes the pool of the organization it administers (A11)."""

    command: UUID
    owner: UUID
    content: int
    organization: UUID
    administrator: UUID


class SetRole(Struct, frozen=True, gc=False):
    """A person joined or left the organization; access is disabled either way (R15, R16)."""

    command: UUID
    owner: UUID
    content: int
    person: UUID
    role: PersonRole


class SetAccess(Struct, frozen=True, gc=False):
    """The Administrator sets a person's access to the pool (R20-R25)."""

    command: UUID
    owner: UUID
    content: int
    by: UUID | None
    person: UUID
    mode: AccessMode
    quota: int | None


Act: TypeAlias = (
    Debit | Authorize | Capture | Void | Lapse | Expire | Grant | OpenPool | SetRole | SetAccess
)
