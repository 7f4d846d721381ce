"""Which orders of licenses were placed with us, paid or not (A14)."""

from uuid import UUID

from services.licensing.queries.door import queries
from services.licensing.rules import organizations as rules
from services.licensing.rules.operators import OPERATORS
from services.licensing.rules.organizations import Organization
from services.licensing.store import people, placed_orders
from services.licensing.store.placed_orders import Page
from shared.contracts.license_orders import (
    LicenseOrderList,
    ListLicenseOrders,
    PlacedLicenseOrder,
    PlaceInOrders,
)
from shared.contracts.message import Command, Refused, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Act, act, answer
from shared.postgres.pool import Pool


@queries(filter=carries(ListLicenseOrders))
async def list_license_orders(
    query: Command[ListLicenseOrders], pool: Pool, clock: ServiceClock
) -> Verdict:
    async with act(pool, clock) as reading:
        organization = await _organization(reading, query.owner)
        refused = _refused(query, organization)
        return answer(query.id, refused or await _list(reading, query, organization))


async def _organization(reading: Act, owner: UUID | None) -> Organization | None:
    if owner is None:
        return None
    return await people.find_organization(reading.connection, owner)


def _refused(
    query: Command[ListLicenseOrders], organization: Organization | None
) -> Refused | None:
    """What was ordered is shown to whom it belongs, as its trail is."""
    if query.owner is None:
        is_operator = query.actor in OPERATORS
        return None if is_operator else refuse(RefusalCode.UNKNOWN_ORGANIZATION)
    return rules.may_read_trail(
        query.owner, organization, actor=query.actor, asked_by=query.on_behalf_of
    )


async def _list(
    reading: Act, query: Command[ListLicenseOrders], organization: Organization | None
) -> LicenseOrderList:
    asked = query.data
    page = Page(asked.after, asked.paid, limit=asked.limit + 1)
    found = await _found(reading, query.owner, organization, page)
    shown = found[: asked.limit]
    is_more = len(found) > asked.limit
    return LicenseOrderList(orders=shown, after=_place(shown[-1]) if is_more else None)


async def _found(
    reading: Act, owner: UUID | None, organization: Organization | None, page: Page
) -> tuple[PlacedLicenseOrder, ...]:
    if owner is None:
        return await placed_orders.all_orders(reading.connection, page)
    if organization is None:
        return await placed_orders.orders_of_account(reading.connection, owner, page)
    return await placed_orders.orders_of_organization(reading.connection, owner, page)


def _place(order: PlaceInOrders) -> PlaceInOrders:
    return PlaceInOrders(
        placed_at=order.placed_at,
        store=order.store,
        order_id=order.order_id,
        account_id=order.account_id,
    )
