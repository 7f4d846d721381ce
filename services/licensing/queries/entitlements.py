"""Who may use what: the one answer that nodes, services and the portal go by."""

from services.licensing.queries.door import queries
from services.licensing.rules.operators import asks_for_everybody
from services.licensing.store import entitlements, people
from shared.contracts.entitlements import CheckEntitlement
from shared.contracts.message import Command, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Act, act, answer
from shared.postgres.pool import Pool


@queries(filter=carries(CheckEntitlement))
async def check_entitlement(
    query: Command[CheckEntitlement], pool: Pool, clock: ServiceClock
) -> Verdict:
    async with act(pool, clock) as reading:
        if not await _may_ask(reading, query):
            return answer(query.id, refuse(RefusalCode.UNKNOWN_ACCOUNT))
        found = await entitlements.entitlement_of(
            reading.connection, query.data.account_id, query.data.product, now=reading.now
        )
        return answer(query.id, found)


async def _may_ask(reading: Act, query: Command[CheckEntitlement]) -> bool:
    """Anybody about himself, an Administrator about his people, nodes and services about all."""
    if asks_for_everybody(query.actor, query.on_behalf_of):
        return True
    if query.on_behalf_of is None:
        return False
    return query.on_behalf_of == query.data.account_id or await people.administers(
        reading.connection, query.on_behalf_of, query.data.account_id
    )
