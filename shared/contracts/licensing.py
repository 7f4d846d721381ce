"""Licensing's messages: licenses, seats, assignments, orders of licenses."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.message import CommandData, Contract, FactData, Moment
from shared.contracts.purchases import (
    Channel,
    LicenseKind,
    LineNumber,
    OrderId,
    Product,
    Store,
)

LINES_MAX = 1000
HOLDERS_MAX = 500


class AssignLicense(CommandData):
    """The Administrator gives a free seat of a product to a person (R17); `owner`: organization.

    Refused `not_administrator, not_in_organization, unknown_product, license_expired,
    already_assigned, no_seat_available`.
    """

    TYPE: ClassVar[str] = "coffer.licensing.assign_license.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "licensing.assign_license"

    product: Product
    account_id: UUID


class RevokeLicense(CommandData):
    """The Administrator takes an organizational seat back (R18); `owner` is the organization.

    Refused `not_administrator, trial_or_beta_not_revocable, license_not_organizational,
    not_assigned`.
    """

    TYPE: ClassVar[str] = "coffer.licensing.revoke_license.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "licensing.revoke_license"

    product: Product
    account_id: UUID


class ReassignLicense(CommandData):
    """The Administrator moves a seat from one person to another in one act (R19).

    While the giver has a checkout open on it, it moves when his lease has ended; `force` moves it
    now and closes the checkout (T31). `owner` is the organization. Refused `not_administrator,
    not_in_organization, trial_or_beta_not_reassignable, license_not_organizational, not_assigned,
    already_assigned, license_expired`, and `no_seat_available` limited by the end of the lease.
    """

    TYPE: ClassVar[str] = "coffer.licensing.reassign_license.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "licensing.reassign_license"

    product: Product
    from_account_id: UUID
    to_account_id: UUID
    force: bool = False


class OrderedLicense(Contract):
    """One line of an order that is being placed; paid, it becomes one license."""

    line_no: LineNumber
    product: Product
    license_kind: LicenseKind
    seats: Annotated[int, Field(ge=1, le=1_000_000)]
    expires_at: Moment | None = None


class PlaceLicenseOrder(CommandData):
    """Ask whether `on_behalf_of` may order licenses (R12, R29, R30, R43, A14).

    `owner` is his organization, for which the Administrator alone may, or he himself. A Member may
    not at all; a Guest always may, for himself. The time of the decision is the placement, and for
    whom it was placed is remembered until the order is paid. The same order placed again stands as
    it is. Answers `LicenseOrderPlaced`. Refused `members_may_not_purchase, not_administrator,
    idempotency_key_reused, malformed` for kinds that are not sold (TRIAL, BETA).
    """

    TYPE: ClassVar[str] = "coffer.licensing.place_license_order.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "licensing.place_license_order"

    store: Store
    order_id: OrderId
    channel: Channel
    lines: Annotated[
        tuple[OrderedLicense, ...], Field(min_length=1, max_length=LINES_MAX, fail_fast=True)
    ]


class ListLicenses(CommandData):
    """List the seats of `owner` (an organization or an account) by product: total and free.

    `among` asks who of these holds one, in place of everybody: an organization may have thousands.
    """

    TYPE: ClassVar[str] = "coffer.licensing.list_licenses.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "licensing.list_licenses"

    among: Annotated[tuple[UUID, ...], Field(max_length=HOLDERS_MAX)] | None = None


class ProductSeats(Contract):
    """The live seats of one product: how many, how many free, who holds the others.

    `in_use` are seats on which a lease is open though nobody is assigned to them: floating ones,
    and those whose assignment ended before the lease (T31).
    """

    product: str
    seats: int
    free: int
    account_ids: tuple[UUID, ...]
    in_use: int = 0
    floating: Literal["off", "everyone", "listed"] = "off"
    expires_at: Moment | None = None


class PersonalLicense(Contract):
    """A license that belongs to a person (R35): no Administrator can take it away.

    One of a Member waits, as does a trial while a seat of its product is assigned (R27, T33).
    """

    license_id: UUID
    product: str
    kind: LicenseKind
    seats: int
    expires_at: Moment | None = None
    usable: bool = True


class LicenseList(Contract):
    """The answer to `ListLicenses`.

    For an organization `products` are its seats; for an account, the seats it holds.
    """

    owner: UUID
    products: tuple[ProductSeats, ...]
    personal: tuple[PersonalLicense, ...] = ()


class SeatReassigned(Contract):
    """The answer to `ReassignLicense`: never both held the seat, never neither (R19)."""

    organization_id: UUID
    product: str
    from_account_id: UUID
    to_account_id: UUID
    reassigned_at: Moment


class LicenseActivated(FactData):
    """An account holds a new active license (R3, A13); the subject is that account.

    `organization_id` is there when the license was bought for an organization: it is that one's.
    Said again when a license becomes its buyer's organization's.
    """

    ROUTING_KEY: ClassVar[str] = "licensing.license.activated"
    SERVICE: ClassVar[str] = "licensing"

    license_id: UUID
    account_id: UUID
    product: str
    kind: LicenseKind
    seats: Annotated[int, Field(ge=1)]
    activated_at: Moment
    expires_at: Moment | None = None
    organization_id: UUID | None = None


class LicenseExpired(FactData):
    """A license ran out (T9); its seats count no more. The subject is the account that held it."""

    ROUTING_KEY: ClassVar[str] = "licensing.license.expired"
    SERVICE: ClassVar[str] = "licensing"

    license_id: UUID
    account_id: UUID
    product: str
    kind: LicenseKind
    seats: Annotated[int, Field(ge=1)]
    expired_at: Moment
    organization_id: UUID | None = None


class LicenseWithheld(FactData):
    """A Member's license was paid for though he may not buy (R29, A13, T18); subject: account.

    It is kept and unusable until he leaves; operators have to look.
    """

    ROUTING_KEY: ClassVar[str] = "licensing.license.withheld"
    SERVICE: ClassVar[str] = "licensing"

    license_id: UUID
    account_id: UUID
    store: str
    order_id: str
    product: str
    withheld_at: Moment


class LicenseOrderPlaced(FactData):
    """An order of licenses may be paid (A14); the subject is the account that placed it."""

    ROUTING_KEY: ClassVar[str] = "licensing.order.placed"
    SERVICE: ClassVar[str] = "licensing"

    account_id: UUID
    organization_id: UUID | None = None
    store: str
    order_id: str
    placed_at: Moment


class SeatAssigned(FactData):
    """A person may use a seat of the product now (R17); the subject is the organization."""

    ROUTING_KEY: ClassVar[str] = "licensing.seat.assigned"
    SERVICE: ClassVar[str] = "licensing"

    organization_id: UUID
    account_id: UUID
    product: str
    assigned_at: Moment


class SeatRevoked(FactData):
    """A person lost a seat of the product (R18, R19, T1, T9); subject: the organization."""

    ROUTING_KEY: ClassVar[str] = "licensing.seat.revoked"
    SERVICE: ClassVar[str] = "licensing"

    organization_id: UUID
    account_id: UUID
    product: str
    reason: Literal["revoked", "reassigned", "removed", "expired"]
    revoked_at: Moment


class SeatsReleased(FactData):
    """Whoever left has no seat any more (T1); said again when membership asks for it.

    The subject is the organization.
    """

    ROUTING_KEY: ClassVar[str] = "licensing.seats.released"
    SERVICE: ClassVar[str] = "licensing"

    organization_id: UUID
    account_id: UUID
    removed_at: Moment
