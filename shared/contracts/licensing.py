"""Licensing's messages: licenses, seats, assignments."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.message import CommandData, FactData, Moment
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

    Refused `not_administrator, not_assigned`.
    """

    TYPE: ClassVar[str] = "coffer.licensing.revoke_license.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "licensing.revoke_license"

    product: Product
    account_id: UUID


class ListLicenses(CommandData):
    """List the seats of `owner` (an organization or an account) by product: total and free."""

    TYPE: ClassVar[str] = "coffer.licensing.list_licenses.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "licensing.list_licenses"


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


class SeatAssigned(FactData):
    """A person may use a seat of the product now (R17); the subject is the organization."""

    ROUTING_KEY: ClassVar[str] = "licensing.seat.assigned"
    SERVICE: ClassVar[str] = "licensing"

    organization_id: UUID
    account_id: UUID
    product: str
    assigned_at: Moment


class SeatRevoked(FactData):
    """A person lost a seat of the product (R18, T1); the subject is the organization."""

    ROUTING_KEY: ClassVar[str] = "licensing.seat.revoked"
    SERVICE: ClassVar[str] = "licensing"

    organization_id: UUID
    account_id: UUID
    product: str
    reason: Literal["revoked", "removed"]
    revoked_at: Moment
