"""Licensing's last door for facts: those that no other door chose, in order of their sequences."""

from services.licensing.reactions import membership
from services.licensing.reactions.door import facts
from shared.contracts.message import Fact, FactData
from shared.messaging.doors import ServiceClock
from shared.postgres.pool import Pool


@facts
async def membership_spoke(fact: Fact[FactData], pool: Pool, clock: ServiceClock) -> None:
    await membership.take(fact, pool, clock)
