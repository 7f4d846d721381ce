"""Questions about the people of an organization, for its Administrator."""

from uuid import UUID

from services.membership.queries.door import organization_named, queries
from services.membership.rules import organizations as rules
from services.membership.store import people
from shared.contracts.membership import ListMembers, MemberList, Person
from shared.contracts.message import Command, Refused, Verdict
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Act, act, answer
from shared.postgres.pool import Pool


@queries(filter=carries(ListMembers))
async def list_members(query: Command[ListMembers], pool: Pool, clock: ServiceClock) -> Verdict:
    async with act(pool, clock) as reading:
        return answer(query.id, await _listed(reading, query))


async def _listed(reading: Act, query: Command[ListMembers]) -> MemberList | Refused:
    named = await organization_named(reading.connection, query)
    if isinstance(named, Refused):
        return named
    organization = rules.administer(named, query.on_behalf_of)
    if isinstance(organization, Refused):
        return organization
    shown = await people.people_of(
        reading.connection,
        organization.id,
        query.data.search,
        query.data.role,
        after=query.data.after,
        limit=query.data.limit + 1,
    )
    return _page(organization.id, shown, limit=query.data.limit)


def _page(organization_id: UUID, people: tuple[Person, ...], *, limit: int) -> MemberList:
    """One row more than asked for says that there is a next page."""
    shown = people[:limit]
    after = shown[-1].account_id if len(people) > limit else None
    return MemberList(organization_id=organization_id, members=shown, after=after)
