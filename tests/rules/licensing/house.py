"""One product of an organization held in memory: what doors and timers do, by the rules alone."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.licensing.rules import checkouts, seats
from services.licensing.rules.checkouts import Floor, Rights
from services.licensing.rules.entitlement import Holding, SeatHeld
from services.licensing.rules.leases import Checkout
from services.licensing.rules.licenses import License
from services.licensing.rules.seats import Assignment, Person, Seats
from services.licensing.rules.standing import RoleHeld
from shared.contracts.checkouts import BorrowCheckout, OpenCheckout
from shared.contracts.message import Refused
from tests.builders import LUMEN, an_id

START = datetime(2026, 2, 1, tzinfo=UTC)


@dataclass
class House:
    """The seats, who sits on them, and every lease that is open."""

    id: UUID = field(default_factory=an_id)
    now: datetime = START
    live: int = 0
    floating: bool = False
    members: list[UUID] = field(default_factory=list)
    owned: dict[UUID, License] = field(default_factory=dict)
    assignments: list[Assignment] = field(default_factory=list)
    leases: list[Checkout] = field(default_factory=list)

    def assign(self, who: UUID) -> bool:
        given = seats.assign(self.seats(), self._person(who), now=self.now)
        if isinstance(given, Refused):
            return False
        self.assignments.append(Assignment(an_id(), who, self.now))
        return True

    def revoke(self, who: UUID) -> None:
        if not isinstance(seats.revoke(self.seats(), self._person(who), now=self.now), Refused):
            self._take_back(who)

    def reassign(self, giver: UUID, taker: UUID, *, force: bool) -> None:
        held = self.seats().of(giver)
        lease = next((one for one in self.leases if held and one.assignment_id == held.id), None)
        moved = seats.reassign(
            self.seats(),
            giver=self._person(giver),
            taker=self._person(taker),
            now=self.now,
            lease=lease,
            force=force,
        )
        if isinstance(moved, Refused):
            return
        if lease is not None:
            self.leases.remove(lease)
        self._take_back(giver)
        self.assignments.append(Assignment(an_id(), taker, self.now))

    def leave(self, who: UUID) -> None:
        self.members = [one for one in self.members if one != who]
        if self.seats().of(who) is not None:
            self._take_back(who)

    def open(self, who: UUID, machine: str) -> bool:
        self._sweep(who)
        rights = self.rights(who)
        asked = OpenCheckout(product=LUMEN, machine=machine, lease_seconds=600)
        opened = checkouts.open(asked, rights, id=an_id(), now=self.now)
        if isinstance(opened, Refused):
            return False
        before = rights.on(machine)
        if before is not None:
            self.leases.remove(before)
        self.leases.append(opened)
        return True

    def renew(self, lease: Checkout) -> None:
        self._keep(
            lease,
            checkouts.renew(lease, self.rights(lease.account_id), lease_seconds=900, now=self.now),
        )

    def borrow(self, lease: Checkout) -> None:
        asked = BorrowCheckout(checkout_id=lease.id, until=self.now + timedelta(days=2))
        rights = self.rights(lease.account_id)
        self._keep(lease, checkouts.borrow(lease, asked, rights, now=self.now))

    def pass_time(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        for lease in list(self.leases):
            self._sweep(lease.account_id)

    def expire(self, number: int) -> None:
        self.live = max(0, self.live - number)
        alone = [one for one in self.leases if one.counts_by_itself()]
        lost = seats.seats_lost(self.seats())
        gone = set(checkouts.surplus(alone, seats=self.live - len(self.assignments)))
        ends = {held.id for held in lost}
        self.leases = [
            one for one in self.leases if one not in gone and one.assignment_id not in ends
        ]
        self.assignments = [held for held in self.assignments if held.id not in ends]

    def seats(self) -> Seats:
        in_use = sum(one.counts_by_itself() for one in self.leases)
        return Seats(self.id, LUMEN, self.live, True, tuple(self.assignments), in_use=in_use)

    def rights(self, who: UUID) -> Rights:
        held = self.seats().of(who)
        is_in = who in self.members
        floor = Floor(
            self.id,
            self.live,
            self.seats().taken,
            assignment_id=held.id if held else None,
            may_float=self.floating,
        )
        holding = Holding(
            who,
            LUMEN,
            registered=True,
            roles=(RoleHeld(self.id, "GUEST", START),) if is_in else (),
            licenses=(self.owned[who],) if who in self.owned else (),
            assigned=(SeatHeld(self.id, None),) if held else (),
        )
        opened = tuple(one for one in self.leases if one.account_id == who)
        return Rights(holding, opened, (floor,) if is_in else ())

    def _person(self, who: UUID) -> Person:
        return Person(who, is_in=who in self.members)

    def _take_back(self, who: UUID) -> None:
        """End a seat; the lease on it takes the seat by itself from now on (T31)."""
        held = self.seats().of(who)
        assert held is not None
        self.assignments.remove(held)
        self.leases = [
            replace(one, assignment_id=None) if one.assignment_id == held.id else one
            for one in self.leases
        ]

    def _sweep(self, who: UUID) -> None:
        self.leases = [one for one in self.leases if one.account_id != who or one.is_held(self.now)]

    def _keep(self, lease: Checkout, decision: Checkout | Refused) -> None:
        self.leases.remove(lease)
        if isinstance(decision, Checkout):
            self.leases.append(decision)
