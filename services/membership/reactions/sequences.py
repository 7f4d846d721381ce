"""Membership's last door for facts: those that no other door chose, in order of their sequences."""

from services.membership.reactions.door import facts, take
from shared.contracts.message import Fact, FactData
from shared.messaging.doors import ServiceClock
from shared.postgres.pool import Pool


@facts
async def hear_facts(fact: Fact[FactData], pool: Pool, clock: ServiceClock) -> None:
    await take(fact, pool, clock)
