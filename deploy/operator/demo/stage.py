"""Speaks for everybody in the story: people, the store, render nodes. Only a demo stack lets it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import orjson

from deploy.operator.demo.listening import Listener, listening
from deploy.operator.demo.moving_clock import clock_of
from deploy.operator.demo.store import StoreEvent, as_told
from shared.client.courier import Courier, courier
from shared.client.letters import Letter, Sender
from shared.clock import Clock
from shared.contracts.catalogue import COMMAND_BY_TYPE, QUERIES
from shared.contracts.message import Command, CommandData, Verdict
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import Asker, asker
from shared.messaging.publisher import Outgoing

ANSWER_SECONDS = 20.0
LEASE_SECONDS = 86_400
# Answered while a copy has not heard yet, and never remembered: such an id is not sent again.
NOT_YET = {RefusalCode.UNKNOWN_ORGANIZATION, RefusalCode.UNKNOWN_ACCOUNT}


@dataclass
class Stage:
    """The connections, the clock, and all that was said with the verdict it got."""

    home: Path
    asks: Asker
    courier: Courier
    facts: Listener
    clock: Clock
    orders: list[Outgoing] = field(default_factory=list)
    commands: list[tuple[Command[CommandData], Verdict]] = field(default_factory=list)
    letters: list[tuple[Letter, Verdict]] = field(default_factory=list)

    async def ask(
        self, data: CommandData, *, by: UUID | None = None, owner: UUID | None = None
    ) -> Verdict:
        """Send a person's command or question and wait for the verdict; raises NoAnswer."""
        command: Command[CommandData] = COMMAND_BY_TYPE[data.TYPE](
            id=self.clock.new_id(),
            type=data.TYPE,
            actor=self.asks.user,
            on_behalf_of=by,
            owner=owner,
            sent_at=self.clock.now(),
            data=data,
        )
        verdict = await self.asks.ask(command, answer_seconds=ANSWER_SECONDS)
        refused = verdict.refused.code if verdict.refused else None
        if not isinstance(data, QUERIES) and refused not in NOT_YET:
            self.commands.append((command, verdict))
        return verdict

    async def authorize(
        self,
        owner: UUID,
        person: UUID,
        amount: str,
        *,
        job: str,
        node: str = "rn-01",
        lease_seconds: int = LEASE_SECONDS,
        product: str | None = None,
    ) -> tuple[UUID, Verdict]:
        """A node asks for a hold; its id and the verdict."""
        hold = self.clock.new_id()
        letter = self._node(node).authorize(
            str(hold),
            owner=str(owner),
            account=str(person),
            amount=amount,
            lease_seconds=lease_seconds,
            job=job,
            product=product,
        )
        return hold, await self._deliver(letter)

    async def capture(
        self,
        owner: UUID,
        person: UUID,
        hold: UUID,
        amount: str,
        *,
        node: str = "rn-01",
        final: bool = True,
    ) -> Verdict:
        """A node charges what it used of a hold."""
        letter = self._node(node).capture(
            str(self.clock.new_id()),
            owner=str(owner),
            account=str(person),
            hold=str(hold),
            amount=amount,
            final=final,
        )
        return await self._deliver(letter)

    async def store_says(self, data: StoreEvent, *, times: int = 1) -> None:
        """The store tells what was paid or taken back, as often as it likes."""
        event = as_told(data, self.clock.new_id(), self.clock.now())
        self.orders.append(event)
        for _ in range(times):
            await self.asks.publisher.publish(event)

    async def send_again(self, letter: Letter) -> Verdict:
        """Send the very same message of a node once more."""
        verdicts = await self.courier.send(letter)
        return Verdict.model_validate_json(orjson.dumps(verdicts[letter.id]))

    async def _deliver(self, letter: Letter) -> Verdict:
        verdict = await self.send_again(letter)
        self.letters.append((letter, verdict))
        return verdict

    def _node(self, name: str) -> Sender:
        return Sender(user=self.courier.wire.user, node=name)


@asynccontextmanager
async def stage(home: Path, amqp_url: str) -> AsyncIterator[Stage]:
    """Open every connection that the story needs."""
    async with (
        asker(amqp_url) as asks,
        courier(amqp_url) as carries,
        listening(amqp_url) as facts,
    ):
        yield Stage(home, asks, carries, facts, clock_of(home))
