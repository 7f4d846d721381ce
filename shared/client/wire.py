"""The connection of a render node: publishes in bulk, hears verdicts, comes back by itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from random import uniform
from typing import TypeAlias

import aiormq
import orjson
from aiormq.abc import AbstractConnection, ArgumentsType, ChannelFrame, DeliveredMessage
from pamqp import commands as amqp
from pamqp.body import ContentBody
from pamqp.header import ContentHeader

from shared.client.letters import Letter
from shared.clock import Clock
from shared.contracts.credits import INTAKE_EXCHANGE
from shared.contracts.message import CONTENT_TYPE
from shared.messaging.loss import Lost, survived
from shared.messaging.publisher import user_of, with_heartbeat
from shared.messaging.topology import OWNER_HEADER

CONNECT_SECONDS = 10.0
BACKOFF_FIRST_SECONDS = 0.2
BACKOFF_MAX_SECONDS = 2.0
REPLIES_WAITING_MAX = 100_000
PERSISTENT = 2

VerdictJson: TypeAlias = dict[str, object]


class Wire:
    """One connection with two channels: letters out, verdicts in. Whatever it loses, the courier
    sends again, so nothing here waits for a single confirm.
    """

    def __init__(
        self,
        amqp_url: str,
        *,
        on_verdicts: Callable[[list[VerdictJson]], None],
        on_lost_letter: Callable[[str], None],
    ) -> None:
        """Take the address and whom to tell about verdicts and about letters that must go again."""
        self.user = user_of(amqp_url)
        self.is_up = asyncio.Event()
        self.connections = 0
        self._attempts = 0
        self._url = with_heartbeat(amqp_url)
        self._instance = Clock().new_id().hex
        self._on_verdicts = on_verdicts
        self._on_lost_letter = on_lost_letter
        self._connection: AbstractConnection | None = None
        self._out: aiormq.Channel | None = None
        self._reply_queue = ""

    async def open(self) -> None:
        """Connect once, with a new reply queue; raises OSError, TimeoutError or AMQPError."""
        async with asyncio.timeout(CONNECT_SECONDS):
            self._connection = await aiormq.connect(self._url)
            self._attempts += 1
            self._reply_queue = f"reply.{self.user}.{self._instance}-{self._attempts}"
            await self._hear_verdicts(self._connection)
            channel = await self._connection.channel(on_return_raises=True)
        assert isinstance(channel, aiormq.Channel)
        self._out = channel
        self.connections += 1
        self.is_up.set()

    async def keep_open(self) -> None:
        """Wait for the connection's end and connect again, for ever, with growing pauses."""
        pause = BACKOFF_FIRST_SECONDS
        while True:
            if self.is_up.is_set() or await survived(self.open()):
                pause = BACKOFF_FIRST_SECONDS
                await survived(self._ended())
            self.is_up.clear()
            await survived(self._hang_up())
            await asyncio.sleep(uniform(pause / 2, pause))  # noqa: S311  # spreads nodes, no secret
            pause = min(pause * 2, BACKOFF_MAX_SECONDS)

    async def post(self, letters: Sequence[Letter]) -> None:
        """Hand letters to the socket in one piece; each whose confirm fails is reported lost.

        One call of aiormq's `basic_publish` takes 300 us of processor time, this takes 60: at
        thousands of letters a second that is the difference between a node and a stalled node.
        """
        channel = self._out
        if channel is None or channel.is_closed:
            return
        written = ChannelFrame.marshall(
            channel.number,
            [frame for letter in letters for frame in self._frames(channel, letter)],
        )
        try:
            channel.write_queue.put_nowait(written)
        except asyncio.QueueFull:
            await _first_of(channel.write_queue.put(written), channel.closing)

    async def close(self) -> None:
        """Close for good."""
        self.is_up.clear()
        await survived(self._hang_up())

    async def _hear_verdicts(self, connection: AbstractConnection) -> None:
        channel = await connection.channel(publisher_confirms=False)
        arguments: ArgumentsType = {"x-max-length": REPLIES_WAITING_MAX}
        await channel.queue_declare(self._reply_queue, exclusive=True, arguments=arguments)
        await channel.basic_consume(self._reply_queue, self._hear, no_ack=True)

    async def _hear(self, message: DeliveredMessage) -> None:
        self._on_verdicts(orjson.loads(message.body)["verdicts"])

    async def _ended(self) -> None:
        """Return when the connection or the channel we write on is closed by the other side."""
        assert self._connection is not None
        assert self._out is not None
        await _first_of(self._connection.closing, self._out.closing)

    async def _hang_up(self) -> None:
        """Close what is left of a connection, whole or half open."""
        if self._connection is not None and not self._connection.is_closed:
            await self._connection.close()

    def _frames(
        self, channel: aiormq.Channel, letter: Letter
    ) -> tuple[amqp.Basic.Publish, ContentHeader, ContentBody]:
        self._expect_confirm(channel, letter.id)
        return (
            amqp.Basic.Publish(
                exchange=INTAKE_EXCHANGE, routing_key=letter.routing_key, mandatory=True
            ),
            ContentHeader(properties=self._properties(letter), body_size=len(letter.body)),
            ContentBody(letter.body),
        )

    def _expect_confirm(self, channel: aiormq.Channel, letter_id: str) -> None:
        """Keep aiormq's own books, so that confirms, refusals and returns find their letter."""
        channel.delivery_tag += 1
        confirmation: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        confirmation.add_done_callback(partial(self._confirmed, channel, letter_id))
        channel.confirmations[channel.delivery_tag] = confirmation
        channel.message_id_delivery_tag[letter_id] = channel.delivery_tag

    def _confirmed(
        self, channel: aiormq.Channel, letter_id: str, confirmation: "asyncio.Future[object]"
    ) -> None:
        channel.message_id_delivery_tag.pop(letter_id, None)
        if not confirmation.cancelled() and confirmation.exception() is not None:
            self._on_lost_letter(letter_id)

    def _properties(self, letter: Letter) -> amqp.Basic.Properties:
        return amqp.Basic.Properties(
            content_type=CONTENT_TYPE,
            headers={OWNER_HEADER: letter.owner},
            delivery_mode=PERSISTENT,
            correlation_id=letter.id,
            reply_to=self._reply_queue,
            message_id=letter.id,
            message_type=letter.type,
            user_id=self.user,
        )


@asynccontextmanager
async def opened(wire: Wire) -> AsyncIterator[Wire]:
    """Open a wire and keep it open for the length of the block; raises when there is no broker."""
    try:
        await wire.open()
    except Lost:
        await wire.close()
        raise
    keeper = asyncio.create_task(wire.keep_open())
    try:
        yield wire
    finally:
        keeper.cancel()
        await asyncio.wait({keeper})
        await wire.close()
    if not keeper.cancelled():
        keeper.result()


async def _first_of(*ends: Awaitable[object]) -> None:
    """Return when the first has ended, however it did; the end of a connection is an answer."""
    tasks = {asyncio.ensure_future(_ended(end)) for end in ends}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _ended(end: Awaitable[object]) -> None:
    with suppress(*Lost):
        await end
