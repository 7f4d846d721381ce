"""What membership is asked to show: an account to its owner, people to their Administrator."""

from uuid import UUID

from faststream.rabbit import RabbitRouter

from services.membership import rules, store
from shared.contracts.membership import AccountProfile, ListMembers, MemberList, Person, ShowAccount
from shared.contracts.message import Command, Refused, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging import topology
from shared.messaging.doors import ServiceClock, carries, open_queue
from shared.messaging.inbox import act, answer
from shared.postgres.pool import Pool

router = RabbitRouter()
queries = open_queue(router, topology.queries_of(topology.MEMBERSHIP))


@queries(filter=carries(ShowAccount))
async def show_account(query: Command[ShowAccount], pool: Pool, clock: ServiceClock) -> Verdict:
    async with act(pool, clock) as reading:
        standing = await store.standing_of(reading.connection, query.data.account_id)
    shown = rules.show_account(standing.account, query.on_behalf_of)
    if isinstance(shown, Refused):
        return answer(query.id, shown)
    return answer(query.id, _profile(shown, standing))


@queries(filter=carries(ListMembers))
async def list_members(query: Command[ListMembers], pool: Pool, clock: ServiceClock) -> Verdict:
    if query.owner is None:
        return answer(query.id, refuse(RefusalCode.UNKNOWN_ORGANIZATION))
    async with act(pool, clock) as reading:
        found = await store.find_organization(reading.connection, query.owner)
        organization = rules.administer(found, query.on_behalf_of)
        if isinstance(organization, Refused):
            return answer(query.id, organization)
        people = await store.people_of(
            reading.connection, organization.id, after=query.data.after, limit=query.data.limit + 1
        )
    return answer(query.id, _page(organization.id, people, limit=query.data.limit))


def _profile(account: rules.Account, standing: rules.Standing) -> AccountProfile:
    return AccountProfile(
        account_id=account.id,
        email=account.email,
        name=account.name,
        customer_number=account.customer_number,
        organization_id=standing.owns.id if standing.owns else None,
        joined_organization_id=standing.joined.organization_id if standing.joined else None,
        role=standing.joined.role if standing.joined else None,
    )


def _page(organization_id: UUID, people: tuple[Person, ...], *, limit: int) -> MemberList:
    """One row more than asked for says that there is a next page."""
    shown = people[:limit]
    after = shown[-1].account_id if len(people) > limit else None
    return MemberList(organization_id=organization_id, members=shown, after=after)
