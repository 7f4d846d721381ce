"""What every machine of the laws does: a story of its own, told step by step and compared."""

from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import note
from hypothesis.stateful import RuleBasedStateMachine

from shared.clock import Clock, id_at
from shared.contracts.entitlements import EntitlementChanged
from tests.model.asking import PRODUCTS, ask_of
from tests.model.cast import Cast, Hint, administrator_of, pick
from tests.model.ground import Ground
from tests.model.ledger_trade import Order
from tests.model.ledger_wallet import Ask
from tests.model.telling import Story


class StoryMachine(RuleBasedStateMachine):
    """Two engines take turns on two organizations; whatever happens is compared at once."""

    ground: ClassVar[Ground]

    def __init__(self) -> None:
        """Each example has people and organizations of its own."""
        super().__init__()
        ground = self.ground
        ground.tally["stories"] += 1
        self.story = Story(ground, ground.run(ground.begin_anew()))
        ids = [Clock().new_id() for _ in range(7)]
        self.cast = Cast(self.story.model, ids[:2], ids[2:4], ids[4:])
        self.paid: list[tuple[str, int]] = []

    @property
    def now(self) -> datetime:
        return self.story.now

    def moves(self, person: UUID, hint: Hint) -> list[Ask]:
        """Whoever is in an organization leaves it, and may join one at once, be it the same."""
        names, joined = self.cast.model.names, self.cast.joined(person)
        there = [
            name
            for name in self.cast.open_organizations()
            if administrator_of(names[name]) != person
        ]
        asks = []
        if joined is not None:
            asks.append(Ask("role", id_at(self.now), joined, (person, "REMOVED", self.now)))
        if there and (joined is None or hint.much % 2):
            effect = (person, ("GUEST", "MEMBER")[hint.how % 2], self.now)
            asks.append(Ask("role", id_at(self.now), pick(there, hint.what), effect))
        return asks

    def a_right(
        self,
        person: UUID,
        product: str = PRODUCTS[0],
        lasts: float | None = None,
        *,
        may_use: bool = True,
    ) -> EntitlementChanged:
        """What licensing says of somebody and a product."""
        return EntitlementChanged(
            account_id=person,
            product=product,
            sources=("ORGANIZATION",) if may_use else (),
            until=None if lasts is None else self.now + timedelta(seconds=lasts),
            changed_at=self.now,
        )

    def commits(self, desk: int, pause: float, wishes: list[Hint]) -> None:
        self.story.pass_time(pause)
        asks = [ask_of(self.cast, hint, self.now) for hint in wishes]
        for ask in asks:
            note(f"  {ask}")
        if asks:
            self.run(self.story.commit(desk, asks))

    def arises(self, desk: int, number: int) -> None:
        """Whoever founds one is in no other as a Member (R3, A13)."""
        founder = self.cast.founders[number]
        effect = (self.cast.organizations[number], self.now)
        self.hears(desk, Ask("open_pool", id_at(self.now), founder, effect))

    def hears(self, desk: int, ask: Ask) -> None:
        note(f"  {ask}")
        self.run(self.story.hear(desk, ask))

    def pays(self, desk: int, order: Order) -> None:
        note(f"  {order} is paid")
        self.paid.append((order.name, order.lines[0].amount))
        self.run(self.story.pay(desk, order))

    def run(self, playing: Coroutine[Any, Any, list[str]]) -> None:
        found = self.ground.run(playing)
        assert found == [], "\n".join(found)
