"""What the trail of an organization tells of its webhooks: by whom, when, and no secrets."""

from collections.abc import Iterable
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import JsonValue

from services.portal.rooms import Rooms
from services.portal.store import deeds
from services.portal.store.deeds import Deed
from services.portal.store.webhooks import Webhook
from services.portal.webhooks.kinds import KINDS
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
    is_all = set(webhook.kinds) == set(KINDS)
    return {"address": _machine(webhook), "kinds": "all" if is_all else _words(webhook.kinds)}


def change_told(was: Webhook, became: Webhook) -> tuple[Values, Values]:
    """What of it changed, before and after: the kinds by name, of its address that it did."""
    machine = _machine(became)
    is_elsewhere = was.url != became.url and _machine(was) == machine
    return {"address": _machine(was)}, {
        "address": f"{machine} (address changed)" if is_elsewhere else machine,
        "kinds_added": _words([kind for kind in became.kinds if kind not in was.kinds]),
        "kinds_removed": _words([kind for kind in was.kinds if kind not in became.kinds]),
    }


def _machine(webhook: Webhook) -> str | None:
    return urlsplit(webhook.url).hostname


def _words(kinds: Iterable[str]) -> list[JsonValue]:
    """Kinds as they are called, without what all have in common."""
    return [kind.removeprefix("coffer.").removesuffix(".v1") for kind in kinds]
