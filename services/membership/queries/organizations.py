"""Questions about organizations: one, all of them, and those that wait for an operator."""

from services.membership.queries.door import organization_named, queries
from services.membership.rules import operators
from services.membership.rules import organizations as rules
from services.membership.store import organizations, setups, standings, transfers
from shared.contracts.message import Command, Refused, Verdict, refuse
from shared.contracts.organizations import (
    ListOrganizations,
    ListSetupRequests,
    OrganizationList,
    OrganizationProfile,
    SetupRequestList,
    ShowOrganization,
    WaitingSetup,
)
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Act, act, answer
from shared.postgres.pool import Pool


@queries(filter=carries(ShowOrganization))
async def show_organization(
    query: Command[ShowOrganization], pool: Pool, clock: ServiceClock
) -> Verdict:
    async with act(pool, clock) as reading:
        return answer(query.id, await _shown(reading, query))


@queries(filter=carries(ListOrganizations))
async def list_organizations(
    query: Command[ListOrganizations], pool: Pool, clock: ServiceClock
) -> Verdict:
    if not operators.may_find_people(query.actor):
        return answer(query.id, refuse(RefusalCode.OPERATOR_REQUIRED))
    limit = query.data.limit
    async with act(pool, clock) as reading:
        found = await organizations.organizations_found(
            reading.connection, query.data.search, after=query.data.after, limit=limit + 1
        )
    after = found[limit - 1].organization_id if len(found) > limit else None
    return answer(query.id, OrganizationList(organizations=found[:limit], after=after))


@queries(filter=carries(ListSetupRequests))
async def list_setup_requests(
    query: Command[ListSetupRequests], pool: Pool, clock: ServiceClock
) -> Verdict:
    refused = operators.operate(query.actor)
    if refused is not None:
        return answer(query.id, refused)
    async with act(pool, clock) as reading:
        waiting = await setups.waiting_requests(
            reading.connection, after=query.data.after, limit=query.data.limit + 1
        )
    return answer(query.id, _page(waiting, limit=query.data.limit))


async def _shown(reading: Act, query: Command[ShowOrganization]) -> OrganizationProfile | Refused:
    organization = await organization_named(reading.connection, query)
    if isinstance(organization, Refused):
        return organization
    asked_by = None
    if query.on_behalf_of is not None:
        asked_by = await standings.standing_of(reading.connection, query.on_behalf_of)
    refused = rules.show(organization, asked_by)
    if refused is not None:
        return refused
    transfer = await transfers.open_transfer_of(reading.connection, organization.id)
    return await organizations.profile_of(reading.connection, organization.id, transfer)


def _page(waiting: tuple[WaitingSetup, ...], *, limit: int) -> SetupRequestList:
    """One row more than asked for says that there is a next page."""
    shown = waiting[:limit]
    after = shown[-1].request_id if len(waiting) > limit else None
    return SetupRequestList(requests=shown, after=after)
