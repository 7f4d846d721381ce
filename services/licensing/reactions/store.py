"""What licensing does when the store speaks: what was paid becomes licenses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from faststream import Context

from services.licensing.reactions.door import facts
from services.licensing.store.paying import settle_or_park
from shared.contracts.copies import MembershipWatermark
from shared.contracts.message import Fact
from shared.contracts.purchases import OrderPaid
from shared.copies.keeping import SharedCopies
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import act
from shared.messaging.reach import Reach
from shared.postgres.pool import Pool
from shared.service import Running

SharedReach = Annotated[Reach, Context("membership_reach")]


@asynccontextmanager
async def open_reach(running: Running) -> AsyncIterator[dict[str, object]]:
    """Share how far the copy of memberships reaches between the doors and the timer of orders."""
    reach = Reach()
    running.rooms["membership_reach"] = reach
    yield {"membership_reach": reach}


@facts(filter=carries(OrderPaid))
async def order_paid(
    fact: Fact[OrderPaid], pool: Pool, clock: ServiceClock, reach: SharedReach
) -> None:
    """The store numbers nothing: each line is told apart by its order."""
    async with act(pool, clock) as taking:
        await settle_or_park(taking, fact, covered_until=reach.covered_until)


@facts(filter=carries(MembershipWatermark))
async def memberships_are_known_until(
    fact: Fact[MembershipWatermark], reach: SharedReach, copies: SharedCopies
) -> None:
    """Orders placed until then can be decided by their buyers' roles (A14), and gaps be seen."""
    reach.note(fact.data.at)
    copies.hear(fact.data)
