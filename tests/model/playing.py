"""The engine and the model side by side: the same asks at the same time, answers and state."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
from msgspec.structs import replace as replaced

from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.acts import Act, Capture, Lapse, SetRole, Void
from shared.clock import Clock
from tests.ledger.acts import (
    a_capture,
    a_debit,
    a_grant,
    a_pool,
    a_void,
    an_access,
    an_authorize,
)
from tests.ledger.desk import Desk
from tests.model.asking import Asking
from tests.model.ledger_model import Model
from tests.model.ledger_wallet import Answer, Ask, Person, Wallet

STATES = {1: "open", 2: "captured", 3: "voided", 4: "expired"}


@dataclass
class StillClock(Clock):
    """Time stands still within a batch, so that engine and model read the same."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.moment


def act_of(ask: Ask) -> Act:
    effect: tuple[Any, ...] = ask.effect
    match ask.kind:
        case "debit":
            return a_debit(ask.owner, *effect, id=ask.id)
        case "authorize":
            person, amount, seconds = effect
            return an_authorize(ask.owner, person, amount, id=ask.id, lease_seconds=seconds)
        case "lapse":
            return Lapse(ask.id, ask.owner, 0, *effect)
        case "grant":
            order, amount, category, expires_at = effect
            return a_grant(
                ask.owner, amount, id=ask.id, order_id=order, category=category,
                expires_at=expires_at,
            )  # fmt: skip
        case "role":
            return SetRole(ask.id, ask.owner, 1, *effect)
        case "access":
            by, person, mode, limit = effect
            return an_access(ask.owner, person, mode, limit, by=by, id=ask.id)
    if ask.kind == "void":
        act = a_void(ask.owner, *effect, id=ask.id)
    else:
        hold, amount, final = effect
        act = a_capture(ask.owner, hold, amount, final=final, id=ask.id)
    assert isinstance(act, Capture | Void)
    return replaced(act, waited=ask.waited)


def answer_of(outcome: Outcome) -> Answer:
    refusal = outcome.refusal
    return Answer(
        id=UUID(str(outcome.command)),
        binding=tuple(code.value for code in refusal.binding) if refusal else (),
        left=refusal.left if refusal else None,
        amount=outcome.amount,
        captured=outcome.captured,
        released=outcome.released,
        available=outcome.available,
        duplicate=outcome.duplicate,
        parked=outcome.parked,
    )


@dataclass
class Office:
    """One organization played on several desks and in the model."""

    desks: list[Desk]
    clock: StillClock
    random: Random
    owner: UUID
    account: UUID
    wallet: Wallet = field(default_factory=Wallet)
    model: Model = field(default_factory=Model)

    async def open(self) -> None:
        """An account with some credits becomes an organization whose pool is that wallet (A11)."""
        self.model.wallets = {self.owner: self.wallet, self.account: self.wallet}
        self.asking = Asking(self.random, self.owner, self.account, self.account)
        first = Ask("grant", self.account, self.account, ("first", 60, "purchased", None))
        await self.desks[0].decide(act_of(first), a_pool(self.account, self.owner))
        self.model.play([first], self.clock.now())
        self.wallet.people[self.account] = Person("ADMINISTRATOR", "unlimited")

    async def play(self, size: int) -> list[str]:
        """Play one batch; tells where engine and model differ."""
        self.clock.moment += timedelta(seconds=self.random.choice((0, 0.5, 3, 20)))
        now = self.clock.now()
        desk = self.random.choice(self.desks)
        asks = [*await self.tired(desk), *self.asking.batch(now, size)]
        desk.late, self.model.late = [], []
        outcomes = await desk.decide(*(act_of(ask) for ask in asks))
        answers = self.model.play(asks, now)
        said = [answer_of(outcome) for outcome in outcomes]
        differences = [
            f"{ask}: {one} instead of {other}"
            for ask, one, other in zip(asks, said, answers, strict=True)
            if one != other
        ]
        late = [answer for outcome in desk.late if self.is_news(answer := answer_of(outcome))]
        if late != self.model.late:
            differences.append(f"late: {late} instead of {self.model.late}")
        state, expected_state = await state_of(desk.connection), self.state()
        differences += [
            f"{name}: {state[name]} instead of {expected_state[name]}"
            for name in state
            if state[name] != expected_state[name]
        ]
        return differences

    def is_news(self, late: Answer) -> bool:
        """A verdict may be told once more when its hold comes; it is the same verdict then."""
        if late.duplicate:
            _, answer = self.wallet.verdicts[late.id]
            assert replace(answer, duplicate=True) == late
        return not late.duplicate

    async def tired(self, desk: Desk) -> list[Ask]:
        """What waited a minute for its hold in vain, as the sweeper hands it in."""
        rows = await desk.connection.fetch(
            "SELECT command FROM parked_command WHERE until <= $1", self.clock.now()
        )
        due = {row["command"] for row in rows}
        waiting = [ask for asks in self.wallet.waiting.values() for ask in asks]
        return [replace(ask, waited=True) for ask in waiting if ask.id in due]

    def state(self) -> dict[str, object]:
        wallet = self.wallet
        return {
            "totals": (wallet.granted, wallet.free, wallet.held, wallet.captured, wallet.expired),
            "lots": {lot.order: (lot.granted, lot.free, lot.held) for lot in wallet.lots},
            "people": {
                name: (p.role, p.mode, p.quota, p.captured, p.held)
                for name, p in wallet.people.items()
            },
            "holds": {
                name: (h.person, h.authorized, h.held, h.captured, h.state)
                for name, h in wallet.holds.items()
            },
            "parked": {ask.id for asks in wallet.waiting.values() for ask in asks},
        }


async def state_of(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, object]:
    """The same from the database, which has one wallet."""
    totals = await connection.fetchrow("SELECT granted, free, held, captured, expired FROM wallet")
    lots = await connection.fetch("SELECT order_id, granted, free, held FROM lot")
    people = await connection.fetch("SELECT person, role, mode, quota, captured, held FROM access")
    holds = await connection.fetch("SELECT id, person, authorized, held, captured, state FROM hold")
    parked = await connection.fetch("SELECT command FROM parked_command")
    assert totals is not None
    return {
        "totals": tuple(totals),
        "lots": {row[0]: tuple(row)[1:] for row in lots},
        "people": {row[0]: tuple(row)[1:] for row in people},
        "holds": {row[0]: (*tuple(row)[1:5], STATES[row[5]]) for row in holds},
        "parked": {row[0] for row in parked},
    }
