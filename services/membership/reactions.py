"""What membership does when licensing speaks: organizations appear, lapse and wake."""

from faststream.rabbit import RabbitRouter

from services.membership import rules, store
from shared.contracts.licensing import LicenseActivated, LicenseExpired
from shared.contracts.message import Fact, FactData
from shared.messaging import topology
from shared.messaging.doors import ServiceClock, open_queue
from shared.messaging.inbox import Act, hear
from shared.postgres.pool import Pool

router = RabbitRouter()
facts = open_queue(router, topology.facts_of(topology.MEMBERSHIP))


@facts
async def hear_facts(fact: Fact[FactData], pool: Pool, clock: ServiceClock) -> None:
    async with hear(pool, fact, clock) as heard:
        for due in heard.due:
            await _apply(heard, due.data)


async def _apply(act: Act, data: FactData) -> None:
    match data:
        case LicenseActivated():
            await license_activated(act, data)
        case LicenseExpired():
            await license_expired(act, data)
        case _:
            return  # Heard all the same: a fact that was skipped would hold up those after it.


async def license_activated(act: Act, license: LicenseActivated) -> None:
    """Remember the license; the organization appears with it, or later with the account (R3)."""
    await store.lock_account(act.connection, license.account_id)
    await store.save_license(act.connection, license)
    await store.activate_if_due(act, license.account_id)


async def license_expired(act: Act, license: LicenseExpired) -> None:
    """The organization lapses with its last commercial license; nobody leaves (T9)."""
    await store.lock_account(act.connection, license.account_id)
    await store.expire_license(act.connection, license.license_id)
    standing = await store.standing_of(act.connection, license.account_id)
    lapsed = rules.lapse(standing, now=act.now)
    if lapsed is not None:
        await store.save_lapse(act.connection, lapsed)
        await act.say(lapsed, subject=lapsed.organization_id)
