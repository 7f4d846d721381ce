"""Who holds which seats of an organization right now (A12)."""

from services.licensing.queries.door import queries
from services.licensing.rules.leases import Checkout
from services.licensing.store import leases, people
from shared.contracts import checkouts as contracts
from shared.contracts.checkouts import CheckoutList, ListCheckouts
from shared.contracts.message import Command, Refused, Verdict
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Act, act, answer
from shared.postgres.pool import Pool


@queries(filter=carries(ListCheckouts))
async def list_checkouts(query: Command[ListCheckouts], pool: Pool, clock: ServiceClock) -> Verdict:
    async with act(pool, clock) as reading:
        return answer(query.id, await _list(reading, query))


async def _list(reading: Act, query: Command[ListCheckouts]) -> CheckoutList | Refused:
    organization = await people.administered(reading.connection, query.owner, query.on_behalf_of)
    if isinstance(organization, Refused):
        return organization
    asked = query.data
    held = await leases.held_in(
        reading.connection,
        organization.id,
        product=asked.product,
        after=asked.after,
        limit=asked.limit + 1,
        now=reading.now,
    )
    shown = held[: asked.limit]
    return CheckoutList(
        organization_id=organization.id,
        checkouts=tuple(_shown(one) for one in shown),
        after=shown[-1].id if len(held) > asked.limit else None,
    )


def _shown(checkout: Checkout) -> contracts.Checkout:
    return contracts.Checkout(
        checkout_id=checkout.id,
        account_id=checkout.account_id,
        product=checkout.product,
        machine=checkout.machine,
        source=checkout.source,
        opened_at=checkout.opened_at,
        lease_until=checkout.lease_until,
        borrowed=checkout.borrowed,
    )
