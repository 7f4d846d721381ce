"""Asks the ledger what a wallet has."""

from uuid import UUID

from shared.clock import Clock
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.credits import ShowPool
from shared.contracts.message import Verdict
from shared.messaging.ask import asker


async def show_pool(amqp_url: str, owner: UUID) -> Verdict:
    """Ask over the broker, as anybody would; raises NoAnswer past the deadline."""
    clock = Clock()
    async with asker(amqp_url) as asks:
        question = COMMAND_BY_TYPE[ShowPool.TYPE](
            id=clock.new_id(),
            type=ShowPool.TYPE,
            actor=asks.user,
            owner=owner,
            sent_at=clock.now(),
            data=ShowPool(),
        )
        return await asks.ask(question)
