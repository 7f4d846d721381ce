"""Seats are given, taken back and moved (R17-R19, R25, R32, R33, T9)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.licensing.rules.leases import Checkout
from services.licensing.rules.licenses import License
from shared.contracts.licensing import SeatAssigned, SeatReassigned, SeatRevoked
from shared.contracts.message import Limit, Refused, refuse
from shared.contracts.purchases import LicenseKind
from shared.contracts.refusals import RefusalCode


@dataclass(frozen=True)
class Assignment:
    """A seat that a person has."""

    id: UUID
    account_id: UUID
    assigned_at: datetime


@dataclass(frozen=True)
class Seats:
    """The seats of one product of an organization, read under their lock.

    `in_use` are those on which a lease is open though nobody is assigned to them (A12, T31).
    """

    organization_id: UUID
    product: str
    live: int
    was_bought: bool
    assignments: tuple[Assignment, ...]
    until: datetime | None = None
    in_use: int = 0

    @property
    def taken(self) -> int:
        """How many seats somebody has, by an assignment or by a lease alone."""
        return len(self.assignments) + self.in_use

    @property
    def free(self) -> int:
        """How many seats nobody has; never below none, though seats may run out first."""
        return max(0, self.live - self.taken)

    def of(self, account_id: UUID) -> Assignment | None:
        """The seat that a person has, if any."""
        return next((one for one in self.assignments if one.account_id == account_id), None)


@dataclass(frozen=True)
class Person:
    """A person an Administrator acts on: whether he is in, and what he owns of the product."""

    account_id: UUID
    is_in: bool
    personal_kinds: frozenset[LicenseKind] = frozenset()


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
    if seats.free == 0:
        limit = Limit(name="seats", value=str(seats.live), left="0")
        return refuse(RefusalCode.NO_SEAT_AVAILABLE, limit=limit)
    return _assigned(seats, person.account_id, now)


def administrators_seat(
    seats: Seats, license: License, *, administrator_id: UUID, founding: bool, now: datetime
) -> SeatAssigned | None:
    """Seat the Administrator by the license that made the organization, or is for one (A13).

    Nobody else asked for it, so where it cannot be the seat stays free.
    """
    if not founding and license.seats != 1:
        return None
    if seats.of(administrator_id) is not None or seats.free == 0:
        return None
    return _assigned(seats, administrator_id, now)


def revoke(seats: Seats, person: Person, *, now: datetime) -> SeatRevoked | Refused:
    """Take an organizational seat back (R18); what a person owns stays his (R32)."""
    held = seats.of(person.account_id)
    if held is None:
        return _not_held(person, RefusalCode.TRIAL_OR_BETA_NOT_REVOCABLE)
    return revoked(seats, held, reason="revoked", now=now)


def reassign(
    seats: Seats,
    *,
    giver: Person,
    taker: Person,
    now: datetime,
    lease: Checkout | None = None,
    force: bool = False,
) -> SeatReassigned | Refused:
    """Move a seat from one person to another in one act (R19); the count of seats stays.

    While the giver has a lease open on it, it moves by force alone (T31).
    """
    held = seats.of(giver.account_id)
    if held is None:
        return _not_held(giver, RefusalCode.TRIAL_OR_BETA_NOT_REASSIGNABLE)
    if not taker.is_in:
        return refuse(RefusalCode.NOT_IN_ORGANIZATION)
    if seats.of(taker.account_id) is not None:
        return refuse(RefusalCode.ALREADY_ASSIGNED)
    if seats.taken > seats.live:
        return refuse(RefusalCode.LICENSE_EXPIRED)
    if lease is not None and lease.is_held(now) and not force:
        limit = Limit(name="lease_until", value=lease.ends())
        message = f"the seat is in use until {lease.ends()}"
        return refuse(RefusalCode.NO_SEAT_AVAILABLE, message=message, limit=limit)
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


def _assigned(seats: Seats, account_id: UUID, now: datetime) -> SeatAssigned:
    return SeatAssigned(
        organization_id=seats.organization_id,
        account_id=account_id,
        product=seats.product,
        assigned_at=now,
    )


def _not_held(person: Person, trial_or_beta: RefusalCode) -> Refused:
    if person.personal_kinds & {"TRIAL", "BETA"}:
        return refuse(trial_or_beta)
    if person.personal_kinds:
        return refuse(RefusalCode.LICENSE_NOT_ORGANIZATIONAL)
    return refuse(RefusalCode.NOT_ASSIGNED)
