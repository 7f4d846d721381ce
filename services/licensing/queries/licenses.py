"""The seats of an organization, the licenses of a person."""

from uuid import UUID

from services.licensing.queries.door import queries
from services.licensing.rules import organizations as rules
from services.licensing.rules.entitlement import is_usable
from services.licensing.rules.licenses import License
from services.licensing.rules.organizations import Organization
from services.licensing.store import floors, holders, holdings, licenses, people, seating
from services.licensing.store.holders import HoldersPage
from shared.contracts.holders import HolderList, ListHolders
from shared.contracts.licensing import (
    LicenseList,
    ListLicenses,
    PersonalLicense,
    ProductSeats,
)
from shared.contracts.message import Command, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Act, act, answer
from shared.postgres.pool import Pool


@queries(filter=carries(ListLicenses))
async def list_licenses(query: Command[ListLicenses], pool: Pool, clock: ServiceClock) -> Verdict:
    if query.owner is None:
        return answer(query.id, refuse(RefusalCode.UNKNOWN_ACCOUNT))
    async with act(pool, clock) as reading:
        organization = await people.find_organization(reading.connection, query.owner)
        refused = rules.may_list(query.owner, organization, query.on_behalf_of)
        if refused is not None:
            return answer(query.id, refused)
        if organization is not None:
            return answer(query.id, await _of_organization(reading, organization, query.data.among))
        return answer(query.id, await _of_account(reading, query.owner))


@queries(filter=carries(ListHolders))
async def list_holders(query: Command[ListHolders], pool: Pool, clock: ServiceClock) -> Verdict:
    if query.owner is None:
        return answer(query.id, refuse(RefusalCode.UNKNOWN_ORGANIZATION))
    async with act(pool, clock) as reading:
        organization = await people.find_organization(reading.connection, query.owner)
        if organization is None:
            return answer(query.id, refuse(RefusalCode.UNKNOWN_ORGANIZATION))
        refused = rules.may_list(query.owner, organization, query.on_behalf_of)
        if refused is not None:
            return answer(query.id, refused)
        page = await holders.holders_page(reading.connection, organization.id, query.data)
    return answer(query.id, _holders(organization, query.data.product, page))


async def _of_organization(
    reading: Act, organization: Organization, among: tuple[UUID, ...] | None
) -> LicenseList:
    held = await holders.holders_among(reading.connection, organization.id, among)
    products = [
        await _seats(reading, organization, product, held.get(product, ()))
        for product in await seating.products_of(reading.connection, organization.id)
    ]
    return LicenseList(owner=organization.id, products=tuple(products))


def _holders(organization: Organization, product: str, page: HoldersPage) -> HolderList:
    ids = page.account_ids
    return HolderList(
        organization_id=organization.id,
        product=product,
        account_ids=ids,
        first=page.first,
        total=page.total,
        after=ids[-1] if ids and page.last < page.total else None,
        before=ids[0] if page.first > 1 else None,
    )


async def _of_account(reading: Act, account_id: UUID) -> LicenseList:
    held = await seating.products_assigned_to(reading.connection, account_id)
    personal = [
        await _personal(reading, license)
        for license in await licenses.licenses_of(reading.connection, account_id)
        if license.is_live(reading.now) and license.organization_id is None
    ]
    seats = (
        ProductSeats(product=product, seats=1, free=0, account_ids=(account_id,))
        for product in held
    )
    return LicenseList(owner=account_id, products=tuple(seats), personal=tuple(personal))


async def _seats(
    reading: Act, organization: Organization, product: str, held: tuple[UUID, ...]
) -> ProductSeats:
    seats = await holders.seats_counted(
        reading.connection, organization.id, product, now=reading.now
    )
    floating = await floors.floating_of(reading.connection, organization.id, product)
    return ProductSeats(
        product=product,
        seats=seats.live,
        free=seats.free,
        account_ids=held,
        in_use=seats.in_use,
        floating=floating.says(),
        expires_at=seats.until,
    )


async def _personal(reading: Act, license: License) -> PersonalLicense:
    holding = await holdings.holding_of(
        reading.connection, license.account_id, license.product, now=reading.now
    )
    return PersonalLicense(
        license_id=license.id,
        product=license.product,
        kind=license.kind,
        seats=license.seats,
        expires_at=license.expires_at,
        usable=is_usable(license, holding, now=reading.now),
    )
