"""Facts that are lost on their way to one queue: a proxy in the middle, which drops some."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aio_pika
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage

from deploy.native.stack import Stack
from shared.messaging.topology import FACTS, QUEUES, facts_of
from tests.waiting import eventually

Loses = Callable[[dict[str, Any]], bool]


@dataclass
class Way:
    """The way from one service to the queue of another, and what was lost on it."""

    loses: Loses
    queue: str
    onward: AbstractExchange
    lost: list[dict[str, Any]] = field(default_factory=list)
    carried: int = 0

    async def carry(self, message: AbstractIncomingMessage) -> None:
        """Hand a fact on as it came, or lose it; what has no sequence always arrives."""
        self.carried += 1
        event = json.loads(message.body)
        if "sequence" in event and self.loses(event):
            self.lost.append(event)
        else:
            await self.onward.publish(_same(message), self.queue)
        await message.ack()
        self.carried -= 1


@asynccontextmanager
async def losing(stack: Stack, copy: str, owner: str, loses: Loses) -> AsyncIterator[Way]:
    """Put a proxy between a service and the queue of another for the length of the block."""
    name = facts_of(copy)
    keys = keys_from(owner, to=name)
    async with (
        await aio_pika.connect(stack.amqp_url) as hears,
        await aio_pika.connect(stack.amqp_urls[f"coffer_{owner}"]) as says,
    ):
        listening, speaking = await hears.channel(), await says.channel()
        way = Way(loses, name, speaking.default_exchange)
        proxy = await listening.declare_queue(exclusive=True)
        theirs = await listening.get_queue(name)
        for key in keys:
            await proxy.bind(FACTS, key)
            await theirs.unbind(FACTS, key)
        await proxy.consume(way.carry)
        try:
            yield way
        finally:
            for key in keys:
                await theirs.bind(FACTS, key)
                await proxy.unbind(FACTS, key)
            waiting = await hears.channel()

            async def left() -> int:
                declared = await waiting.declare_queue(proxy.name, passive=True)
                return (declared.declaration_result.message_count or 0) + way.carried

            await eventually(left, lambda count: count == 0)


def keys_from(owner: str, *, to: str) -> list[str]:
    """Under which keys a queue hears a service."""
    [queue] = [queue for queue in QUEUES if queue.name == to]
    return [one.key for one in queue.bindings if one.key.startswith(f"{owner}.")]


def one_in_twenty(seed: int) -> Loses:
    """Lose five facts of a hundred."""
    dice = Random(seed)
    return lambda _: dice.random() < 0.05


def _same(message: AbstractIncomingMessage) -> aio_pika.Message:
    return aio_pika.Message(
        message.body,
        content_type=message.content_type,
        message_id=message.message_id,
        type=message.type,
        user_id=message.user_id,
    )
