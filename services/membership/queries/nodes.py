"""Which render nodes work for an organization, for its Administrator and operators (A17)."""

from uuid import UUID

from services.membership.queries.door import organization_named, queries
from services.membership.rules import nodes as rules
from services.membership.store import nodes
from shared.contracts.message import Command, Refused, Verdict
from shared.contracts.nodes import EnrolledNode, ListNodes, NodeList
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Act, act, answer
from shared.postgres.pool import Pool


@queries(filter=carries(ListNodes))
async def list_nodes(query: Command[ListNodes], pool: Pool, clock: ServiceClock) -> Verdict:
    async with act(pool, clock) as reading:
        return answer(query.id, await _listed(reading, query))


async def _listed(reading: Act, query: Command[ListNodes]) -> NodeList | Refused:
    named = await organization_named(reading.connection, query)
    if isinstance(named, Refused):
        return named
    organization = rules.administer_nodes(named, query.on_behalf_of, query.actor)
    if isinstance(organization, Refused):
        return organization
    found = await nodes.enrolled_nodes(
        reading.connection, organization.id, after=query.data.after, limit=query.data.limit + 1
    )
    return _page(organization.id, found, limit=query.data.limit)


def _page(organization_id: UUID, found: tuple[EnrolledNode, ...], *, limit: int) -> NodeList:
    """One row more than asked for says that there is a next page."""
    shown = found[:limit]
    after = shown[-1].node if len(found) > limit else None
    return NodeList(organization_id=organization_id, nodes=shown, after=after)
