"""Tells the ledger a story at its doors, with the broker left out and a clock that stands still.

People and nodes ask, the store and membership say; all of it is kept with its answer, to be said
again.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson

from services.credit_ledger.engine.delivery_log import DeliveryLog
from services.credit_ledger.engine.intake import acts_of
from services.credit_ledger.engine.outcomes import Outcome, to_wire
from services.credit_ledger.engine.store_orders import StoreOrders
from services.credit_ledger.reactions import store
from services.credit_ledger.reactions.membership import membership_spoke
from services.credit_ledger.rules.acts import Expire, Lapse
from services.credit_ledger.store import closings, sweeping
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.credit_queries import ShowPool
from shared.contracts.message import Command, CommandData, FactData, Verdict
from shared.contracts.purchases import OrderChargedBack, OrderPaid, OrderRefunded
from shared.contracts.refusals import RefusalCode
from shared.messaging.reach import Reach
from tests.ledger.acts import an_id
from tests.ledger.desk import Desk, LedgerDatabase, desk_at
from tests.ledger.hearing import Announced
from tests.ledger.window import Window, window_at
from tests.model.ground import DeskEngine, StillClock
from tests.speaking import a_fact

BEGINNING = datetime.fromisoformat("2026-02-02T09:00:00Z")
A_MOMENT = timedelta(milliseconds=10)
DOORS: dict[type[FactData], Callable[..., Awaitable[None]]] = {
    OrderPaid: store.order_paid,
    OrderRefunded: store.order_refunded,
    OrderChargedBack: store.order_charged_back,
}
# What was said, the answer it got at first, and the one it got again.
Difference = tuple[CommandData, Verdict, Verdict]
Again = Callable[[], Awaitable[list[Difference]]]


@dataclass
class Telling:
    """Larkspur Visual and its people at one desk of the ledger."""

    desk: Desk
    window: Window
    orders: StoreOrders
    clock: StillClock
    ids: dict[str, UUID]
    organization: UUID = field(default_factory=an_id)
    administrator: str = "Ana"
    running: dict[str, UUID] = field(default_factory=dict)
    numbered: Counter[UUID] = field(default_factory=Counter)
    said: list[Again] = field(default_factory=list)

    async def asks(self, who: str, data: CommandData, owner: UUID | None = None) -> Verdict:
        """Somebody asks, by the portal or by a node that works for him."""
        self.clock.moment += A_MOMENT
        command: Command[CommandData] = COMMAND_BY_TYPE[data.TYPE](
            id=self.clock.new_id(),
            type=data.TYPE,
            actor="coffer_portal",
            on_behalf_of=self.ids[who],
            owner=owner or self.organization,
            sent_at=self.clock.now(),
            data=data,
        )
        verdict = await self._decided(command)

        async def again() -> list[Difference]:
            now = await self._decided(command)
            return [] if now == verdict or is_forgotten(verdict, now) else [(data, verdict, now)]

        self.said.append(again)
        return verdict

    async def membership_says(self, data: FactData, subject: UUID | None = None) -> None:
        """Membership numbers its facts by organization, and says that they are all there are."""
        self.clock.moment += A_MOMENT
        about = subject or self.organization
        self.numbered[about] += 1
        fact = a_fact(data, subject=about, sequence=self.numbered[about])

        async def again() -> list[Difference]:
            nobody: Any = Announced()
            pool, engine = self.window.pool, self.orders.engine
            await membership_spoke(fact, pool, engine, self.clock, nobody)
            return []

        await again()
        self.said.append(again)
        self.orders.memberships.note(self.clock.now())

    async def store_says(self, data: OrderPaid | OrderRefunded | OrderChargedBack) -> None:
        """The store tells what was paid or taken back."""
        self.clock.moment += A_MOMENT
        self.orders.memberships.note(self.clock.now())
        fact = a_fact(data, subject=data.account_id, source="/store")

        async def again() -> list[Difference]:
            await DOORS[type(data)](fact, self.orders)
            return []

        await again()
        self.said.append(again)

    async def says_everything_again(self, random: Random) -> list[Difference]:
        """All messages once more in any order; gives those that got another answer than before."""
        messages = random.sample(self.said, len(self.said))
        return [difference for again in messages for difference in await again()]

    async def passes(self, until: datetime) -> None:
        """Time passes, and what became due is decided as the sweeper has it decided."""
        self.clock.moment = until
        async with self.window.pool.acquire() as connection:
            holds = await sweeping.due_holds(connection, until)
            owners = await sweeping.due_wallets(connection, until)
            owners += await closings.due_periods(connection, until)
        lapses = [Lapse(self.clock.new_id(), due.wallet, 0, due.hold) for due in holds]
        await self.desk.decide(
            *lapses, *(Expire(self.clock.new_id(), owner, 0) for owner in owners)
        )

    async def figures(self, of: str | None = None) -> dict[str, Any]:
        """Read all sums of the pool, or of somebody's own wallet."""
        owner = self.organization if of is None else self.ids[of]
        return await self.window.ask(ShowPool(), owner)

    async def pool(self, of: str | None = None) -> str:
        """Read the pool, or somebody's own wallet, as posted/held/available."""
        shown = await self.figures(of)
        return "/".join(shown[name] for name in ("posted", "held", "available"))

    async def lines(self, data: type[FactData], owner: UUID | None = None) -> list[dict[str, Any]]:
        """Read every line of one kind of fact about the pool, or about another wallet."""
        bodies = await self.desk.connection.fetch(
            "SELECT body FROM fact WHERE routing_key = $1 ORDER BY subject, sequence",
            data.ROUTING_KEY,
        )
        told = [orjson.loads(row["body"])["data"] for row in bodies]
        about = str(owner or self.organization)
        return [line for one in told if one["owner"] == about for line in one["lines"]]

    async def _decided(self, command: Command[CommandData]) -> Verdict:
        body = command.model_dump_json(exclude_none=True).encode()
        [outcome] = await self.desk.decide(*acts_of(command, body, "reply.portal.1"))
        return Verdict.model_validate_json(orjson.dumps(to_wire(outcome)))


def is_forgotten(before: Verdict, now: Verdict) -> bool:
    """A refusal is remembered for a stated time; what comes again later is stale, never decided."""
    if before.refused is None or now.refused is None:
        return False
    return now.refused.code == RefusalCode.STALE_REPORT


@asynccontextmanager
async def telling_at(database: LedgerDatabase, *cast: str) -> AsyncIterator[Telling]:
    clock = StillClock(moment=BEGINNING)
    async with desk_at(database, clock) as desk, window_at(database, desk) as window:
        engine = _engine(database, desk)
        memberships = Reach(itertools.count(step=10).__next__)
        orders = StoreOrders(window.pool, engine, clock, memberships)
        yield Telling(desk, window, orders, clock, {name: an_id() for name in cast})


def _engine(database: LedgerDatabase, desk: Desk) -> DeskEngine:
    async def nobody_waits(_late: list[Outcome]) -> None:
        """Nothing is asked of a hold before the hold is there."""

    return DeskEngine(
        database.service_url,
        desk.clock,
        worker=0,
        committed=asyncio.Event(),
        late=nobody_waits,
        log=DeliveryLog(None, 0),
        desk=desk,
    )
