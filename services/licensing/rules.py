"""Whose licenses and seats they are: pure functions over frozen data (R17-R19, R25-R35, A13)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.licensing import SeatAssigned, SeatReassigned, SeatRevoked
from shared.contracts.message import Limit, Refused, refuse
from shared.contracts.purchases import LicenseKind, LicenseLine, OrderPaid
from shared.contracts.refusals import RefusalCode

LicenseState = Literal["ACTIVE", "EXPIRED"]
ACTIVE: LicenseState = "ACTIVE"


@dataclass(frozen=True)
class License:
    """A purchased license; one order line is one license."""

    id: UUID
    store: str
    order_id: str
    line_no: int
    account_id: UUID
    product: str
    kind: LicenseKind
    seats: int
    state: LicenseState
    activated_at: datetime
    expires_at: datetime | None

    def is_live(self, now: datetime) -> bool:
        """Whether its seats count: event and clock agree that it has not run out."""
        return self.state == ACTIVE and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True)
class Organization:
    """An organization and its Administrator, as membership told us."""

    id: UUID
    administrator_id: UUID


@dataclass(frozen=True)
class Assignment:
    """A seat that a person has."""

    id: UUID
    account_id: UUID
    assigned_at: datetime


@dataclass(frozen=True)
class Seats:
    """The seats of one product of an organization, read under their lock."""

    organization_id: UUID
    product: str
    live: int
    was_bought: bool
    assignments: tuple[Assignment, ...]

    def of(self, account_id: UUID) -> Assignment | None:
        """The seat that a person has, if any."""
        return next((one for one in self.assignments if one.account_id == account_id), None)


@dataclass(frozen=True)
class Person:
    """A person an Administrator acts on: whether he is in, and what he owns of the product."""

    account_id: UUID
    is_in: bool
    personal_kinds: frozenset[LicenseKind] = frozenset()


def license_of(order: OrderPaid, line: LicenseLine, *, id: UUID, now: datetime) -> License:
    """Make the license of an order line; one that arrives past its date never counts."""
    has_run_out = line.expires_at is not None and line.expires_at <= now
    return License(
        id=id,
        store=order.store,
        order_id=order.order_id,
        line_no=line.line_no,
        account_id=order.account_id,
        product=line.product,
        kind=line.license_kind,
        seats=line.seats,
        state="EXPIRED" if has_run_out else ACTIVE,
        activated_at=now,
        expires_at=line.expires_at,
    )


def says_the_same(kept: License, told: License) -> bool:
    """Whether a repeated order line tells what the first did (T21)."""
    return _terms(kept) == _terms(told)


def is_organizational(license: License, organization: Organization | None) -> bool:
    """An Administrator's commercial licenses are his organization's; all others are his own."""
    if organization is None or license.kind != "COMMERCIAL":
        return False
    return license.account_id == organization.administrator_id


def administer(organization: Organization | None, asked_by: UUID | None) -> Organization | Refused:
    """Let the Administrator through, and nobody else (R2)."""
    if organization is None:
        return refuse(RefusalCode.UNKNOWN_ORGANIZATION)
    if asked_by != organization.administrator_id:
        return refuse(RefusalCode.NOT_ADMINISTRATOR)
    return organization


def assign(seats: Seats, person: Person, *, now: datetime) -> SeatAssigned | Refused:
    """Give a free seat to somebody who is in, the Administrator included (R17, R25)."""
    if not person.is_in:
        return refuse(RefusalCode.NOT_IN_ORGANIZATION)
    if not seats.was_bought:
        return refuse(RefusalCode.UNKNOWN_PRODUCT)
    if seats.live == 0:
        return refuse(RefusalCode.LICENSE_EXPIRED)
    if seats.of(person.account_id) is not None:
        return refuse(RefusalCode.ALREADY_ASSIGNED)
    if len(seats.assignments) >= seats.live:
        limit = Limit(name="seats", value=str(seats.live), left="0")
        return refuse(RefusalCode.NO_SEAT_AVAILABLE, limit=limit)
    return SeatAssigned(
        organization_id=seats.organization_id,
        account_id=person.account_id,
        product=seats.product,
        assigned_at=now,
    )


def revoke(seats: Seats, person: Person, *, now: datetime) -> SeatRevoked | Refused:
    """Take an organizational seat back (R18); what a person owns stays his (R32)."""
    held = seats.of(person.account_id)
    if held is None:
        return _not_held(person, RefusalCode.TRIAL_OR_BETA_NOT_REVOCABLE)
    return revoked(seats, held, reason="revoked", now=now)


def reassign(
    seats: Seats, *, giver: Person, taker: Person, now: datetime
) -> SeatReassigned | Refused:
    """Move a seat from one person to another in one act (R19); the count of seats stays."""
    held = seats.of(giver.account_id)
    if held is None:
        return _not_held(giver, RefusalCode.TRIAL_OR_BETA_NOT_REASSIGNABLE)
    if not taker.is_in:
        return refuse(RefusalCode.NOT_IN_ORGANIZATION)
    if seats.of(taker.account_id) is not None:
        return refuse(RefusalCode.ALREADY_ASSIGNED)
    if len(seats.assignments) > seats.live:
        return refuse(RefusalCode.LICENSE_EXPIRED)
    return SeatReassigned(
        organization_id=seats.organization_id,
        product=seats.product,
        from_account_id=giver.account_id,
        to_account_id=taker.account_id,
        reassigned_at=max(now, held.assigned_at),
    )


def two_facts_of(reassigned: SeatReassigned) -> tuple[SeatRevoked, SeatAssigned]:
    """A seat that moves is heard as one taken and one given."""
    taken = SeatRevoked(
        organization_id=reassigned.organization_id,
        account_id=reassigned.from_account_id,
        product=reassigned.product,
        reason="reassigned",
        revoked_at=reassigned.reassigned_at,
    )
    given = SeatAssigned(
        organization_id=reassigned.organization_id,
        account_id=reassigned.to_account_id,
        product=reassigned.product,
        assigned_at=reassigned.reassigned_at,
    )
    return taken, given


def revoked(
    seats: Seats,
    held: Assignment,
    *,
    reason: Literal["revoked", "reassigned", "removed", "expired"],
    now: datetime,
) -> SeatRevoked:
    """Say that a seat was taken back, and why."""
    return SeatRevoked(
        organization_id=seats.organization_id,
        account_id=held.account_id,
        product=seats.product,
        reason=reason,
        revoked_at=max(now, held.assigned_at),
    )


def seats_lost(seats: Seats) -> tuple[Assignment, ...]:
    """Who loses a seat when licenses ran out (T9): who got his last."""
    by_age = sorted(seats.assignments, key=lambda one: (one.assigned_at, one.id))
    return tuple(by_age[seats.live :])


def live_seats(licenses: Iterable[License], now: datetime) -> int:
    """How many seats these licenses give now."""
    return sum(license.seats for license in licenses if license.is_live(now))


def personal_kinds(
    owned: Iterable[License], administers: Organization | None, *, product: str, now: datetime
) -> frozenset[LicenseKind]:
    """Which kinds of license of a product a person has of his own (R27, R35)."""
    return frozenset(
        license.kind
        for license in owned
        if license.product == product
        and license.is_live(now)
        and not is_organizational(license, administers)
    )


def may_list(
    owner: UUID, organization: Organization | None, asked_by: UUID | None
) -> Refused | None:
    """An organization's seats are shown to its Administrator, an account's to its owner (R1)."""
    if organization is not None and asked_by != organization.administrator_id:
        return refuse(RefusalCode.NOT_ADMINISTRATOR)
    if organization is None and asked_by != owner:
        return refuse(RefusalCode.UNKNOWN_ACCOUNT)
    return None


def _not_held(person: Person, trial_or_beta: RefusalCode) -> Refused:
    if person.personal_kinds & {"TRIAL", "BETA"}:
        return refuse(trial_or_beta)
    if person.personal_kinds:
        return refuse(RefusalCode.LICENSE_NOT_ORGANIZATIONAL)
    return refuse(RefusalCode.NOT_ASSIGNED)


def _terms(license: License) -> tuple[object, ...]:
    return (
        license.account_id,
        license.product,
        license.kind,
        license.seats,
        license.expires_at,
    )
