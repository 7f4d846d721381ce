"""Two processes of membership on what excludes each other: how a race is run and judged."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

import pytest

from shared.contracts.message import Verdict
from tests.doors.membership.invariants import broken_rules
from tests.doors.membership.larkspur import Larkspur, Voices, code_of
from tests.speaking import Portal

ROUNDS = 10
ROUNDS_LONG = 200
YIELDS_MAX = 12


@dataclass
class Race:
    """Two organizations, two processes that take their commands, and who goes first."""

    larkspur: Larkspur
    fern: Larkspur
    operator: Portal
    voices: Voices
    random: Random

    async def run(self, one: Awaitable[Verdict], other: Awaitable[Verdict]) -> tuple[str, str]:
        """Ask both at once, either first; tells how each ended."""
        asked = [self._later(one), self._later(other)]
        order = [0, 1]
        self.random.shuffle(order)
        ended = await asyncio.gather(*(asked[at] for at in order))
        return code_of(ended[order.index(0)]), code_of(ended[order.index(1)])

    async def _later(self, asked: Awaitable[Verdict]) -> Verdict:
        for _ in range(self.random.randrange(YIELDS_MAX)):
            await asyncio.sleep(0)  # sleep: yields only, so that either may be first
        return await asked

    async def hand_back(self) -> None:
        """Let Ana administer again, whoever does now."""
        larkspur = self.larkspur
        by_role = {role: who for who, role in (await larkspur.roles()).items()}
        administrator = by_role["ADMINISTRATOR"]
        if administrator != larkspur.ana:
            offer = await larkspur.offered(larkspur.ana, by=administrator)
            assert (await larkspur.accept(offer, larkspur.ana)).accepted


Round: TypeAlias = Callable[[Race], Awaitable[tuple[str, ...]]]


rounds = pytest.mark.parametrize(
    "rounds",
    [ROUNDS, pytest.param(ROUNDS_LONG, marks=[pytest.mark.verify, pytest.mark.timeout(900)])],
)


async def outcomes_of(race: Race, round_: Round, rounds: int) -> Counter[tuple[str, ...]]:
    """Play rounds; after each the database keeps every rule."""
    outcomes = Counter[tuple[str, ...]]()
    for _ in range(rounds):
        outcomes[await round_(race)] += 1
        assert await broken_rules(race.larkspur) == []
        assert await broken_rules(race.fern) == []
        await race.hand_back()
    return outcomes


def one_or_the_other(
    outcomes: Counter[tuple[str, ...]], one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    """Never a third outcome; of many rounds both are seen."""
    assert set(outcomes) <= {one, other}, outcomes
    if outcomes.total() >= ROUNDS_LONG:
        assert set(outcomes) == {one, other}, outcomes
