"""What the trail of an organization tells of its webhooks: by whom, when, and no secrets."""

from urllib.parse import urlsplit
from uuid import UUID

from services.portal.rooms import Rooms
from services.portal.store import deeds
from services.portal.store.deeds import Deed
from services.portal.store.webhooks import Webhook
from shared.contracts.audit import Values
from shared.postgres.pool import Connection


async def note(
    rooms: Rooms,
    connection: Connection,
    act: str,
    webhook: Webhook,
    *,
    by: UUID,
    before: Values | None = None,
    after: Values | None = None,
    id: UUID | None = None,
) -> None:
    """Let the organization's trail tell of it."""
    deed = Deed(
        id=id or rooms.wall.new_id(),
        organization_id=webhook.organization_id,
        act=act,
        by=by,
        at=rooms.clock.now(),
        before=before or {},
        after=after or {},
    )
    await deeds.note(connection, deed)


def told(webhook: Webhook) -> Values:
    """What the trail may tell of it: of its address the machine alone, for the rest opens doors."""
    return {"address": urlsplit(webhook.url).hostname, "kinds": len(webhook.kinds)}
