"""Checkouts: who uses a seat right now, floating seats, borrowing (A12, T31)."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.entitlements import Source
from shared.contracts.message import CommandData, Contract, FactData, Moment
from shared.contracts.purchases import Product

LEASE_SECONDS_MIN = 30
LEASE_SECONDS_MAX = 24 * 3600
PEOPLE_MAX = 10_000
Lease = Annotated[int, Field(ge=LEASE_SECONDS_MIN, le=LEASE_SECONDS_MAX)]
Machine = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]


class SetFloating(CommandData):
    """The Administrator lets seats of a product float, or no more (A12); `owner`: organization.

    `everyone` in the organization may check a free seat out, or the listed `account_ids` alone;
    neither switches floating off, and leases that are open run out. Off by default. Answers
    `FloatingSet`. Refused `not_administrator, unknown_product, not_in_organization`.
    """

    TYPE: ClassVar[str] = "coffer.licensing.set_floating.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "licensing.set_floating"

    product: Product
    everyone: bool = False
    account_ids: Annotated[tuple[UUID, ...], Field(max_length=PEOPLE_MAX)] = ()


class OpenCheckout(CommandData):
    """`on_behalf_of` takes a product into use on a machine, for `lease_seconds` (R35, A12).

    A seat of his own is used first, then one assigned to him, then a free one that floats; the
    same product on the same machine again is the same checkout. The command's id names the
    checkout. Answers `CheckoutOpened`. Refused `no_entitlement, no_seat_available` (listing who
    holds them), `organizational_license_allocated` for a trial that is suspended (T33). As for all
    that is asked of checkouts, the id is a UUIDv7: `clock_skew` when it is ten minutes ahead,
    `stale_report` when it is older than seven days, for its verdict may be forgotten (A18).
    """

    TYPE: ClassVar[str] = "coffer.licensing.open_checkout.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "licensing.open_checkout"

    product: Product
    machine: Machine
    lease_seconds: Lease = 600


class RenewCheckout(CommandData):
    """A heartbeat: the lease of a checkout runs `lease_seconds` from now (A12).

    Answers `CheckoutOpened`. Refused `unknown_checkout` once it was closed or swept,
    `no_entitlement` when the right to it is gone: it ends with this heartbeat, else with its lease
    (T31). Ids as in `OpenCheckout`.
    """

    TYPE: ClassVar[str] = "coffer.licensing.renew_checkout.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "licensing.renew_checkout"

    checkout_id: UUID
    lease_seconds: Lease = 600


class BorrowCheckout(CommandData):
    """Keep a checkout for work without a connection until a date, 30 days ahead at most (A12).

    No lease outlives the license it rests on. Answers `CheckoutOpened`, which is said as well;
    brought back early by `CloseCheckout`. Refused `unknown_checkout, no_entitlement` as of
    `RenewCheckout`, `malformed` for a date out of range. Ids as in `OpenCheckout`.
    """

    TYPE: ClassVar[str] = "coffer.licensing.borrow_checkout.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "licensing.borrow_checkout"

    checkout_id: UUID
    until: Moment


class CloseCheckout(CommandData):
    """Bring a checkout back: whoever opened it, or the Administrator of its seat.

    Answers `CheckoutClosed`. Refused `unknown_checkout, not_administrator`. Ids as in
    `OpenCheckout`.
    """

    TYPE: ClassVar[str] = "coffer.licensing.close_checkout.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "licensing.close_checkout"

    checkout_id: UUID


class ListCheckouts(CommandData):
    """List open checkouts of the organization `owner`, of one product or all, at most `limit`.

    Refused `not_administrator, unknown_organization`.
    """

    TYPE: ClassVar[str] = "coffer.licensing.list_checkouts.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "licensing.list_checkouts"

    product: Product | None = None
    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Checkout(Contract):
    """One open checkout: who, where, by which right, until when; `borrowed` needs no heartbeat."""

    checkout_id: UUID
    account_id: UUID
    product: str
    machine: str
    source: Source
    opened_at: Moment
    lease_until: Moment
    borrowed: bool = False


class CheckoutList(Contract):
    """The answer to `ListCheckouts`; `after` leads to the next page, absent on the last."""

    organization_id: UUID
    checkouts: tuple[Checkout, ...]
    after: UUID | None = None


class FloatingSet(FactData):
    """Who may check floating seats of a product out (A12); the subject is the organization."""

    ROUTING_KEY: ClassVar[str] = "licensing.floating.set"
    SERVICE: ClassVar[str] = "licensing"

    organization_id: UUID
    product: str
    everyone: bool
    account_ids: tuple[UUID, ...] = ()
    set_at: Moment


class CheckoutOpened(FactData):
    """A product is in use (A12, R35); the subject is the organization of its seat, or the account.

    Heartbeats are answered with it and not said.
    """

    ROUTING_KEY: ClassVar[str] = "licensing.checkout.opened"
    SERVICE: ClassVar[str] = "licensing"

    checkout_id: UUID
    organization_id: UUID | None = None
    account_id: UUID
    product: str
    machine: str
    source: Source
    lease_until: Moment
    borrowed: bool = False


class CheckoutClosed(FactData):
    """A checkout was brought back or swept (A12, T31); subject as of `CheckoutOpened`."""

    ROUTING_KEY: ClassVar[str] = "licensing.checkout.closed"
    SERVICE: ClassVar[str] = "licensing"

    checkout_id: UUID
    organization_id: UUID | None = None
    account_id: UUID
    product: str
    swept: bool = False
    closed_at: Moment
