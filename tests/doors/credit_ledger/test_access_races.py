"""Two engines at once on what excludes each other: one of two outcomes, and never a third."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from uuid import UUID

import pytest

from services.credit_ledger.engine.group_commit import Engine
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.acts import Act
from services.credit_ledger.rules.purchase_acts import ClawBack
from tests.ledger.access_acts import an_edit
from tests.ledger.acts import CREDIT, a_debit, a_grant, a_role, an_access, an_authorize, an_id
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.engines import running_engine
from tests.ledger.one_pool import broken_one_pool_rules

ROUNDS = 20
ROUNDS_LONG = 200
YIELDS_MAX = 12


@dataclass
class Race:
    """Two engines on one database, an organization, and what a desk beside them sees."""

    engines: tuple[Engine, Engine]
    larkspur: Larkspur
    desk: Desk
    random: Random

    async def run(self, one: list[Act], other: list[Act]) -> tuple[str, str]:
        """Submit both at once, the acts of each one by one; tells how the last of each ended."""
        tasks = [
            self._submit(engine, acts)
            for engine, acts in zip(self.engines, (one, other), strict=True)
        ]
        order = [0, 1]
        self.random.shuffle(order)
        ended = await asyncio.gather(*(tasks[at] for at in order))
        return ended[order.index(0)], ended[order.index(1)]

    async def _submit(self, engine: Engine, acts: list[Act]) -> str:
        for _ in range(self.random.randrange(YIELDS_MAX)):
            await asyncio.sleep(0)  # sleep: yields only, so that either engine may be first
        for act in acts:
            [outcome] = await engine.submit([act])
        return said(outcome)

    async def guests(self, number: int) -> list[UUID]:
        guests = [an_id() for _ in range(number)]
        await self.desk.decide(*(a_role(self.larkspur.id, guest, "GUEST") for guest in guests))
        return guests

    async def own(self, person: UUID) -> dict[str, int]:
        row = await self.desk.connection.fetchrow(
            "SELECT free, dormant, captured, clawed_back, debt FROM wallet WHERE owner = $1", person
        )
        assert row is not None
        return {name: value // CREDIT for name, value in row.items() if value}


def said(outcome: Outcome) -> str:
    return outcome.refusal.code if outcome.refusal else "accepted"


Round = Callable[[Race, UUID], Awaitable[tuple[object, ...]]]


@asynccontextmanager
async def racing(database: LedgerDatabase, desk: Desk, seed: int) -> AsyncIterator[Race]:
    larkspur = await an_organization(desk, 100_000 * CREDIT)
    async with running_engine(database, 0) as one, running_engine(database, 1) as other:
        yield Race((one, other), larkspur, desk, Random(seed))


async def outcomes_of(
    database: LedgerDatabase, desk: Desk, round_: Round, rounds: int
) -> Counter[tuple[object, ...]]:
    """Play rounds, each with a Guest of its own; afterwards the books balance and I7 holds."""
    async with racing(database, desk, seed=rounds) as race:
        guests = await race.guests(rounds)
        outcomes = Counter([await round_(race, guest) for guest in guests])
    assert await broken_one_pool_rules(desk.connection) == []
    assert (await database.reconciled()).differences == ()
    return outcomes


def both_or_fewer(
    outcomes: Counter[tuple[object, ...]], *, expected: set[tuple[object, ...]]
) -> None:
    """Never a third outcome; of many rounds both are seen."""
    assert set(outcomes) <= expected
    if outcomes.total() >= ROUNDS_LONG:
        assert set(outcomes) == expected, outcomes


rounds = pytest.mark.parametrize(
    "rounds",
    [ROUNDS, pytest.param(ROUNDS_LONG, marks=[pytest.mark.verify, pytest.mark.timeout(900)])],
)


async def access_and_purchase(race: Race, guest: UUID) -> tuple[object, ...]:
    enable = an_access(race.larkspur.id, guest, by=race.larkspur.ana)
    enabled, granted = await race.run([enable], [a_grant(guest, 40 * CREDIT)])
    return enabled, granted, *(await race.own(guest)).items()


@rounds
async def test_T6_R37_T5_access_races_with_a_personal_purchase(
    database: LedgerDatabase, desk: Desk, rounds: int
) -> None:
    outcomes = await outcomes_of(database, desk, access_and_purchase, rounds)

    both_or_fewer(
        outcomes,
        expected={
            ("guest_has_active_personal_credits", "accepted", ("free", 40)),
            ("accepted", "accepted", ("dormant", 40)),
        },
    )


async def quota_and_debit(race: Race, guest: UUID) -> tuple[object, ...]:
    larkspur = race.larkspur
    await race.desk.decide(an_access(larkspur.id, guest, "quota", 100 * CREDIT, by=larkspur.ana))
    cut, charged = await race.run(
        [an_edit(larkspur.id, guest, 50 * CREDIT, by=larkspur.ana)],
        [a_debit(larkspur.id, guest, 60 * CREDIT)],
    )
    used = await race.desk.connection.fetchval(
        "SELECT captured FROM access WHERE person = $1 AND quota = $2", guest, 50 * CREDIT
    )
    return cut, charged, used // CREDIT


@rounds
async def test_T10_T11_R51_a_quota_cut_races_with_a_debit(
    database: LedgerDatabase, desk: Desk, rounds: int
) -> None:
    outcomes = await outcomes_of(database, desk, quota_and_debit, rounds)

    both_or_fewer(
        outcomes, expected={("accepted", "accepted", 60), ("accepted", "quota_exceeded", 0)}
    )


async def refund_and_debit(race: Race, guest: UUID) -> tuple[object, ...]:
    order = an_id().hex
    await race.desk.decide(a_grant(guest, 40 * CREDIT, order_id=order))
    refund = ClawBack(an_id(), guest, 1, "online", order, 1, 40 * CREDIT, "charged_back")
    refunded, charged = await race.run([refund], [a_debit(guest, guest, 30 * CREDIT)])
    return refunded, charged, *sorted((await race.own(guest)).items())


@rounds
async def test_T22_T23_a_refund_races_with_a_debit(
    database: LedgerDatabase, desk: Desk, rounds: int
) -> None:
    outcomes = await outcomes_of(database, desk, refund_and_debit, rounds)

    both_or_fewer(
        outcomes,
        expected={
            ("accepted", "accepted", ("captured", 30), ("clawed_back", 40), ("debt", 30)),
            ("accepted", "pool_insufficient", ("clawed_back", 40)),
        },
    )


async def pool_and_own(race: Race, guest: UUID) -> tuple[object, ...]:
    larkspur = race.larkspur
    await race.desk.decide(an_access(larkspur.id, guest, by=larkspur.ana))
    await race.desk.decide(a_grant(guest, 40 * CREDIT))
    return await race.run(
        [an_authorize(larkspur.id, guest)],
        [an_access(larkspur.id, guest, "disabled", by=guest), an_authorize(guest, guest)],
    )


@rounds
async def test_T8_I7_a_hold_on_the_pool_races_with_giving_the_pool_up_for_ones_own(
    database: LedgerDatabase, desk: Desk, rounds: int
) -> None:
    outcomes = await outcomes_of(database, desk, pool_and_own, rounds)

    both_or_fewer(
        outcomes,
        expected={("accepted", "accepted"), ("credit_access_disabled", "accepted")},
    )
