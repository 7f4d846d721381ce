"""Keeps the studio of the story at work while its stack is kept.

Small jobs begin, render and end, and credits are bought when they run low, so that whoever looks at
the portal sees numbers move. A process of its own, `python -m deploy.operator.demo.alive`; it ends
with the stack.
"""

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random
from uuid import UUID

from deploy.native.home import Home
from deploy.native.launch import PROJECT
from deploy.native.settings import environment_without_addresses, read_settings
from deploy.native.stack import Stack, read_stack
from deploy.operator.demo.setting_up import address
from deploy.operator.demo.stage import Stage, stage
from deploy.operator.demo.store import credit_line, paid
from shared.contracts.accounts import FindAccount
from shared.contracts.credit_queries import ShowPool
from shared.contracts.message import Verdict
from shared.contracts.money import format_credits, parse_credits
from shared.messaging.ask import NoAnswer
from shared.messaging.publisher import NotConfirmed

BUYER = "Ben"
PEOPLE = (BUYER, "Eva", "Dan")
NODES = ("rn-01", "rn-02", "rn-03")
LOW, BOUGHT = parse_credits("15"), "60"
SMALLEST, LARGEST = parse_credits("0.4"), parse_credits("1.6")
LOOKS_EVERY_SECONDS = 5.0
LEASE_SECONDS = 300
FIRST_JOB = 101
SEED = 7
A_YEAR = timedelta(days=365)
PASSING = (NoAnswer, NotConfirmed)


@dataclass
class Studio:
    """The organization of the story, and who of it works."""

    stack: Stack
    speaks: Stage
    id: UUID
    people: dict[str, UUID]
    jobs: "count[int]" = field(default_factory=lambda: count(FIRST_JOB))
    random: Random = field(default_factory=lambda: Random(SEED))

    async def render(self, node: str) -> None:
        """One job after the other, until the stack is gone."""
        while self.stack.is_running:
            try:
                await self._job(node, self.random.choice(list(self.people.values())))
            except PASSING:
                await self._waits(LOOKS_EVERY_SECONDS)

    async def shop(self) -> None:
        """Buy when little is left, as the Administrator would."""
        while self.stack.is_running:
            with suppress(*PASSING):
                if await self._available() < LOW:
                    await self._buy()
            await self._waits(LOOKS_EVERY_SECONDS)

    async def _available(self) -> int:
        shown = await self.speaks.ask(ShowPool(), by=self.people[BUYER], owner=self.id)
        return parse_credits(str((shown.result or {}).get("available", BOUGHT)))

    async def _buy(self) -> None:
        at = self.speaks.clock.now()
        line = credit_line(BOUGHT, ends=at + A_YEAR)
        order = f"alive-{self.speaks.clock.new_id().hex}"
        await self.speaks.store_says(paid(order, self.people[BUYER], (line,), at))

    async def _job(self, node: str, person: UUID) -> None:
        await self._waits(self.random.uniform(2, 12))
        amount, job = self.random.randint(SMALLEST, LARGEST), f"J{next(self.jobs)}"
        hold, verdict = await self.speaks.authorize(
            self.id,
            person,
            format_credits(amount),
            job=job,
            node=node,
            lease_seconds=LEASE_SECONDS,
        )
        if not verdict.accepted:
            return
        await self._waits(self.random.uniform(3, 12))
        await self._charge(person, hold, amount // 5, node=node, final=False)
        await self._waits(self.random.uniform(3, 12))
        await self._charge(person, hold, amount // 3, node=node, final=True)

    async def _charge(
        self, person: UUID, hold: UUID, amount: int, *, node: str, final: bool
    ) -> Verdict:
        return await self.speaks.capture(
            self.id, person, hold, format_credits(amount), node=node, final=final
        )

    async def _waits(self, seconds: float) -> None:
        # What was said is remembered for the end of a story, and this one has none.
        self.speaks.letters.clear()
        await asyncio.sleep(seconds)  # sleep: as long as a frame renders; nothing waits for it


def keep_alive(stack: Stack) -> None:
    """Start the process beside us; nobody waits for it."""
    subprocess.Popen(
        [sys.executable, "-m", "deploy.operator.demo.alive"],
        cwd=PROJECT,
        env={**environment_without_addresses(), "COFFER_HOME": str(stack.home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


async def work(stack: Stack) -> None:
    """Have everybody work until the stack is gone."""
    async with stage(stack.home, stack.amqp_urls["stage"]) as speaks:
        found = {name: await _found(speaks, name) for name in PEOPLE}
        people = {name: UUID(str(account["account_id"])) for name, account in found.items()}
        studio = Studio(stack, speaks, UUID(str(found[BUYER]["organization_id"])), people)
        working = asyncio.gather(studio.shop(), *(studio.render(node) for node in NODES))
        while stack.is_running and not working.done():
            await asyncio.wait((working,), timeout=LOOKS_EVERY_SECONDS)
        if not stack.is_running:
            # Whoever takes leave of a broker that is gone waits for it to come back.
            os._exit(0)
        await working


async def _found(speaks: Stage, name: str) -> dict[str, object]:
    verdict = await speaks.ask(FindAccount(email=address(name)))
    return dict(verdict.result or {})


def main() -> None:
    """Work on the stack of COFFER_HOME, if it is one that the story was told on."""
    stack = read_stack(Home(read_settings().home))
    if stack is not None and stack.is_running and stack.demo:
        asyncio.run(work(stack))


if __name__ == "__main__":
    main()
