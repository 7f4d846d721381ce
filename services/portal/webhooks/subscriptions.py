"""What an Administrator does with his organization's webhooks, from the pages and by the API.

Who may is decided where he came in; here an organization has its own and no others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import orjson

from services.portal.rooms import Rooms
from services.portal.sealing import SealedError, sealer_of
from services.portal.store import deliveries, webhooks
from services.portal.store.deliveries import Delivery, NewDelivery
from services.portal.store.webhooks import Webhook
from services.portal.webhooks.addresses import (
    ForbiddenAddressError,
    checked_address,
    read_url,
)
from services.portal.webhooks.kinds import KINDS, TEST
from services.portal.webhooks.noting import change_told, note, told
from services.portal.webhooks.signing import new_secret
from shared.contracts.message import CONTENT_TYPE, SPECVERSION
from shared.postgres.pool import Connection

WEBHOOKS_MAX = 10
FORMER_SECRET_FOR = timedelta(hours=24)
PAGE = 50


class UnknownWebhookError(Exception):
    """The organization has no such webhook or delivery."""


class BadWebhookError(Exception):
    """A field is not what it has to be; it says which, and why."""

    def __init__(self, field: str, message: str) -> None:
        """Carry the field's name and a sentence about it."""
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True)
class Subscribed:
    """A webhook and its secret, which is shown this once."""

    webhook: Webhook
    secret: str


async def list_webhooks(rooms: Rooms, organization_id: UUID) -> tuple[Webhook, ...]:
    async with rooms.pool.acquire() as connection:
        return await webhooks.webhooks_of(connection, organization_id)


async def show_webhook(rooms: Rooms, organization_id: UUID, webhook_id: UUID) -> Webhook:
    """Show one webhook; raises UnknownWebhookError."""
    async with rooms.pool.acquire() as connection, connection.transaction():
        return await _find(connection, organization_id, webhook_id)


async def subscribe(
    rooms: Rooms,
    organization_id: UUID,
    *,
    by: UUID,
    url: str,
    kinds: Sequence[str],
    id: UUID | None = None,
) -> Subscribed:
    """Have facts of some kinds sent to an address; raises BadWebhookError.

    Asked again with the `id` of a form it is the same webhook, with another secret.
    """
    await _check(rooms, url, kinds)
    webhook = Webhook(
        id=id or rooms.clock.new_id(),
        organization_id=organization_id,
        created_by=by,
        created_at=rooms.clock.now(),
        url=url,
        kinds=tuple(dict.fromkeys(kinds)),
        state="ACTIVE",
        state_reason=None,
        failing_since=None,
        tried_at=None,
    )
    secret = new_secret()
    async with rooms.pool.acquire() as connection, connection.transaction():
        await webhooks.lock_webhooks_of(connection, organization_id)
        held = await webhooks.webhooks_of(connection, organization_id)
        if webhook.id in {one.id for one in held}:
            await _sign_anew(rooms, connection, webhook.id, secret, form=None)
            return Subscribed(webhook, secret)
        if len(held) >= WEBHOOKS_MAX:
            raise BadWebhookError("url", f"an organization has {WEBHOOKS_MAX} webhooks at most")
        await webhooks.add_webhook(connection, webhook, _sealed(rooms, secret))
        await note(rooms, connection, "make_webhook", webhook, by=by, after=told(webhook))
    return Subscribed(webhook, secret)


async def change(
    rooms: Rooms,
    organization_id: UUID,
    webhook_id: UUID,
    *,
    by: UUID,
    url: str,
    kinds: Sequence[str],
) -> Webhook:
    """Send to another address, or other kinds, from now on."""
    await show_webhook(rooms, organization_id, webhook_id)
    await _check(rooms, url, kinds)
    wanted = tuple(dict.fromkeys(kinds))
    async with rooms.pool.acquire() as connection, connection.transaction():
        webhook = await _find(connection, organization_id, webhook_id)
        await webhooks.change_webhook(connection, webhook_id, url=url, kinds=wanted)
        changed = replace(webhook, url=url, kinds=wanted)
        before, after = change_told(webhook, changed)
        await note(rooms, connection, "change_webhook", webhook, by=by, before=before, after=after)
    return changed


async def rotate(
    rooms: Rooms, organization_id: UUID, webhook_id: UUID, *, by: UUID, form: UUID | None = None
) -> Subscribed:
    """Sign with a new secret, shown this once, and for a day with the former one as well.

    Asked again with the id of a `form` the former one stays what it was before the form.
    """
    secret = new_secret()
    async with rooms.pool.acquire() as connection, connection.transaction():
        webhook = await _find(connection, organization_id, webhook_id)
        await _sign_anew(rooms, connection, webhook_id, secret, form=form)
        after = {"address": told(webhook)["address"]}
        await note(rooms, connection, "rotate_secret", webhook, by=by, after=after, id=form)
    return Subscribed(webhook, secret)


async def disable(rooms: Rooms, organization_id: UUID, webhook_id: UUID, *, by: UUID) -> None:
    """Send nothing until it is enabled again; what happens meanwhile is not kept."""
    async with rooms.pool.acquire() as connection, connection.transaction():
        webhook = await _find(connection, organization_id, webhook_id)
        if await webhooks.disable_webhook(connection, webhook_id, "by_hand"):
            after = {"address": told(webhook)["address"]}
            await note(rooms, connection, "disable_webhook", webhook, by=by, after=after)
            await deliveries.stop_deliveries(connection, webhook_id, "the webhook was disabled")


async def enable(rooms: Rooms, organization_id: UUID, webhook_id: UUID, *, by: UUID) -> int:
    """Send again, first what did not get through before; tells how much that is."""
    async with rooms.pool.acquire() as connection, connection.transaction():
        webhook = await _find(connection, organization_id, webhook_id)
        await webhooks.enable_webhook(connection, webhook_id)
        if not webhook.is_active:
            after = {"address": told(webhook)["address"]}
            await note(rooms, connection, "enable_webhook", webhook, by=by, after=after)
        again = await deliveries.send_failed_again(connection, webhook_id, rooms.clock.now())
    rooms.running.written.set()
    return again


async def remove(rooms: Rooms, organization_id: UUID, webhook_id: UUID, *, by: UUID) -> None:
    """Forget a webhook, its secret and what was sent to it."""
    async with rooms.pool.acquire() as connection, connection.transaction():
        webhook = await _find(connection, organization_id, webhook_id)
        await webhooks.remove_webhook(connection, webhook_id)
        await note(rooms, connection, "remove_webhook", webhook, by=by, before=told(webhook))


async def list_deliveries(
    rooms: Rooms,
    organization_id: UUID,
    webhook_id: UUID,
    *,
    before: UUID | None = None,
    limit: int = PAGE,
) -> tuple[Delivery, ...]:
    """What was sent to an address within the last 30 days, newest first."""
    async with rooms.pool.acquire() as connection, connection.transaction():
        await _find(connection, organization_id, webhook_id)
        return await deliveries.deliveries_to(connection, webhook_id, before=before, limit=limit)


async def redeliver(
    rooms: Rooms, organization_id: UUID, webhook_id: UUID, delivery_id: UUID
) -> None:
    """Send a delivery again now, whatever became of it; its id stays, so that it counts once."""
    async with rooms.pool.acquire() as connection, connection.transaction():
        webhook = await _find(connection, organization_id, webhook_id)
        _must_be_active(webhook)
        now = rooms.clock.now()
        if not await deliveries.send_again(connection, webhook_id, delivery_id, now):
            raise UnknownWebhookError
    rooms.running.written.set()


async def try_out(rooms: Rooms, organization_id: UUID, webhook_id: UUID) -> UUID:
    """Send something that is no fact, to see whether it arrives; tells the delivery's id."""
    async with rooms.pool.acquire() as connection, connection.transaction():
        webhook = await _find(connection, organization_id, webhook_id)
        _must_be_active(webhook)
        test = _a_test(rooms, organization_id, webhook_id)
        await deliveries.add_deliveries(connection, [test], rooms.clock.now())
    rooms.running.written.set()
    return test.id


def _a_test(rooms: Rooms, organization_id: UUID, webhook_id: UUID) -> NewDelivery:
    event_id = rooms.clock.new_id()
    event = {
        "specversion": SPECVERSION,
        "id": str(event_id),
        "source": "/coffer/portal",
        "type": TEST,
        "subject": str(organization_id),
        "time": rooms.clock.now().isoformat().replace("+00:00", "Z"),
        "datacontenttype": CONTENT_TYPE,
        "data": {"organization_id": str(organization_id), "webhook_id": str(webhook_id)},
    }
    body = orjson.dumps(event).decode()
    return NewDelivery(rooms.clock.new_id(), webhook_id, event_id, TEST, body)


def _must_be_active(webhook: Webhook) -> None:
    if not webhook.is_active:
        raise BadWebhookError("state", "the webhook is disabled; enable it first")


async def _find(connection: Connection, organization_id: UUID, webhook_id: UUID) -> Webhook:
    webhook = await webhooks.find_webhook(connection, organization_id, webhook_id)
    if webhook is None:
        raise UnknownWebhookError
    return webhook


async def _sign_anew(
    rooms: Rooms, connection: Connection, webhook_id: UUID, secret: str, *, form: UUID | None
) -> None:
    until = rooms.clock.now() + FORMER_SECRET_FOR
    sealed = _sealed(rooms, secret)
    await webhooks.rotate_secret(connection, webhook_id, sealed, former_until=until, form=form)


def _sealed(rooms: Rooms, secret: str) -> str:
    """Seal a secret; without a passphrase there is no way to keep one, and no webhook."""
    try:
        return sealer_of(rooms.settings).seal(secret)
    except SealedError as error:
        raise BadWebhookError("url", "this portal is not set up to keep secrets yet") from error


async def _check(rooms: Rooms, url: str, kinds: Sequence[str]) -> None:
    """See that an address may be sent to today, and that the kinds are some that there are.

    It is held against its rules again at each attempt; here a person can still mend it.
    """
    to_loopback = rooms.settings.webhooks_to_loopback
    try:
        place = read_url(url, to_loopback=to_loopback)
        await checked_address(place, to_loopback=to_loopback)
    except ForbiddenAddressError as error:
        raise BadWebhookError("url", str(error)) from error
    except OSError as error:
        raise BadWebhookError("url", "no machine answers to this name") from error
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown or not kinds:
        told = f"{unknown[0][:100]} is no kind" if unknown else "choose one kind at least"
        raise BadWebhookError("kinds", told)
