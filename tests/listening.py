"""Hearing what goes over the broker: facts as they are said, and what is buried."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from shared.contracts.catalogue import FACT_BY_TYPE
from shared.contracts.message import Fact, FactData
from shared.messaging.topology import DEAD, FACTS, REASON_HEADER
from tests.waiting import WAIT_SECONDS


@dataclass
class Listener:
    """Keeps every message of one queue and wakes who waits for one."""

    messages: list[AbstractIncomingMessage] = field(default_factory=list)
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, message: AbstractIncomingMessage) -> None:
        async with self._came:
            self.messages.append(message)
            self._came.notify_all()

    async def find(
        self, wanted: Callable[[AbstractIncomingMessage], bool]
    ) -> AbstractIncomingMessage:
        """The first message that is wanted, come or to come."""
        async with asyncio.timeout(WAIT_SECONDS), self._came:
            await self._came.wait_for(lambda: any(map(wanted, self.messages)))
            return next(filter(wanted, self.messages))

    async def fact(self, kind: type[FactData], about: UUID) -> Fact[FactData]:
        """The first fact of a kind that names an account, organization or wallet."""

        def wanted(message: AbstractIncomingMessage) -> bool:
            return message.routing_key == kind.ROUTING_KEY and str(about).encode() in message.body

        return read_fact(await self.find(wanted))

    def facts_of(self, subject: UUID) -> list[Fact[FactData]]:
        """What was said about a subject so far, in the order it was heard, each fact once."""
        said = f'"subject":"{subject}"'.encode()
        facts = (read_fact(message) for message in self.messages if said in message.body)
        return list({fact.id: fact for fact in facts}.values())

    async def reason_of_burial(self, message_id: UUID) -> str:
        """Why a message was buried."""
        buried = await self.find(lambda message: message.message_id == str(message_id))
        return str(buried.headers[REASON_HEADER])


def read_fact(message: AbstractIncomingMessage) -> Fact[FactData]:
    fact: Fact[FactData] = FACT_BY_TYPE[message.type or ""].model_validate_json(message.body)
    return fact


# The broker shall not hang up on a listener whose loop waits while another's story is told.
NO_HEARTBEAT = 0
EVERY_SECOND_LEFT_OUT = ("*.account.#", "*.organization.#", "*.member.#", "*.license.#", "*.seat.#")


@asynccontextmanager
async def listening_to_facts(amqp_url: str, *keys: str) -> AsyncIterator[Listener]:
    """Hear facts from now on, those under these routing keys or all but watermarks."""
    listener = Listener()
    async with await aio_pika.connect(amqp_url, heartbeat=NO_HEARTBEAT) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        for key in keys or EVERY_SECOND_LEFT_OUT:
            await queue.bind(FACTS, key)
        await queue.consume(listener.take, no_ack=True)
        yield listener


@asynccontextmanager
async def listening_to_the_dead(amqp_url: str) -> AsyncIterator[Listener]:
    """Hear what is buried, from the beginning."""
    listener = Listener()
    async with await aio_pika.connect(amqp_url, heartbeat=NO_HEARTBEAT) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(DEAD)
        await queue.consume(listener.take, no_ack=True)
        yield listener
