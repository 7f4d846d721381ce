"""The post between membership, licensing and the ledger: late, in any order, at times twice."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field

from services.licensing import timers as licensing_timers
from services.licensing.reactions import membership as licensing_hears
from services.membership import timers as membership_timers
from services.membership.reactions import credits
from services.membership.reactions import door as membership_hears
from services.membership.reactions.voices import FAMILIES as LISTENERS
from shared.contracts.catalogue import FACT_BY_TYPE
from shared.contracts.credit_facts import AccessReleased
from shared.contracts.credit_notices import PersonalCreditsActive, PersonalCreditsExhausted
from shared.contracts.membership import MemberRemoved, RemovalAwaited
from shared.contracts.message import Fact, FactData
from shared.messaging.publisher import Outgoing, Publisher
from shared.messaging.reach import Reach
from shared.service import Running
from tests.laws.people_ground import House, PeopleGround
from tests.speaking import a_fact

Said = Fact[FactData]
CREDITS = (PersonalCreditsActive, PersonalCreditsExhausted)


class OneRound(Running):
    """A service's own work, done once: it stops instead of pausing."""

    async def pause(self, seconds: float) -> None:
        self.stopping.set()


class Heard(Publisher):
    """Keeps what is announced outside the sequences."""

    def __init__(self) -> None:
        self.said: list[Said] = []

    async def publish(self, outgoing: Outgoing) -> None:
        self.said.append(FACT_BY_TYPE[outgoing.type].model_validate_json(outgoing.body))


@dataclass
class Post:
    """What was said and not heard yet; `known` is what was ever said to each."""

    ground: PeopleGround
    to_membership: list[Said] = field(default_factory=list)
    to_licensing: list[Said] = field(default_factory=list)
    seconds: float = 0.0
    losing: int = 0

    def __post_init__(self) -> None:
        self.reach = Reach(lambda: self.seconds)

    async def collect(self) -> None:
        for house in self.ground.houses:
            await self.collect_from(house)

    async def collect_from(self, house: House) -> None:
        """Take what a service has said since; the ledger takes access back at once."""
        said = await _said(house)
        if house is self.ground.licensing:
            self.to_membership += said
            return
        for fact in said:
            self.of_membership(fact)

    def of_membership(self, fact: Said) -> None:
        self.to_licensing.append(fact)
        if isinstance(fact.data, MemberRemoved | RemovalAwaited):
            self._access_is_released(fact.data)

    def _access_is_released(self, removed: MemberRemoved | RemovalAwaited) -> None:
        """The ledger says it outside its sequences, so that it may be lost."""
        if self.losing and isinstance(removed, MemberRemoved):
            self.losing -= 1
            return
        released = AccessReleased(
            organization_id=removed.organization_id,
            account_id=removed.account_id,
            removed_at=removed.removed_at,
        )
        self.to_membership.append(a_fact(released, subject=removed.organization_id))

    async def deliver(self, number: int) -> House | None:
        """Deliver one of the letters on the way; at times it comes again. Tells who heard it."""
        waiting, hear = self._side(number % 2)
        if not waiting:
            return None
        at = (number // 2) % len(waiting)
        await hear(waiting[at] if number % 7 == 0 else waiting.pop(at))
        return self.ground.membership if number % 2 else self.ground.licensing

    async def deliver_all(self) -> None:
        """Deliver until nobody has anything more to say; then licensing knows it has heard all."""
        await self.collect()
        while self.to_membership or self.to_licensing:
            for side in (0, 1):
                waiting, hear = self._side(side)
                while waiting:
                    await hear(waiting.pop(0))
            await self.collect()
        self.reach.note(self.ground.clock.now())
        self.seconds += 2

    def _side(self, side: int) -> tuple[list[Said], Callable[[Said], Coroutine[None, None, None]]]:
        if side:
            return self.to_membership, self.membership_hears
        return self.to_licensing, self.licensing_hears

    async def membership_hears(self, fact: Said) -> None:
        assert LISTENERS, "each listens once it is imported"
        pool, clock = self.ground.membership.pool, self.ground.clock
        if isinstance(fact.data, CREDITS):
            await credits.hear_the_ledger(fact, pool, clock)
        else:
            await membership_hears.take(fact, pool, clock)

    async def licensing_hears(self, fact: Said) -> None:
        await licensing_hears.take(fact, self.ground.licensing.pool, self.ground.clock)

    async def time_is_told(self, works: Sequence[int]) -> None:
        """Let services do what they do by themselves when time passes, in any order."""
        for number in works:
            publisher = Heard()
            house, work = self._works()[number % 5]
            await work(self._round(house, publisher))
            for fact in publisher.said:
                self.of_membership(fact)

    def _works(self) -> list[tuple[House, Callable[[Running], Coroutine[None, None, None]]]]:
        membership, licensing = self.ground.membership, self.ground.licensing
        return [
            (licensing, licensing_timers.expire_licenses),
            (licensing, licensing_timers.sweep_leases),
            (licensing, licensing_timers.settle_parked_orders),
            (membership, membership_timers.expire_offers),
            (membership, membership_timers.await_removals),
        ]

    def _round(self, house: House, publisher: Publisher) -> Running:
        running = OneRound.__new__(OneRound)
        running.pool, running.publisher, running.clock = house.pool, publisher, self.ground.clock
        running.written, running.stopping = asyncio.Event(), asyncio.Event()
        running.rooms = {"membership_reach": self.reach}
        return running


async def _said(house: House) -> list[Said]:
    rows = await house.inspector.fetch(
        """
        WITH published AS (DELETE FROM outbox RETURNING id, subject, sequence)
        SELECT fact.routing_key, fact.body
        FROM published
        INNER JOIN fact USING (subject, sequence)
        ORDER BY published.id
        """
    )
    return [
        FACT_BY_TYPE[f"coffer.{row['routing_key']}.v1"].model_validate_json(row["body"])
        for row in rows
    ]
