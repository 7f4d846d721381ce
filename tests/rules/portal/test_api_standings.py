"""Who an account is, remembered for moments: quick, soon right, and not stopped by an outage."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from services.portal.api.standings import FRESH_SECONDS, STALE_SECONDS, Standings
from services.portal.viewer import Viewer
from shared.messaging.ask import NoAnswer

ANA = Viewer(UUID(int=1), "ana@larkspur.example", "Ana", "C-1", organization_id=UUID(int=9))


@dataclass
class Membership:
    """What membership answers, how often it was asked, and the seconds that pass."""

    answer: Viewer | None = ANA
    is_up: bool = True
    asked: int = 0
    now: float = 0.0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """It answers at once until a test says otherwise."""
        self.gate.set()

    async def find(self, _account_id: UUID) -> Viewer | None:
        self.asked += 1
        await self.gate.wait()
        if not self.is_up:
            raise NoAnswer
        return self.answer

    def standings(self) -> Standings:
        return Standings(self.find, lambda: self.now)


async def ask(standings: Standings, *, is_node: bool = False) -> Viewer | None:
    return await standings.viewer_of(ANA.account_id, is_node=is_node)


async def test_calls_in_one_moment_ask_once() -> None:
    membership = Membership()
    standings = membership.standings()

    found = await asyncio.gather(*(ask(standings) for _ in range(20)))

    assert found == [ANA] * 20
    assert membership.asked == 1


async def test_a_right_that_is_gone_is_gone_within_seconds() -> None:
    membership = Membership()
    standings = membership.standings()
    await ask(standings)
    membership.answer = None

    membership.now += FRESH_SECONDS + 0.1

    assert await ask(standings) is None


async def test_a_slow_answer_stops_nobody_else() -> None:
    membership = Membership()
    standings = membership.standings()
    await ask(standings)
    membership.now += FRESH_SECONDS + 0.1
    membership.gate.clear()
    slow = asyncio.create_task(ask(standings))
    await asyncio.sleep(0)  # sleep: lets the other task begin, no time passes

    quick = await ask(standings)
    membership.gate.set()

    assert (quick, await slow, membership.asked) == (ANA, ANA, 2)


async def test_an_outage_is_asked_about_now_and_then() -> None:
    membership = Membership()
    standings = membership.standings()
    await ask(standings)
    membership.is_up, membership.now = False, FRESH_SECONDS + 0.1

    found = [await ask(standings) for _ in range(10)]

    assert found == [ANA] * 10
    assert membership.asked == 2


async def test_after_a_minute_of_outage_only_nodes_go_on() -> None:
    membership = Membership()
    standings = membership.standings()
    await ask(standings)
    membership.is_up, membership.now = False, STALE_SECONDS + 0.1

    assert await ask(standings, is_node=True) == ANA
    with pytest.raises(NoAnswer):
        await ask(standings)


async def test_who_was_never_known_is_nobody_in_an_outage() -> None:
    standings = Membership(is_up=False).standings()

    with pytest.raises(NoAnswer):
        await ask(standings, is_node=True)
