"""The ground a benchmark stands on: one hot pool with people, and acts upon it."""

from dataclasses import dataclass, field
from itertools import cycle
from random import Random

import asyncpg
from asyncpg.pgproto.pgproto import UUID
from msgspec.structs import replace

from services.credit_ledger.engine.batch import decide_batch
from services.credit_ledger.engine.books import Books
from services.credit_ledger.engine.contents import content_of
from services.credit_ledger.engine.delivery_log import DeliveryLog
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.acts import (
    Act,
    Authorize,
    Capture,
    Debit,
    Grant,
    OpenPool,
    SetAccess,
    SetRole,
    Void,
)
from services.credit_ledger.rules.book import Purchase
from services.credit_ledger.store import entitlements
from shared.clock import Clock
from shared.contracts.entitlements import EntitlementChanged

PEOPLE = 200
POOL = 10**15
QUOTA = 10**13
DEBIT = 5
PRODUCT = "Lumen for Max"


class FastClock(Clock):
    """Mints ids of the driver's own type, as the door does."""

    def new_id(self) -> UUID:
        """Mint a UUIDv7 of this clock's time."""
        return UUID(super().new_id().bytes)


@dataclass
class Ground:
    """A pool of credits, its Administrator, and people with quotas."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    clock: FastClock = field(default_factory=FastClock)
    books: Books = field(default_factory=Books)
    log: DeliveryLog = field(default_factory=lambda: DeliveryLog(None, 0))
    owner: UUID = field(init=False)
    people: list[UUID] = field(init=False)

    async def prepare(self) -> None:
        """Buy credits, open the pool, add people with quotas: through the engine, as in life."""
        new_id = self.clock.new_id
        administrator, self.owner = new_id(), new_id()
        self.people = [new_id() for _ in range(PEOPLE)]
        purchase = Purchase("bench", str(new_id()), 1, None, None)
        await self.decide([Grant(new_id(), administrator, 1, POOL, 3, None, purchase)])
        await self.decide([OpenPool(new_id(), administrator, 1, self.owner, administrator)])
        for person in self.people:
            await self.decide(
                [
                    SetRole(new_id(), self.owner, 1, person, "MEMBER"),
                    SetAccess(new_id(), self.owner, 1, administrator, person, "quota", QUOTA),
                ]
            )

    async def entitle(self) -> None:
        """Let everybody use a product, as licensing tells it."""
        for person in self.people:
            told = EntitlementChanged(
                account_id=person,
                product=PRODUCT,
                sources=("ORGANIZATION",),
                changed_at=self.clock.now(),
            )
            await entitlements.keep(self.connection, told)

    async def decide(self, acts: list[Act]) -> list[Outcome]:
        """Decide one batch."""
        outcomes, _ = await decide_batch(
            self.connection, self.books, acts, clock=self.clock, worker=0, log=self.log
        )
        return outcomes

    def debits(self, number: int) -> list[Act]:
        """Make debits by everybody in turn, hashes and ids included."""
        new_id = self.clock.new_id
        people = cycle(self.people)
        return [
            Debit(new_id(), self.owner, content_of("debit", n, DEBIT), next(people), DEBIT, None)
            for n in range(number)
        ]

    def authorizations(self, number: int, product: str | None) -> list[Act]:
        """Make authorizations by everybody in turn, for a product or for none."""
        people = cycle(self.people)
        made = [self._authorize(next(people)) for _ in range(number)]
        return list(made) if product is None else [replace(a, product=product) for a in made]

    def mix(self, number: int, random: Random) -> list[Act]:
        """Make 20 % authorizations, 60 % captures (three a hold), 15 % debits, 5 % voids, refusals.

        Of every 20 acts: 4 holds, 12 captures, 3 debits, and one void or a refusal (beyond quota).
        """
        acts: list[Act] = []
        while len(acts) < number:
            person = random.choice(self.people)
            holds = [self._authorize(random.choice(self.people)) for _ in range(4)]
            acts += holds
            for nth, hold in enumerate(holds):
                acts += [self._capture(hold, final=nth != 0 and part == 2) for part in range(3)]
            acts += self.debits(3)
            acts.append(
                self._void(holds[0])
                if random.random() < 0.5
                else replace(self._authorize(person), amount=QUOTA + 1)
            )
        return acts[:number]

    def _authorize(self, person: UUID) -> Authorize:
        content = content_of("authorize", person.int, 90)
        return Authorize(self.clock.new_id(), self.owner, content, person, 90, 86_400, "job")

    def _capture(self, hold: Authorize, *, final: bool) -> Capture:
        content = content_of("capture", hold.command.int, 20, final)
        new_id = self.clock.new_id()
        return Capture(new_id, self.owner, content, hold.command, 20, final, "{}", None)

    def _void(self, hold: Authorize) -> Void:
        content = content_of("void", hold.command.int)
        return Void(self.clock.new_id(), self.owner, content, hold.command, "{}", None)
