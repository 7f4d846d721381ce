"""Two processes of licensing on what excludes each other: how a race is run and judged."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias, TypeVar

import pytest

from shared.contracts.message import Verdict
from tests.doors.licensing.studio import Ground

ROUNDS = 10
ROUNDS_LONG = 200
YIELDS_MAX = 12
T = TypeVar("T")
Outcome: TypeAlias = tuple[str, ...]


@dataclass
class Race:
    """Where it is run, and who goes first."""

    ground: Ground
    random: Random = field(default_factory=lambda: Random(5))

    async def run(self, one: Awaitable[T], other: Awaitable[T]) -> tuple[T, T]:
        """Do both at once, either first; tells how each ended."""
        asked = [self._later(one), self._later(other)]
        order = [0, 1]
        self.random.shuffle(order)
        ended = await asyncio.gather(*(asked[at] for at in order))
        return ended[order.index(0)], ended[order.index(1)]

    async def _later(self, asked: Awaitable[T]) -> T:
        for _ in range(self.random.randrange(YIELDS_MAX)):
            await asyncio.sleep(0)  # sleep: yields only, so that either may be first
        return await asked


rounds = pytest.mark.parametrize(
    "rounds",
    [ROUNDS, pytest.param(ROUNDS_LONG, marks=[pytest.mark.verify, pytest.mark.timeout(900)])],
)


async def outcomes_of(rounds: int, round_: Callable[[], Awaitable[Outcome]]) -> Counter[Outcome]:
    """Play rounds and count how they ended."""
    return Counter([await round_() for _ in range(rounds)])


def one_or_the_other(outcomes: Counter[Outcome], one: Outcome, other: Outcome) -> None:
    """Never a third outcome; of many rounds both are seen."""
    assert set(outcomes) <= {one, other}, outcomes
    if outcomes.total() >= ROUNDS_LONG:
        assert set(outcomes) == {one, other}, outcomes


def outcome(verdict: Verdict) -> str:
    """How a command ended: `accepted`, or the code of its refusal."""
    return str(verdict.refused.code) if verdict.refused else "accepted"
