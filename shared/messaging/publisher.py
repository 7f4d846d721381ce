"""Publishing on a connection of its own: confirmed, returns raised, every wait bounded."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, DeliveryMode
from aio_pika.exceptions import (
    AMQPConnectionError,
    AMQPError,
    ChannelInvalidStateError,
    DeliveryError,
    PublishError,
)
from yarl import URL

from shared.contracts.message import CONTENT_TYPE
from shared.erasing import unaddressed
from shared.messaging.loss import is_our_own_end
from shared.messaging.topology import DEAD, REASON_HEADER, REPLY_PREFIX

PUBLISH_SECONDS = 10.0
HEARTBEAT_SECONDS = 10
RECONNECT_SECONDS = 0.5
REASON_MAX = 1_000

log = structlog.get_logger()


class NotConfirmed(Exception):  # noqa: N818  # reads as a sentence: the broker did not confirm
    """The broker did not confirm in time; the message may or may not be there."""


class NotTaken(NotConfirmed):
    """The queue is full: the broker took nothing, and the same message may be sent again later."""


@dataclass(frozen=True)
class Outgoing:
    """One message for the broker."""

    exchange: str
    routing_key: str
    body: bytes
    message_id: UUID
    type: str
    content_type: str = CONTENT_TYPE
    reply_to: str | None = None
    headers: dict[str, str] | None = None


class Publisher:
    """A robust connection used for nothing but publishing, so that acks never wait behind it."""

    def __init__(
        self, *, user: str, confirmed: AbstractChannel, transient: AbstractChannel
    ) -> None:
        """Take two channels: one waits for confirms, one (replies) does not."""
        self.user = user
        self._confirmed = confirmed
        self._transient = transient
        self._exchanges: dict[str, aio_pika.abc.AbstractExchange] = {}

    async def publish(self, outgoing: Outgoing) -> None:
        """Publish durably and wait for the broker's confirm; raises NotConfirmed past the limit.

        An unroutable message raises too: nothing that matters is dropped in silence. One that came
        to a full queue raises NotTaken.
        """
        exchange = await self._exchange(outgoing.exchange)
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                while True:
                    if await self._is_confirmed(exchange, outgoing):
                        return
                    await asyncio.sleep(RECONNECT_SECONDS)
        except (TimeoutError, AMQPError) as error:
            message = f"{outgoing.type} {outgoing.message_id}: {error!r}"
            # A message that is returned because no queue wants it is not refused but homeless.
            is_full = isinstance(error, DeliveryError) and not isinstance(error, PublishError)
            raise (NotTaken if is_full else NotConfirmed)(message) from error

    async def reply(self, queue: str, *, correlation_id: str, body: bytes) -> None:
        """Send a reply that may be lost: the stored verdict is the truth, the caller asks again.

        It goes to reply queues alone: a caller must not have us write to any other queue for him.
        """
        if not queue.startswith(REPLY_PREFIX):
            log.warning("reply_dropped", queue=queue, reason="is no reply queue")
            return
        message = aio_pika.Message(
            body,
            content_type=CONTENT_TYPE,
            correlation_id=correlation_id,
            user_id=self.user,
            delivery_mode=DeliveryMode.NOT_PERSISTENT,
        )
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                await self._transient.default_exchange.publish(message, queue, mandatory=False)
        except asyncio.CancelledError:
            if is_our_own_end():
                raise
            log.warning("reply_dropped", queue=queue, reason="connection lost")
        except (TimeoutError, AMQPError, ConnectionError, RuntimeError) as error:
            log.warning("reply_dropped", queue=queue, reason=repr(error))

    async def bury(self, body: bytes, *, reason: str, type_name: str, message_id: UUID) -> None:
        """Publish poison to `dead` with the reason it is there, which names nobody (A20)."""
        outgoing = Outgoing(
            exchange=DEAD,
            routing_key="",
            body=body,
            message_id=message_id,
            type=type_name,
            headers={REASON_HEADER: unaddressed(reason)[:REASON_MAX]},
        )
        await self.publish(outgoing)

    async def bury_patiently(
        self, body: bytes, *, reason: str, type_name: str, message_id: UUID
    ) -> None:
        """Bury a message for good; while the broker does not confirm, keep it and try again."""
        while True:
            try:
                await self.bury(body, reason=reason, type_name=type_name, message_id=message_id)
            except NotConfirmed as error:
                log.warning("burial_waits", reason=repr(error))
            else:
                log.error(
                    "buried",
                    type=type_name,
                    message_id=str(message_id),
                    reason=unaddressed(reason),
                )
                return

    async def _is_confirmed(
        self, exchange: aio_pika.abc.AbstractExchange, outgoing: Outgoing
    ) -> bool:
        """Publish once; False when the connection was lost under it, and the id may go again."""
        try:
            await exchange.publish(self._message(outgoing), outgoing.routing_key)
        except asyncio.CancelledError:
            if is_our_own_end():
                raise
            return False
        except (ChannelInvalidStateError, AMQPConnectionError, ConnectionError, RuntimeError):
            return False
        return True

    async def _exchange(self, name: str) -> aio_pika.abc.AbstractExchange:
        if name not in self._exchanges:
            self._exchanges[name] = await self._confirmed.get_exchange(name, ensure=False)
        return self._exchanges[name]

    def _message(self, outgoing: Outgoing) -> aio_pika.Message:
        return aio_pika.Message(
            outgoing.body,
            content_type=outgoing.content_type,
            message_id=str(outgoing.message_id),
            type=outgoing.type,
            reply_to=outgoing.reply_to,
            correlation_id=str(outgoing.message_id),
            headers=dict(outgoing.headers or {}),
            user_id=self.user,
            delivery_mode=DeliveryMode.PERSISTENT,
        )


@asynccontextmanager
async def publisher(amqp_url: str) -> AsyncIterator[Publisher]:
    """Open the publishing connection; it comes back by itself when the broker does."""
    connection = await connect(amqp_url)
    async with connection:
        confirmed = await connection.channel(publisher_confirms=True, on_return_raises=True)
        transient = await connection.channel(publisher_confirms=False)
        yield Publisher(user=user_of(amqp_url), confirmed=confirmed, transient=transient)


async def connect(amqp_url: str) -> aio_pika.abc.AbstractRobustConnection:
    """Connect and stay connected: a silent peer is noticed, a lost one is looked for again."""
    return await aio_pika.connect_robust(
        with_heartbeat(amqp_url), reconnect_interval=RECONNECT_SECONDS
    )


def with_heartbeat(amqp_url: str) -> str:
    """Ask for heartbeats often enough that a silent peer is noticed within half a minute."""
    return str(URL(amqp_url).update_query(heartbeat=HEARTBEAT_SECONDS))


def user_of(amqp_url: str) -> str:
    """Read the broker user from an address; the broker checks the claim on every message."""
    return URL(amqp_url).user or "guest"
