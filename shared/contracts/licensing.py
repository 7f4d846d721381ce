"""Licensing's messages: licenses, seats, assignments."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.message import CommandData, Contract, FactData, Moment
from shared.contracts.purchases import LicenseKind

Product = Annotated[str, Field(min_length=1, max_length=120)]


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

    `owner` is the organization. Refused `not_administrator, not_in_organization,
    trial_or_beta_not_reassignable, license_not_organizational, not_assigned, already_assigned,
    license_expired`.
    """

    TYPE: ClassVar[str] = "coffer.licensing.reassign_license.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "licensing.reassign_license"

    product: Product
    from_account_id: UUID
    to_account_id: UUID


class ListLicenses(CommandData):
    """List the seats of `owner` (an organization or an account) by product: total and free."""

    TYPE: ClassVar[str] = "coffer.licensing.list_licenses.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "licensing.list_licenses"


class ProductSeats(Contract):
    """The live seats of one product: how many, how many free, who holds the others."""

    product: str
    seats: int
    free: int
    account_ids: tuple[UUID, ...]


class PersonalLicense(Contract):
    """A license that belongs to a person (R35): no Administrator can take it away."""

    license_id: UUID
    product: str
    kind: LicenseKind
    seats: int
    expires_at: Moment | None = None


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
    """An account holds a new active license (R3, A13); the subject is that account."""

    ROUTING_KEY: ClassVar[str] = "licensing.license.activated"
    SERVICE: ClassVar[str] = "licensing"

    license_id: UUID
    account_id: UUID
    product: str
    kind: LicenseKind
    seats: Annotated[int, Field(ge=1)]
    activated_at: Moment
    expires_at: Moment | None = None


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


class LicensingWatermark(FactData):
    """Everything licensing decided before `at` has been published; outside the sequences."""

    ROUTING_KEY: ClassVar[str] = "licensing.copy.watermark"
    SERVICE: ClassVar[str] = "licensing"

    at: Moment
