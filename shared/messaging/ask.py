"""Ask and answer: many questions in flight over one ordinary reply queue."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aio_pika.abc import AbstractIncomingMessage

from shared.clock import Clock
from shared.contracts.message import Command, CommandData, Verdict, VerdictFrame, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging.publisher import (
    NotTaken,
    Outgoing,
    Publisher,
    connect,
    publisher,
    user_of,
)

ANSWER_SECONDS = 5.0
REPLIES_WAITING_MAX = 100_000
REPLY_PREFETCH = 2_000


class NoAnswer(Exception):  # noqa: N818  # reads as a sentence
    """No verdict within the deadline; the same id may be asked again."""


@dataclass
class Asker:
    """Sends commands and queries and hands each verdict to whoever asked, matched by the id."""

    publisher: Publisher
    reply_queue: str
    _waiting: dict[UUID, "asyncio.Future[Verdict]"] = field(default_factory=dict)

    @property
    def user(self) -> str:
        """The broker user whose word the commands are: their `actor`."""
        return self.publisher.user

    async def ask(
        self, command: Command[CommandData], *, answer_seconds: float = ANSWER_SECONDS
    ) -> Verdict:
        """Send a command or query and wait for its verdict; raises NoAnswer past the deadline."""
        data = command.data
        outgoing = Outgoing(
            exchange=data.EXCHANGE,
            routing_key=data.ROUTING_KEY,
            body=command.model_dump_json(exclude_none=True).encode(),
            message_id=command.id,
            type=data.TYPE,
            reply_to=self.reply_queue,
            headers={"owner": str(command.owner)} if command.owner else None,
        )
        return await self.send(outgoing, (command.id,), answer_seconds=answer_seconds)

    async def send(
        self, outgoing: Outgoing, expected: tuple[UUID, ...], *, answer_seconds: float
    ) -> Verdict:
        """Publish a message that is answered under one id; raises NoAnswer past the deadline."""
        verdicts = await self.send_many(outgoing, expected, answer_seconds=answer_seconds)
        return verdicts[0]

    async def send_many(
        self, outgoing: Outgoing, expected: tuple[UUID, ...], *, answer_seconds: float
    ) -> list[Verdict]:
        """Publish a message that is answered under several ids; verdicts come in their order.

        Where too many wait already the broker takes nothing: `overloaded` is the honest answer, at
        once and remembered by nobody, so that the same ids may be sent again.
        """
        loop = asyncio.get_running_loop()
        futures = [self._waiting.setdefault(one, loop.create_future()) for one in expected]
        try:
            async with asyncio.timeout(answer_seconds):
                await self.publisher.publish(outgoing)
                return [await asyncio.shield(future) for future in futures]
        except NotTaken:
            overloaded = refuse(RefusalCode.OVERLOADED)
            return [Verdict(id=one, refused=overloaded) for one in expected]
        except TimeoutError as error:
            message = f"{outgoing.type} {outgoing.message_id}: no verdict in {answer_seconds} s"
            raise NoAnswer(message) from error
        finally:
            for one in expected:
                self._waiting.pop(one, None)

    async def hear(self, message: AbstractIncomingMessage) -> None:
        """Hand the verdicts of one frame to those who wait for them."""
        for verdict in VerdictFrame.model_validate_json(message.body).verdicts:
            future = self._waiting.get(verdict.id)
            if future is not None and not future.done():
                future.set_result(verdict)


@asynccontextmanager
async def asker(amqp_url: str) -> AsyncIterator[Asker]:
    """Open an asker: one connection to publish on, one for the reply queue it declares itself."""
    async with publisher(amqp_url) as speaks, await connect(amqp_url) as listens:
        name = f"reply.{user_of(amqp_url)}.{Clock().new_id().hex}"
        channel = await listens.channel()
        await channel.set_qos(prefetch_count=REPLY_PREFETCH)
        arguments: dict[str, Any] = {"x-max-length": REPLIES_WAITING_MAX}
        queue = await channel.declare_queue(name, exclusive=True, arguments=arguments)
        asks = Asker(publisher=speaks, reply_queue=name)
        await queue.consume(asks.hear, no_ack=True)
        yield asks
