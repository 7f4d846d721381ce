"""Questions about the people of an organization, for its Administrator."""

from uuid import UUID

from services.membership.queries.door import organization_named, queries
from services.membership.rules import organizations as rules
from services.membership.rules.people import add_member
from services.membership.rules.standing import Standing
from services.membership.store import accounts, people, roster, standings
from shared.contracts.membership import (
    AdditionRefused,
    AdditionsTried,
    ListMembers,
    MemberList,
    Person,
    TryAdditions,
)
from shared.contracts.message import Command, Refused, Verdict
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Act, act, answer
from shared.postgres.pool import Pool


@queries(filter=carries(ListMembers))
async def list_members(query: Command[ListMembers], pool: Pool, clock: ServiceClock) -> Verdict:
    async with act(pool, clock) as reading:
        return answer(query.id, await _listed(reading, query))


@queries(filter=carries(TryAdditions))
async def try_additions(query: Command[TryAdditions], pool: Pool, clock: ServiceClock) -> Verdict:
    async with act(pool, clock) as reading:
        return answer(query.id, await _tried(reading, query))


async def _tried(reading: Act, query: Command[TryAdditions]) -> AdditionsTried | Refused:
    """Decide each as the command would; most are strangers, of whom nothing has to be looked up."""
    named = await organization_named(reading.connection, query)
    if isinstance(named, Refused):
        return named
    organization = rules.administer(named, query.on_behalf_of)
    if isinstance(organization, Refused):
        return organization
    additions = query.data.additions
    known = await accounts.ids_by_email(reading.connection, [one.email for one in additions])
    refusals = []
    for place, one in enumerate(additions):
        account_id = known.get(one.email)
        target = (
            Standing.of_nobody(reading.clock.new_id())
            if account_id is None
            else await standings.standing_of(reading.connection, account_id)
        )
        added = add_member(
            organization, target, role=one.role, now=reading.now, invited=account_id is None
        )
        if isinstance(added, Refused):
            refusals.append(AdditionRefused(place=place, refused=added))
    return AdditionsTried(refusals=tuple(refusals))


async def _listed(reading: Act, query: Command[ListMembers]) -> MemberList | Refused:
    named = await organization_named(reading.connection, query)
    if isinstance(named, Refused):
        return named
    organization = rules.administer(named, query.on_behalf_of)
    if isinstance(organization, Refused):
        return organization
    if query.data.by_name or query.data.before is not None or query.data.counted:
        return _turned(
            organization.id, await roster.page_of(reading.connection, organization.id, query.data)
        )
    shown = await people.people_of(
        reading.connection, organization.id, query.data, limit=query.data.limit + 1
    )
    return _page(organization.id, shown, limit=query.data.limit)


def _turned(organization_id: UUID, page: roster.Page) -> MemberList:
    """A page of a list whose length is known leads both ways."""
    people = page.people
    return MemberList(
        organization_id=organization_id,
        members=people,
        after=people[-1].account_id if people and page.last < page.total else None,
        before=people[0].account_id if page.first > 1 else None,
        first=page.first,
        total=page.total,
    )


def _page(organization_id: UUID, people: tuple[Person, ...], *, limit: int) -> MemberList:
    """One row more than asked for says that there is a next page."""
    shown = people[:limit]
    after = shown[-1].account_id if len(people) > limit else None
    return MemberList(organization_id=organization_id, members=shown, after=after)
