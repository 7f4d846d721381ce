"""What may be tried, and who waits for a beta."""

from services.licensing.queries.door import queries
from services.licensing.rules.operators import operators_only
from services.licensing.store import trials
from shared.contracts.message import Command, Verdict
from shared.contracts.trials import ApplicationList, ListApplications, ListOffers, OfferList
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import act, answer
from shared.postgres.pool import Pool


@queries(filter=carries(ListOffers))
async def list_offers(query: Command[ListOffers], pool: Pool, clock: ServiceClock) -> Verdict:
    async with act(pool, clock) as reading:
        found = await trials.open_offers(reading.connection, query.on_behalf_of)
        return answer(query.id, OfferList(offers=found))


@queries(filter=carries(ListApplications))
async def list_applications(
    query: Command[ListApplications], pool: Pool, clock: ServiceClock
) -> Verdict:
    refused = operators_only(query.actor)
    if refused is not None:
        return answer(query.id, refused)
    limit = query.data.limit
    async with act(pool, clock) as reading:
        found = await trials.waiting_applications(
            reading.connection, after=query.data.after, limit=limit + 1
        )
        shown = found[:limit]
        after = shown[-1].application_id if len(found) > limit else None
        return answer(query.id, ApplicationList(applications=shown, after=after))
