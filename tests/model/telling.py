"""A story told to two engines and to the model: the same at the same time, then compared."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.engine.parked_orders import park, settle_parked
from services.credit_ledger.engine.store_orders import StoreOrders
from services.credit_ledger.reactions.licensing import licensing_spoke
from services.credit_ledger.reactions.membership import membership_spoke
from shared.clock import id_at
from shared.contracts.entitlements import EntitlementChanged
from shared.contracts.message import Fact
from shared.contracts.purchases import (
    CreditLine,
    OrderChargedBack,
    OrderPaid,
    OrderRefunded,
    ReturnedLine,
)
from shared.messaging.doors import Poison
from tests.ledger.hearing import Announced
from tests.model.comparing import differences, state_of_database, state_of_model
from tests.model.ground import Ground
from tests.model.invariants import broken_laws
from tests.model.ledger_model import Model
from tests.model.ledger_spending import NEVER_HAD
from tests.model.ledger_trade import Line, Order, Refund
from tests.model.ledger_wallet import FOREVER, Answer, Ask, Wallet
from tests.model.speaking import CATEGORIES, act_of, fact_of, said

LIMITS = {"quota_exceeded", "pool_insufficient", "job_cap_exceeded", "hold_exceeded"}
STORE = "online"


@dataclass
class Burying:
    """Takes what would be buried, in the place of a publisher."""

    tally: Counter[str]

    async def bury_patiently(self, _body: bytes, **_headers: object) -> None:
        self.tally["buried: a parked order"] += 1


@dataclass
class Story:
    """One example: its own organizations in the shared database, and the model beside them."""

    ground: Ground
    orders: list[StoreOrders]
    model: Model = field(default_factory=Model)
    heard: Counter[UUID] = field(default_factory=Counter)

    @property
    def now(self) -> datetime:
        return self.ground.clock.moment

    def pass_time(self, seconds: float) -> None:
        self.ground.clock.moment += timedelta(seconds=seconds)

    async def commit(self, desk: int, asks: Sequence[Ask]) -> list[str]:
        """One batch: what waited in vain for a minute first, as the sweeper hands it in."""
        at_desk = self.ground.desks[desk]
        whole = [*await self._tired(), *await self._swept(asks)]
        at_desk.late, self.model.late = [], []
        outcomes = await at_desk.decide(*(act_of(ask, self.now) for ask in whole))
        answers = self.model.play(whole, self.now)
        self._count(whole, answers)
        found = [
            f"{ask}: {one} instead of {other}"
            for ask, one, other in zip(whole, map(answer_of, outcomes), answers, strict=True)
            if one != other
        ]
        late = [answer for outcome in at_desk.late if not (answer := answer_of(outcome)).duplicate]
        if late != self.model.late:
            found.append(f"late: {late} instead of {self.model.late}")
        return found + await self.compare()

    async def hear(self, desk: int, ask: Ask) -> list[str]:
        """Membership says something."""
        await self._tell(desk, self._fact(ask))
        self._count([ask], self.model.play([ask], self.now))
        return await self.compare()

    async def hear_backwards(self, desk: int, asks: Sequence[Ask]) -> list[str]:
        """Membership says some things, and the last comes first: each organization's in order.

        What was said is told twice, which changes nothing.
        """
        before = Counter(self.heard)
        facts = [(ask, self._fact(ask)) for ask in asks]
        waiting: dict[UUID, list[tuple[int, Ask]]] = {}
        for ask, fact in reversed(facts):
            await self._tell(desk, fact)
            assert fact.sequence is not None
            waiting.setdefault(ask.owner, []).append((fact.sequence, ask))
            if fact.sequence == before[ask.owner] + 1:
                for _, due in sorted(waiting.pop(ask.owner), key=itemgetter(0)):
                    self._count([due], self.model.play([due], self.now))
        for _, fact in facts:
            await self._tell(1 - desk, fact)
        return await self.compare()

    async def tell_rights(self, *told: EntitlementChanged) -> list[str]:
        """Licensing says what somebody may use; the last comes first, and each of it twice."""
        facts = []
        for data in told:
            self.heard[data.account_id] += 1
            sequence = self.heard[data.account_id]
            facts.append(said(data, id_at(self.now), data.account_id, self.now, sequence=sequence))
        for fact in (*reversed(facts), *facts):
            await licensing_spoke(fact, self.ground.pool, self.ground.clock)
        for data in told:
            until = data.until or FOREVER
            self.model.hear_right(
                data.account_id, data.product, until if data.sources else NEVER_HAD
            )
        self.ground.tally["rights told"] += len(told)
        return await self.compare()

    async def pay(self, desk: int, order: Order) -> list[str]:
        """The store says that an order is paid; the ledger may bury what it cannot take."""
        data = OrderPaid(
            store=STORE,
            order_id=order.name,
            account_id=order.account,
            placed_at=order.placed_at,
            paid_at=self.now,
            lines=tuple(_credit_line(line) for line in order.lines),
        )
        fact: Fact[Any] = said(data, id_at(self.now), order.account, self.now)
        try:
            if not await self.orders[desk].settle(data):
                await park(self.orders[desk], fact)
        except Poison as poison:
            self.ground.tally[f"buried: {poison.code}"] += 1
        self.model.hear_paid(order, self.now)
        self.ground.tally["orders paid"] += 1
        return await self.compare()

    async def take_back(self, desk: int, refund: Refund) -> list[str]:
        """The store refunds an order, or a bank takes the money back."""
        told: dict[str, Any] = {
            "store": STORE,
            "order_id": refund.order,
            "refund_id": refund.name,
            "account_id": self.ground.clock.new_id(),
            "at": self.now,
            "lines": tuple(ReturnedLine(line_no=n, credits=amount) for n, amount in refund.lines),
        }
        orders = self.orders[desk]
        try:
            if refund.name.startswith("refund"):
                await orders.take_back(OrderRefunded(**told), "refunded")
            else:
                await orders.take_back(OrderChargedBack(**told), "charged_back")
        except Poison as poison:
            self.ground.tally[f"buried: {poison.code}"] += 1
        self.model.hear_taken_back(refund, self.now)
        self.ground.tally["taken back"] += 1
        return await self.compare()

    async def cover(self, desk: int, until: datetime) -> list[str]:
        """Membership says that all it decided until then is published (A14)."""
        waited = bool(self.model.parked)
        for orders in self.orders:
            orders.memberships.note(until)
        burying: Any = Burying(self.ground.tally)
        await settle_parked(self.orders[desk], burying)
        self.model.hear_watermark(until, self.now)
        return await self.compare() if waited else []

    async def compare(self) -> list[str]:
        """Compare all state, and ask the database whether the laws hold (I1-I12)."""
        self.ground.tally["commits"] += 1
        self.model.expire(self.now)
        connection = self.ground.inspector
        found = await state_of_database(connection, self.model, self.now)
        broken = await broken_laws(connection, [wallet.owner for wallet in self.model.wallets])
        return differences(found, state_of_model(self.model)) + broken

    def _fact(self, ask: Ask) -> Fact[Any]:
        """The facts of membership are numbered by organization."""
        organization = ask.effect[0] if ask.kind == "open_pool" else ask.owner
        self.heard[organization] += 1
        return fact_of(ask, self.heard[organization])

    async def _tell(self, desk: int, fact: Fact[Any]) -> None:
        ground = self.ground
        nobody: Any = Announced()
        await membership_spoke(fact, ground.pool, ground.engines[desk], ground.clock, nobody)

    def _count(self, asks: Sequence[Ask], answers: Sequence[Answer]) -> None:
        for ask, answer in zip(asks, answers, strict=True):
            end = answer.binding[0] if answer.binding else "accepted"
            if answer.duplicate:
                end = f"again: {end}"
            self.ground.tally["parked" if answer.parked else end] += 1
            self.ground.tally[f"{ask.kind}: {'parked' if answer.parked else end}"] += 1

    async def _tired(self) -> list[Ask]:
        """What waited for a minute waits no more, and is decided where its hold is (T16)."""
        waiting = [
            (wallet, ask)
            for wallet in self.model.wallets
            for asks in wallet.waiting.values()
            for ask in asks
        ]
        if not waiting:
            return []
        rows = await self.ground.inspector.fetch(
            "SELECT wallet, wallet.owner, command FROM parked_command JOIN wallet ON id = wallet"
            " WHERE until <= $1 AND command = ANY($2)",
            self.now,
            [ask.id for _, ask in waiting],
        )
        due = {(row["owner"], row["command"]): row["wallet"] for row in rows}
        tired = [(wallet, ask) for wallet, ask in waiting if (wallet.owner, ask.id) in due]
        for wallet, ask in tired:
            wallet.waiting[ask.effect[0]].remove(ask)
        return [replace(ask, waited_in=due[wallet.owner, ask.id]) for wallet, ask in tired]

    async def _swept(self, asks: Sequence[Ask]) -> list[Ask]:
        """Leases end where their holds are, whatever names mean by now (T16, T28)."""
        return [
            replace(ask, owner=await self._uid_of(wallet))
            if ask.kind == "lapse" and (wallet := self.model.wallet_of_hold(ask.effect[0]))
            else ask
            for ask in asks
        ]

    async def _uid_of(self, wallet: Wallet) -> UUID:
        uid: UUID = await self.ground.inspector.fetchval(
            "SELECT uid FROM wallet WHERE owner = $1", wallet.owner
        )
        self.model.uids[uid] = wallet
        return uid


def answer_of(outcome: Outcome) -> Answer:
    """What an engine answers, in the model's words."""
    refusal = outcome.refusal
    binding = tuple(code.value for code in refusal.binding) if refusal else ()
    flags: Any = (outcome.extra or {}).get("flags", ())
    return Answer(
        id=UUID(str(outcome.command)),
        binding=binding,
        left=(refusal.left or 0) if refusal and binding[0] in LIMITS else 0,
        amount=outcome.amount or 0,
        captured=outcome.captured or 0,
        released=outcome.released or 0,
        available=outcome.available,
        flags=tuple(flags),
        duplicate=outcome.duplicate,
        parked=outcome.parked,
    )


def _credit_line(line: Line) -> CreditLine:
    return CreditLine(
        kind="credits",
        line_no=line.number,
        credits=line.amount,
        category=CATEGORIES[line.category],
        expires_at=line.expires_at,
    )
