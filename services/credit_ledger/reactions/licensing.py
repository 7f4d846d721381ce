"""What the ledger does when licensing speaks: it keeps who may use what (R27, R35)."""

from faststream.rabbit import RabbitMessage

from services.credit_ledger.reactions.door import SharedClock, facts
from services.credit_ledger.store import entitlements, watermarks
from shared.contracts.copies import LicensingWatermark
from shared.contracts.entitlements import EntitlementChanged
from shared.contracts.message import Fact, FactData
from shared.copies.keeping import SharedCopies
from shared.messaging.doors import carries
from shared.messaging.inbox import hear
from shared.messaging.topology import LICENSING
from shared.postgres.pool import Pool

SPOKEN = f"coffer.{LICENSING}."


async def said_by_licensing(message: RabbitMessage) -> bool:
    """Choose every fact of licensing: an account's entitlements share its one sequence."""
    return (message.raw_message.type or "").startswith(SPOKEN)


@facts(filter=carries(LicensingWatermark))
async def licensing_is_known_until(
    fact: Fact[LicensingWatermark], copies: SharedCopies, pool: Pool
) -> None:
    """Note how far licensing has spoken, and of whom a moment ago."""
    copies.hear(fact.data)
    async with pool.acquire() as connection:
        await watermarks.keep(connection, LICENSING, fact.data.at)


@facts(filter=said_by_licensing)
async def licensing_spoke(fact: Fact[FactData], pool: Pool, clock: SharedClock) -> None:
    """Write down what somebody may use from now on, in the order in which licensing decided it."""
    async with hear(pool, fact, clock) as heard:
        for due in heard.due:
            if isinstance(due.data, EntitlementChanged):
                await entitlements.keep(heard.connection, due.data)
