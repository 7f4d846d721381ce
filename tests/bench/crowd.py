"""A studio of thousands: its people came in by membership's door, what they spent by the ledger's.

No table is written past its service, so all services know the same and the books balance.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from deploy.native.stack import Stack
from deploy.operator.demo.moving_clock import advance, clock_of
from shared.clock import Clock
from shared.contracts.credit_access import RequestCredits
from shared.contracts.credit_queries import ListCreditAccess
from shared.contracts.credit_reports import ShowUsage
from shared.contracts.credits import (
    INTAKE_EXCHANGE,
    AuthorizeHold,
    ReportUsage,
    SetCreditAccess,
    UsageLine,
)
from shared.contracts.licensing import AssignLicense
from shared.contracts.membership import AddMember
from shared.contracts.message import CONTENT_TYPE, CommandData, Verdict
from shared.messaging.ask import Asker
from shared.messaging.publisher import Outgoing
from tests.builders import LUMEN, an_account
from tests.portal.studio import Studio, a_studio
from tests.speaking import Portal, Store
from tests.waiting import WAIT_SECONDS, eventually

Say = Callable[[str], None]
AT_ONCE = 40
SEATED_EVERY = 5
INVITED_EVERY = 50
DAYS = 30
LINES = 500
REPORTS_AT_ONCE = 6
HOLDS = 200
REQUESTS = 30
JOBS = 500
LINE_CREDITS = 10_000
QUOTA_CREDITS = 10**12
POOL_CREDITS = "100000000"
CATCH_UP_SECONDS = 300.0
FIRST_NAMES = ("Ada", "Ben", "Chloe", "Dan", "Eva", "Finn", "Greta", "Hugo", "Ines", "Jonas")
LAST_NAMES = ("Abara", "Berg", "Castillo", "Dvorak", "Eriksen", "Fontaine", "Grant", "Haddad")


@dataclass(eq=False)
class Crowd:
    """The studio, everybody in it, and those who spend."""

    stack: Stack
    studio: Studio
    random: Random
    people: list[UUID] = field(default_factory=list)
    spenders: list[UUID] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    async def fill(self, people: int, say: Say) -> None:
        """Let everybody join, sit and have access."""
        for start in range(0, people, AT_ONCE * 25):
            numbers = range(start, min(people, start + AT_ONCE * 25))
            await _at_once(AT_ONCE, (self._joins(number) for number in numbers))
            say(f"{numbers[-1] + 1:,} people joined")
        await eventually(self._drawers, lambda n: n > people, wait_seconds=CATCH_UP_SECONDS)
        await _at_once(AT_ONCE, (self._may_draw(n, one) for n, one in enumerate(self.people)))
        say(f"{len(self.spenders):,} of them have access")
        seated = self.people[::SEATED_EVERY]
        await _at_once(AT_ONCE, (self._sits(person) for person in seated))
        say(f"{len(seated):,} of them have a seat")

    async def hold_and_ask(self) -> None:
        """Some run a job, some ask for more."""
        await _at_once(AT_ONCE, (self._holds() for _ in range(HOLDS)))
        asking = self.random.sample(self.spenders, min(REQUESTS, len(self.spenders)))
        await _at_once(AT_ONCE, (self._asks_for_more(person) for person in asking))

    async def spend(self, farm: Asker, rows: int, say: Say) -> None:
        """Report so many charges over a month of the stack's own clock."""
        clock = clock_of(self.stack.home)
        for day in range(DAYS):
            of_day = rows * (day + 1) // DAYS - rows * day // DAYS
            sizes = [min(LINES, of_day - start) for start in range(0, of_day, LINES)]
            await _at_once(REPORTS_AT_ONCE, (self._reports(farm, clock, size) for size in sizes))
            say(f"day {day + 1} of {DAYS}: {of_day:,} charges")
            advance(self.stack.home, timedelta(days=1))
        await eventually(self._is_summed, bool, wait_seconds=CATCH_UP_SECONDS)

    async def _joins(self, number: int) -> None:
        name = f"{self.random.choice(FIRST_NAMES)} {self.random.choice(LAST_NAMES)} {number:05}"
        role = "GUEST" if number % 10 == 0 else "MEMBER"
        data = an_account(name=name)
        if number % INVITED_EVERY == 1:
            added = await self.studio.does(AddMember(email=data.email, role=role))
            self.people.append(UUID(str((added.result or {})["account_id"])))
            return
        assert (await self.studio.people.ask(data, by=data.account_id)).accepted
        await self._does(AddMember(account_id=data.account_id, role=role))
        self.people.append(data.account_id)
        self.names.append(name)

    async def _may_draw(self, number: int, person: UUID) -> None:
        """Most have a quota, some no limit of their own, the others no access."""
        if number % 10 >= 7:
            return
        is_open = number % 10 == 0
        await self._does(
            SetCreditAccess(
                account_id=person,
                mode="unlimited" if is_open else "quota",
                limit=None if is_open else QUOTA_CREDITS,
            )
        )
        self.spenders.append(person)

    async def _sits(self, person: UUID) -> None:
        await self._does(AssignLicense(product=LUMEN, account_id=person))

    async def _holds(self) -> None:
        hold = AuthorizeHold(amount=LINE_CREDITS, job=self._job(), lease_seconds=86_400 * 30)
        await self._does(hold, by=self.random.choice(self.spenders))

    async def _asks_for_more(self, person: UUID) -> None:
        await self._does(
            RequestCredits(mode="quota", limit=2 * QUOTA_CREDITS, reason="The trailer"), by=person
        )

    async def _reports(self, farm: Asker, clock: Clock, size: int) -> None:
        lines = tuple(
            UsageLine(
                id=clock.new_id(),
                account_id=self.random.choice(self.spenders),
                credits=LINE_CREDITS,
                job=self._job(),
            )
            for _ in range(size)
        )
        command = Portal(farm).command(
            ReportUsage(lines=lines), owner=self.studio.id, id=clock.new_id()
        )
        outgoing = Outgoing(
            exchange=INTAKE_EXCHANGE,
            routing_key=f"usage.bench.{self.studio.id}",
            body=command.model_dump_json(exclude_none=True).encode(),
            message_id=command.id,
            type=ReportUsage.TYPE,
            content_type=CONTENT_TYPE,
            reply_to=farm.reply_queue,
            headers={"owner": str(self.studio.id)},
        )
        ids = tuple(line.id for line in lines)

        async def charged() -> list[Verdict]:
            return await farm.send_many(outgoing, ids, answer_seconds=WAIT_SECONDS)

        # Until the ledger's clock has followed, its ids lie in the future: sent again they pass.
        await eventually(charged, lambda verdicts: all(each.accepted for each in verdicts))

    async def _does(self, data: CommandData, *, by: UUID | None = None) -> None:
        verdict = await self.studio.does(data, by=by)
        assert verdict.accepted, verdict

    def _job(self) -> str:
        return f"shot-{self.random.randrange(JOBS):03}"

    async def _drawers(self) -> int:
        """How many the ledger takes for people of the studio."""
        number, after = 0, None
        while True:
            found = await self.studio.does(ListCreditAccess(after=after, limit=500))
            listed: dict[str, Any] = found.result or {}
            number += len(listed.get("people", ()))
            if listed.get("after") is None:
                return number
            after = UUID(listed["after"])

    async def _is_summed(self) -> bool:
        now = clock_of(self.stack.home).now()
        question = ShowUsage(by=(), since=now - timedelta(days=1), until=now)
        return bool(((await self.studio.does(question)).result or {}).get("complete"))


async def a_crowd(stack: Stack, people: Portal, shop: Store, *, size: int, seed: int) -> Crowd:
    """Found the studio, with seats and credits enough for so many."""
    studio = await a_studio(people, shop, seats=size // SEATED_EVERY + 100)
    await studio.buys(POOL_CREDITS)
    return Crowd(stack, studio, Random(seed))


async def _at_once(most: int, works: Iterable[Awaitable[None]]) -> None:
    """Do a few things at a time, all of them."""
    turns = asyncio.Semaphore(most)

    async def taken(work: Awaitable[None]) -> None:
        async with turns:
            await work

    await asyncio.gather(*map(taken, works))
