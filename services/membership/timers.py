"""What membership does when time passes: offers run out, removals are asked about again."""

from services.membership.rules import removals as removal_rules
from services.membership.rules import transfers as transfer_rules
from services.membership.rules.transfers import Transfer
from services.membership.store import organizations, removals, transfers
from shared.contracts.copies import MembershipWatermark
from shared.messaging import outbox
from shared.messaging.inbox import act
from shared.service import Running

WATERMARK_SECONDS = 1.0
REMOVALS_SECONDS = 5.0
REMOVALS_AWAITED_MAX = 500
OFFERS_SECONDS = 1.0
OFFERS_EXPIRED_MAX = 500


async def watermark(running: Running) -> None:
    """Say each second until when all is published."""
    while not running.stopping.is_set():
        now = running.clock.now()
        until = await outbox.published_until(running.pool, now)
        said = MembershipWatermark(at=until, recent=running.heads.recent())
        await outbox.announce(running.publisher, said, identifier=running.clock.new_id(), at=now)
        await running.pause(WATERMARK_SECONDS)


async def await_removals(running: Running) -> None:
    """Ask again for what somebody has not confirmed (T1): each open removal, every few seconds."""
    while not running.stopping.is_set():
        now = running.clock.now()
        async with running.pool.acquire() as connection:
            waiting = await removals.open_removals(
                connection,
                begun_before=removal_rules.awaited_before(now),
                limit=REMOVALS_AWAITED_MAX,
            )
        for removal in waiting:
            await outbox.announce(
                running.publisher,
                removal,
                identifier=running.clock.new_id(),
                at=now,
                subject=removal.organization_id,
            )
        await running.pause(REMOVALS_SECONDS)


async def expire_offers(running: Running) -> None:
    """End the offers of an Administrator's place that nobody answered in time (T16)."""
    while not running.stopping.is_set():
        async with running.pool.acquire() as connection:
            overdue = await transfers.overdue_offers(
                connection, now=running.clock.now(), limit=OFFERS_EXPIRED_MAX
            )
        for offer in overdue:
            await _expire(running, offer)
        await running.pause(OFFERS_SECONDS)


async def _expire(running: Running, offer: Transfer) -> None:
    async with act(running.pool, running.clock) as change:
        await organizations.lock_organization(change.connection, offer.organization_id)
        ended = transfer_rules.end(offer, "EXPIRED", now=change.now)
        if await transfers.end_transfer(change.connection, ended):
            await change.say(ended, subject=ended.organization_id)
    running.written.set()
