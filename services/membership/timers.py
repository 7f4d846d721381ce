"""What membership does when time passes: it says how fresh a copy of it can be."""

from shared.contracts.membership import MembershipWatermark
from shared.messaging import outbox
from shared.service import Running

WATERMARK_SECONDS = 1.0


async def watermark(running: Running) -> None:
    """Say that all is published, each second that it is."""
    while not running.stopping.is_set():
        now = running.clock.now()
        if await outbox.is_published(running.pool):
            said = MembershipWatermark(at=now)
            await outbox.announce(
                running.publisher, said, identifier=running.clock.new_id(), at=now
            )
        await running.pause(WATERMARK_SECONDS)
