"""In any order of acts, nobody uses a seat that there is not (I6, A12, T31)."""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.licensing.rules.licenses import License
from tests.builders import LUMEN, an_id
from tests.rules.licensing.house import START, House

NUMBERS = st.integers(min_value=0, max_value=4)
MACHINES = st.sampled_from(["desk", "laptop"])


class Checkouts(RuleBasedStateMachine):
    """Five people in one organization, the first with a license of his own."""

    @initialize(live=st.integers(min_value=1, max_value=4), floating=st.booleans())
    def begin(self, live: int, floating: bool) -> None:  # noqa: FBT001  # Hypothesis passes it
        self.people = [an_id() for _ in range(5)]
        own = License(
            an_id(), "online", "1", 1, self.people[0], LUMEN, "EDU", 1, "ACTIVE", START, None
        )
        self.house = House(
            live=live,
            floating=floating,
            members=list(self.people),
            owned={self.people[0]: own},
        )

    @rule(who=NUMBERS)
    def assign(self, who: int) -> None:
        self.house.assign(self.people[who])

    @rule(who=NUMBERS)
    def revoke(self, who: int) -> None:
        self.house.revoke(self.people[who])

    @rule(giver=NUMBERS, taker=NUMBERS, force=st.booleans())
    def reassign(self, giver: int, taker: int, force: bool) -> None:  # noqa: FBT001  # as above
        self.house.reassign(self.people[giver], self.people[taker], force=force)

    @rule(who=NUMBERS, machine=MACHINES)
    def open(self, who: int, machine: str) -> None:
        self.house.open(self.people[who], machine)

    @precondition(lambda self: self.house.leases)
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        self.house.renew(data.draw(st.sampled_from(self.house.leases)))

    @precondition(lambda self: self.house.leases)
    @rule(data=st.data())
    def borrow(self, data: st.DataObject) -> None:
        self.house.borrow(data.draw(st.sampled_from(self.house.leases)))

    @precondition(lambda self: self.house.leases)
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        self.house.leases.remove(data.draw(st.sampled_from(self.house.leases)))

    @rule(minutes=st.integers(min_value=1, max_value=20))
    def sweep(self, minutes: int) -> None:
        self.house.pass_time(minutes)

    @rule()
    def let_float_or_not(self) -> None:
        self.house.floating = not self.house.floating

    @rule(number=st.integers(min_value=1, max_value=2))
    def buy(self, number: int) -> None:
        self.house.live += number

    @rule(number=st.integers(min_value=1, max_value=3))
    def expire(self, number: int) -> None:
        self.house.expire(number)

    @rule(who=NUMBERS)
    def leave(self, who: int) -> None:
        self.house.leave(self.people[who])

    @invariant()
    def never_more_are_taken_than_there_are(self) -> None:
        assert self.house.seats().taken <= self.house.live

    @invariant()
    def every_lease_has_a_seat_of_its_own(self) -> None:
        leases = self.house.leases
        on_seats = [one for one in leases if one.organization_id is not None]
        assert len(on_seats) <= self.house.live
        assigned = Counter(one.assignment_id for one in on_seats if one.assignment_id)
        assert set(assigned) <= {held.id for held in self.house.assignments}
        assert all(count == 1 for count in assigned.values())
        assert sum(one.source == "EDU" for one in leases) <= 1
        assert all(
            count == 1
            for count in Counter((one.account_id, one.machine) for one in leases).values()
        )


def test_I6_no_order_of_acts_takes_more_seats_than_there_are() -> None:
    run_state_machine_as_test(Checkouts)
