"""What licensing does when time passes: licenses run out, and copies learn how fresh they are."""

from services.licensing import rules
from services.licensing.store import licenses, people, seating
from shared.contracts.licensing import LicenseExpired, LicensingWatermark
from shared.messaging import outbox
from shared.messaging.inbox import Act, act
from shared.service import Running

SWEEP_SECONDS = 1.0
SWEEP_LICENSES_MAX = 100
WATERMARK_SECONDS = 1.0


async def expire_licenses(running: Running) -> None:
    """End each license past its date, one transaction each, so that it is an event as well."""
    while not running.stopping.is_set():
        async with act(running.pool, running.clock) as reading:
            due = await licenses.licenses_past_their_date(
                reading.connection, now=reading.now, limit=SWEEP_LICENSES_MAX
            )
        for license in due:
            async with act(running.pool, running.clock) as ending:
                await _expire(ending, license)
            running.written.set()
        await running.pause(SWEEP_SECONDS)


async def watermark(running: Running) -> None:
    """Say that all is published, each second that it is."""
    while not running.stopping.is_set():
        now = running.clock.now()
        if await outbox.is_published(running.pool):
            said = LicensingWatermark(at=now)
            await outbox.announce(
                running.publisher, said, identifier=running.clock.new_id(), at=now
            )
        await running.pause(WATERMARK_SECONDS)


async def _expire(ending: Act, license: rules.License) -> None:
    await people.lock_account(ending.connection, license.account_id)
    if not await licenses.expire_license(ending.connection, license.id):
        return
    await ending.say(_expired(license, ending), subject=license.account_id)
    organization = await people.find_organization_of(ending.connection, license.account_id)
    if organization is not None and rules.is_organizational(license, organization):
        await _end_seats(ending, organization, license)


async def _end_seats(ending: Act, organization: rules.Organization, license: rules.License) -> None:
    """First the surplus of assignments goes, then the seats they sat on (T9)."""
    seats = await seating.lock_seats(
        ending.connection, organization, license.product, now=ending.now
    )
    for held in rules.seats_lost(seats):
        lost = rules.revoked(seats, held, reason="expired", now=ending.now)
        await seating.take_back(ending, seats, lost)
    await seating.remove_seats(
        ending.connection, organization.id, license.product, seats=license.seats
    )


def _expired(license: rules.License, ending: Act) -> LicenseExpired:
    return LicenseExpired(
        license_id=license.id,
        account_id=license.account_id,
        product=license.product,
        kind=license.kind,
        seats=license.seats,
        expired_at=ending.now,
    )
