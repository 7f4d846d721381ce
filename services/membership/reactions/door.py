"""Membership's door for what others say, and who listens to which fact."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias, TypeVar

from faststream.rabbit import RabbitRouter

from shared.clock import Clock
from shared.contracts.message import Fact, FactData
from shared.messaging import topology
from shared.messaging.doors import open_queue
from shared.messaging.inbox import Act, hear
from shared.postgres.pool import Pool

H = TypeVar("H", bound=FactData)
Listener: TypeAlias = Callable[[Act, H], Awaitable[None]]

router = RabbitRouter()
facts = open_queue(router, topology.facts_of(topology.MEMBERSHIP))
_listeners: dict[type[FactData], Callable[[Act, FactData], Awaitable[None]]] = {}


def listens_to(data: type[H]) -> Callable[[Listener[H]], Listener[H]]:
    """Let a function hear the facts of one contract, each once and in order."""

    def listening(listener: Listener[H]) -> Listener[H]:
        async def told(act: Act, said: FactData) -> None:
            assert isinstance(said, data)
            await listener(act, said)

        _listeners[data] = told
        return listener

    return listening


async def apply(act: Act, data: FactData) -> None:
    """Do what a fact asks for; one that asks for nothing is heard all the same.

    A fact that was skipped would hold up those after it.
    """
    listener = _listeners.get(type(data))
    if listener is not None:
        await listener(act, data)


async def take(fact: Fact[FactData], pool: Pool, clock: Clock) -> None:
    """Take in a fact of a dense sequence, delivered or fetched: each once, in order."""
    async with hear(pool, fact, clock) as heard:
        for due in heard.due:
            await apply(heard, due.data)
