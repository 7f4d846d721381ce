"""What licensing is asked to show: the seats of an organization, the licenses of a person."""

from uuid import UUID

from faststream.rabbit import RabbitRouter

from services.licensing import rules
from services.licensing.store import licenses, people, seating
from shared.contracts.licensing import LicenseList, ListLicenses, PersonalLicense, ProductSeats
from shared.contracts.message import Command, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging import topology
from shared.messaging.doors import ServiceClock, carries, open_queue
from shared.messaging.inbox import Act, act, answer
from shared.postgres.pool import Pool

router = RabbitRouter()
queries = open_queue(router, topology.queries_of(topology.LICENSING))


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
            return answer(query.id, await _of_organization(reading, organization))
        return answer(query.id, await _of_account(reading, query.owner))


async def _of_organization(reading: Act, organization: rules.Organization) -> LicenseList:
    products = [
        await _seats(reading, organization, product)
        for product in await seating.products_of(reading.connection, organization.id)
    ]
    return LicenseList(owner=organization.id, products=tuple(products))


async def _of_account(reading: Act, account_id: UUID) -> LicenseList:
    administers = await people.find_organization_of(reading.connection, account_id)
    held = await seating.products_assigned_to(reading.connection, account_id)
    personal = [
        _personal(license)
        for license in await licenses.licenses_of(reading.connection, account_id)
        if license.is_live(reading.now) and not rules.is_organizational(license, administers)
    ]
    seats = (
        ProductSeats(product=product, seats=1, free=0, account_ids=(account_id,))
        for product in held
    )
    return LicenseList(owner=account_id, products=tuple(seats), personal=tuple(personal))


async def _seats(reading: Act, organization: rules.Organization, product: str) -> ProductSeats:
    seats = await seating.read_seats(reading.connection, organization, product, now=reading.now)
    return ProductSeats(
        product=product,
        seats=seats.live,
        free=max(0, seats.live - len(seats.assignments)),
        account_ids=tuple(one.account_id for one in seats.assignments),
    )


def _personal(license: rules.License) -> PersonalLicense:
    return PersonalLicense(
        license_id=license.id,
        product=license.product,
        kind=license.kind,
        seats=license.seats,
        expires_at=license.expires_at,
    )
