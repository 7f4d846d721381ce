"""What licensing does when time passes: licenses and leases run out, old verdicts are forgotten."""

from datetime import timedelta

import structlog

from services.licensing.rules.leases import Checkout
from services.licensing.rules.licenses import License
from services.licensing.rules.remembering import oldest_id
from services.licensing.store import (
    arriving,
    checkouts,
    entitlements,
    leases,
    licenses,
    orders,
    people,
    remembering,
)
from services.licensing.store.paying import settle_parked
from shared.contracts.copies import LicensingWatermark
from shared.messaging import outbox
from shared.messaging.inbox import Act, act
from shared.messaging.reach import Reach
from shared.service import Running

SWEEP_SECONDS = 1.0
SWEEP_LICENSES_MAX = 100
SWEEP_LEASES_MAX = 100
WATERMARK_SECONDS = 1.0
PARKED_ORDERS_SECONDS = 0.25
TELL_PARKED_SECONDS = 60.0
FORGET_SECONDS = 60.0
# The door and this read the clock apart, and a clock may be set back: were both to count the same
# days, an id that is forgotten would be young enough to be decided anew.
FORGET_LATER = timedelta(days=1)

log = structlog.get_logger()


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


async def sweep_leases(running: Running) -> None:
    """Close each checkout whose lease lapsed, one transaction each: its seat is free (A12)."""
    while not running.stopping.is_set():
        async with act(running.pool, running.clock) as reading:
            lapsed = await leases.past_their_lease(
                reading.connection, now=reading.now, limit=SWEEP_LEASES_MAX
            )
        for checkout in lapsed:
            async with act(running.pool, running.clock) as sweeping:
                await _sweep(sweeping, checkout)
            running.written.set()
        if len(lapsed) < SWEEP_LEASES_MAX:
            await running.pause(SWEEP_SECONDS)


async def watermark(running: Running) -> None:
    """Say each second until when all is published."""
    while not running.stopping.is_set():
        now = running.clock.now()
        until = await outbox.published_until(running.pool, now)
        said = LicensingWatermark(at=until, recent=running.heads.recent())
        await outbox.announce(running.publisher, said, identifier=running.clock.new_id(), at=now)
        await running.pause(WATERMARK_SECONDS)


async def settle_parked_orders(running: Running) -> None:
    """Decide paid orders that waited, as soon as our copy of memberships covers them (A14)."""
    reach = running.rooms["membership_reach"]
    assert isinstance(reach, Reach)
    while not running.stopping.is_set():
        covered_until = reach.covered_until
        async with act(running.pool, running.clock) as reading:
            covered = await orders.parked_until(reading.connection, covered_until)
        for parked in covered:
            async with act(running.pool, running.clock) as settling:
                await settle_parked(settling, parked, covered_until=covered_until)
            running.written.set()
        await running.pause(PARKED_ORDERS_SECONDS)


async def tell_parked_orders(running: Running) -> None:
    """Say how many orders wait, if any does."""
    while not running.stopping.is_set():
        async with act(running.pool, running.clock) as reading:
            waiting = await orders.count_parked(reading.connection)
        if waiting:
            log.warning("orders_wait", orders=waiting)
        await running.pause(TELL_PARKED_SECONDS)


async def forget_checkouts(running: Running) -> None:
    """Each minute, forget what was asked of checkouts past its time, in short transactions."""
    while not running.stopping.is_set():
        is_more = True
        while is_more and not running.stopping.is_set():
            async with act(running.pool, running.clock) as forgetting:
                is_more = await remembering.forget_checkouts(
                    forgetting.connection, oldest_id(forgetting.now - FORGET_LATER)
                )
        await running.pause(FORGET_SECONDS)


async def _expire(ending: Act, license: License) -> None:
    await people.lock_account(ending.connection, license.account_id)
    concerned = await arriving.expire_license(ending, license)
    await entitlements.retell_all(ending, concerned)


async def _sweep(sweeping: Act, checkout: Checkout) -> None:
    """Unless a heartbeat came while the account's lock was waited for."""
    found = await checkouts.lock_open(sweeping, checkout.id)
    if found is not None and not found.is_held(sweeping.now):
        await checkouts.end(sweeping, found, swept=True)
        await checkouts.retell(sweeping, (found,))


WORKS = (
    expire_licenses,
    sweep_leases,
    settle_parked_orders,
    tell_parked_orders,
    forget_checkouts,
    watermark,
)
