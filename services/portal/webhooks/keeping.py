"""Keeps the secrets of webhooks sealed with the newest passphrase, whichever sealed them before."""

from collections.abc import Iterable

import structlog

from services.portal.rooms import Rooms, rooms_of
from services.portal.sealing import SealedError, Sealer, sealer_of
from services.portal.store import webhooks
from services.portal.store.webhooks import Kept
from shared.service import Running

AT_ONCE = 100

log = structlog.get_logger()


def opened(sealer: Sealer, kept: Iterable[str]) -> tuple[str, ...]:
    """The secrets that can be read, in their order."""
    return tuple(secret for one in kept if (secret := _opened(sealer, one)) is not None)


async def seal_anew(running: Running) -> None:
    """Seal every secret with the newest passphrase once after each start; a work of the portal."""
    sealed = await seal_all_anew(rooms_of(running))
    log.info("secrets_sealed", count=sealed)


async def seal_all_anew(rooms: Rooms) -> int:
    """Seal anew what an older passphrase sealed, or none; tells how many there were."""
    sealer = sealer_of(rooms.settings)
    if not sealer.keys:
        return 0
    count, after = 0, None
    while True:
        async with rooms.pool.acquire() as connection, connection.transaction():
            page = await webhooks.lock_secrets(connection, after=after, limit=AT_ONCE)
            for one in page:
                new = _anew(sealer, one)
                if new is not None:
                    await webhooks.keep_secrets(connection, new)
                    count += 1
        if len(page) < AT_ONCE:
            return count
        after = page[-1].id


def _anew(sealer: Sealer, kept: Kept) -> Kept | None:
    """The same secrets under the newest key; None where they are already, or cannot be read."""
    told = [one for one in (kept.secret, kept.former) if one is not None]
    if all(map(sealer.is_newest, told)):
        return None
    try:
        secret = sealer.seal(sealer.open(kept.secret))
        former = None if kept.former is None else sealer.seal(sealer.open(kept.former))
    except SealedError:
        log.warning("secret_unread", webhook=str(kept.id))
        return None
    return Kept(kept.id, secret, former)


def _opened(sealer: Sealer, kept: str) -> str | None:
    try:
        return sealer.open(kept)
    except SealedError:
        return None
