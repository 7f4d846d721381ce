"""Products in use: which seat a checkout takes, and what ends it (R27, R35, A12, T31, T33)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.licensing.rules.entitlement import PERSONAL, TRIED, Holding, is_usable
from services.licensing.rules.leases import Checkout
from services.licensing.rules.licenses import License, latest_end
from shared.contracts.checkouts import BorrowCheckout, OpenCheckout
from shared.contracts.entitlements import Source
from shared.contracts.message import Limit, Refused, refuse
from shared.contracts.refusals import RefusalCode

BORROW_MAX = timedelta(days=30)
HOLDERS_SHOWN = 10
SOURCE_OF: dict[str, Source] = PERSONAL | TRIED
OWN: tuple[Source, ...] = ("PERSONAL", "EDU", "TRIAL", "BETA")


@dataclass(frozen=True)
class Floor:
    """The seats of a product in an organization, as one of its people finds them.

    `taken` counts assignments and the leases beside them; `until` is when the last license ends.
    """

    organization_id: UUID
    live: int
    taken: int
    until: datetime | None = None
    assignment_id: UUID | None = None
    may_float: bool = False


@dataclass(frozen=True)
class Rights:
    """All that decides over an account's checkouts of one product; `checkouts` are its open ones.

    `floors` are those of the organizations that it works for.
    """

    holding: Holding
    checkouts: tuple[Checkout, ...] = ()
    floors: tuple[Floor, ...] = ()

    def owned(self, source: Source, now: datetime) -> tuple[License, ...]:
        """His own licenses that count now; an invited person has none yet (T32)."""
        return tuple(
            license
            for license in self.holding.licenses
            if self.holding.registered
            and SOURCE_OF[license.kind] == source
            and is_usable(license, self.holding, now=now)
        )

    def on(self, machine: str) -> Checkout | None:
        """His open checkout on a machine."""
        return next((one for one in self.checkouts if one.machine == machine), None)

    def floor_of(self, organization_id: UUID | None) -> Floor | None:
        """The seats of an organization that he works for."""
        return next((one for one in self.floors if one.organization_id == organization_id), None)


@dataclass(frozen=True)
class Seat:
    """A seat that is free for somebody, and when the right to it ends."""

    source: Source
    until: datetime | None
    organization_id: UUID | None = None
    assignment_id: UUID | None = None


def open(  # noqa: A001  # the word of the contract
    asked: OpenCheckout, rights: Rights, *, id: UUID, now: datetime
) -> Checkout | Refused:
    """Take a product into use: on a seat of one's own, else one assigned, else one that floats.

    The same machine again is the same checkout for as long as its right lasts; when that is gone
    another seat takes its place, if there is one.
    """
    before = rights.on(asked.machine)
    if before is not None and right_to(before, rights, now=now) is not None:
        return renew(before, rights, lease_seconds=asked.lease_seconds, now=now)
    seat = next(_free_seats(rights, before, now), None)
    if seat is None:
        return _none_free(rights, now)
    return Checkout(
        id=id,
        organization_id=seat.organization_id,
        account_id=rights.holding.account_id,
        product=asked.product,
        machine=asked.machine,
        source=seat.source,
        assignment_id=seat.assignment_id,
        opened_at=now,
        lease_until=_end(now + timedelta(seconds=asked.lease_seconds), seat),
    )


def renew(
    checkout: Checkout, rights: Rights, *, lease_seconds: int, now: datetime
) -> Checkout | Refused:
    """Let a lease run from now; a heartbeat never shortens what was borrowed."""
    seat = right_to(checkout, rights, now=now)
    if seat is None:
        return refuse(RefusalCode.NO_ENTITLEMENT)
    until = now + timedelta(seconds=lease_seconds)
    if checkout.borrowed:
        until = max(until, checkout.lease_until)
    return replace(checkout, lease_until=_end(until, seat))


def borrow(
    checkout: Checkout, asked: BorrowCheckout, rights: Rights, *, now: datetime
) -> Checkout | Refused:
    """Keep a checkout without heartbeats until a date (A12), or until its right ends before."""
    if not now < asked.until <= now + BORROW_MAX:
        message = f"until: within the next {BORROW_MAX.days} days"
        return refuse(RefusalCode.MALFORMED, message=message)
    seat = right_to(checkout, rights, now=now)
    if seat is None:
        return refuse(RefusalCode.NO_ENTITLEMENT)
    return replace(checkout, lease_until=_end(asked.until, seat), borrowed=True)


def right_to(checkout: Checkout, rights: Rights, *, now: datetime) -> Seat | None:
    """The right by which a checkout goes on; nothing when its lease is the last one (T31)."""
    if not rights.holding.registered:
        return None
    if checkout.source in OWN:
        owned = rights.owned(checkout.source, now)
        beside = [one for one in rights.checkouts if one.source == checkout.source]
        if checkout in surplus(beside, seats=_seats(owned)):
            return None
        return _own_seat(checkout.source, owned)
    floor = rights.floor_of(checkout.organization_id)
    if floor is None or floor.live == 0:
        return None
    if checkout.source == "FLOATING":
        return _floating(floor) if floor.may_float else None
    sits = checkout.assignment_id is not None and checkout.assignment_id == floor.assignment_id
    return _assigned(floor) if sits else None


def surplus(checkouts: Iterable[Checkout], *, seats: int) -> tuple[Checkout, ...]:
    """Which of several checkouts go when there are fewer seats: those opened last (T9)."""
    by_age = sorted(checkouts, key=lambda one: (one.opened_at, one.id))
    return tuple(by_age[max(0, seats) :])


def surplus_of_own(rights: Rights, *, now: datetime) -> tuple[Checkout, ...]:
    """Which checkouts of his own licenses have lost their seat, for one ran out (T9)."""
    lost: list[Checkout] = []
    for source in OWN:
        opened = [one for one in rights.checkouts if one.source == source]
        lost.extend(surplus(opened, seats=_seats(rights.owned(source, now))))
    return tuple(lost)


def his(checkout: Checkout | None, account_id: UUID | None, *, now: datetime) -> Checkout | Refused:
    """Let only whoever opened a checkout go on with it, while its lease lasts."""
    if checkout is None or checkout.account_id != account_id or not checkout.is_held(now):
        return refuse(RefusalCode.UNKNOWN_CHECKOUT)
    return checkout


def may_close(
    checkout: Checkout | None, asked_by: UUID | None, administrator: UUID | None
) -> Checkout | Refused:
    """Let a checkout be brought back by whoever opened it, or by the Administrator of its seat."""
    if checkout is None:
        return refuse(RefusalCode.UNKNOWN_CHECKOUT)
    if asked_by is not None and asked_by in (checkout.account_id, administrator):
        return checkout
    if checkout.organization_id is None:
        return refuse(RefusalCode.UNKNOWN_CHECKOUT)
    return refuse(RefusalCode.NOT_ADMINISTRATOR)


def listing(refused: Refused, holders: tuple[UUID, ...], *, count: int) -> Refused:
    """Say who holds the seats (A12): some by name, and how many there are besides."""
    named = ", ".join(str(holder) for holder in holders)
    more = count - len(holders)
    held_by = f"{named} and {more} more" if more > 0 else named
    return refused.model_copy(update={"message": f"{refused.message}: held by {held_by}"})


def _free_seats(rights: Rights, before: Checkout | None, now: datetime) -> Iterator[Seat]:
    """Every seat that is free for him, in the order of choice; what he replaces frees its own."""
    if not rights.holding.registered:
        return
    kept = [one for one in rights.checkouts if one is not before]
    for source in OWN:
        owned = rights.owned(source, now)
        if sum(one.source == source for one in kept) < _seats(owned):
            yield _own_seat(source, owned)
    sat_on = {one.assignment_id for one in kept}
    for floor in rights.floors:
        if floor.live and floor.assignment_id and floor.assignment_id not in sat_on:
            yield _assigned(floor)
    for floor in rights.floors:
        freed = before is not None and _counts_on(before, floor)
        if floor.may_float and floor.taken - freed < floor.live:
            yield _floating(floor)


def _none_free(rights: Rights, now: datetime) -> Refused:
    if not rights.holding.registered:
        return refuse(RefusalCode.NO_ENTITLEMENT)
    if rights.holding.is_suspended() and _has_live_trial(rights, now):
        return refuse(RefusalCode.ORGANIZATIONAL_LICENSE_ALLOCATED)
    seats = _seats(license for source in OWN for license in rights.owned(source, now))
    seats += sum(floor.live for floor in rights.floors if floor.assignment_id or floor.may_float)
    if seats == 0:
        return refuse(RefusalCode.NO_ENTITLEMENT)
    limit = Limit(name="seats", value=str(seats), left="0")
    return refuse(RefusalCode.NO_SEAT_AVAILABLE, limit=limit)


def _has_live_trial(rights: Rights, now: datetime) -> bool:
    return any(one.kind in TRIED and one.is_live(now) for one in rights.holding.licenses)


def _counts_on(checkout: Checkout, floor: Floor) -> bool:
    return checkout.counts_by_itself() and checkout.organization_id == floor.organization_id


def _seats(licenses: Iterable[License]) -> int:
    return sum(license.seats for license in licenses)


def _own_seat(source: Source, owned: tuple[License, ...]) -> Seat:
    return Seat(source, until=latest_end(license.expires_at for license in owned))


def _assigned(floor: Floor) -> Seat:
    return Seat("ORGANIZATION", floor.until, floor.organization_id, floor.assignment_id)


def _floating(floor: Floor) -> Seat:
    return Seat("FLOATING", floor.until, floor.organization_id)


def _end(wanted: datetime, seat: Seat) -> datetime:
    """When a lease ends: no lease outlives the right to its seat."""
    return wanted if seat.until is None else min(wanted, seat.until)
