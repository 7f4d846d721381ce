"""What the ledger is asked to decide, parsed: one small tuple per command or usage line."""

from datetime import datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from services.credit_ledger.rules.book import PersonRole, Purchase
from shared.contracts.credits import AccessMode


class Debit(NamedTuple):
    """Charge a usage line."""

    command: UUID
    owner: UUID
    content: int
    person: UUID
    amount: int
    job: str | None


class Authorize(NamedTuple):
    """Set credits aside; the command's id becomes the hold's."""

    command: UUID
    owner: UUID
    content: int
    person: UUID
    amount: int
    lease_seconds: int
    job: str | None


class Capture(NamedTuple):
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


class Void(NamedTuple):
    """Give a hold's remainder back."""

    command: UUID
    owner: UUID
    content: int
    hold: UUID
    body: str
    reply_to: str | None
    waited: bool = False


class Lapse(NamedTuple):
    """End a hold whose lease ran out (T28)."""

    command: UUID
    owner: UUID
    content: int
    hold: UUID


class Expire(NamedTuple):
    """Look at the wallet's lots: those past their time expire before anything else is decided."""

    command: UUID
    owner: UUID
    content: int


class Grant(NamedTuple):
    """Add a paid order line as a lot (R48)."""

    command: UUID
    owner: UUID
    content: int
    amount: int
    category: int
    expires_at: datetime | None
    purchase: Purchase


class OpenPool(NamedTuple):
    """An account's own wallet becomes the pool of the organization it administers (A11)."""

    command: UUID
    owner: UUID
    content: int
    organization: UUID
    administrator: UUID


class SetRole(NamedTuple):
    """A person joined or left the organization; access is disabled either way (R15, R16)."""

    command: UUID
    owner: UUID
    content: int
    person: UUID
    role: PersonRole


class SetAccess(NamedTuple):
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
