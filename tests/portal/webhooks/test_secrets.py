"""Secrets of webhooks lie sealed, follow the passphrase, and stop nothing when they are lost."""

import pytest
from pydantic import SecretStr

from services.portal.webhooks import keeping, subscriptions
from services.portal.webhooks.subscriptions import BadWebhookError
from tests.builders import an_id
from tests.portal.ground import SEALING, Ground
from tests.portal.webhooks.acts import deliver_due, deliveries_of, hear, pool_low, subscribe
from tests.portal.webhooks.receiver import Receiver

BY = an_id()

NEWER = "what-seals-secrets-from-now-on-here"


async def test_no_secret_lies_open_in_the_database(ground: Ground, receiver: Receiver) -> None:
    rooms = ground.rooms(webhooks_to_loopback=True)
    first = await subscribe(rooms, receiver)
    webhook = first.webhook
    second = await subscriptions.rotate(rooms, webhook.organization_id, webhook.id, by=BY)

    row = repr(dict(await ground.pool.fetchrow("SELECT * FROM webhook") or {}))

    assert first.secret.removeprefix("whsec_") not in row
    assert second.secret.removeprefix("whsec_") not in row


async def test_a_start_seals_with_the_newest_passphrase_what_was_sealed_otherwise(
    ground: Ground, receiver: Receiver
) -> None:
    former = ground.rooms(webhooks_to_loopback=True)
    sealed, opened = [
        await subscribe(former, receiver, url=receiver.url(path=path)) for path in ("/a", "/b")
    ]
    await ground.pool.execute(
        "UPDATE webhook SET secret = $1 WHERE id = $2", opened.secret, opened.webhook.id
    )
    both = ground.rooms(webhooks_to_loopback=True, sealing_keys=SecretStr(f"{NEWER} {SEALING}"))

    counts = [await keeping.seal_all_anew(both) for _ in range(2)]

    newer = ground.rooms(webhooks_to_loopback=True, sealing_keys=SecretStr(NEWER))
    for one in (sealed, opened):
        await hear(newer, pool_low(one.webhook.organization_id))
    await deliver_due(newer)
    came = {one.head.split()[1]: one for one in receiver.came}
    assert counts == [2, 0]
    assert came["/a"].verified(sealed.secret)
    assert came["/b"].verified(opened.secret)


async def test_a_secret_whose_passphrase_is_lost_says_so_until_a_new_one_is_made(
    ground: Ground, receiver: Receiver
) -> None:
    subscribed = await subscribe(ground.rooms(webhooks_to_loopback=True), receiver)
    webhook = subscribed.webhook
    newer = ground.rooms(webhooks_to_loopback=True, sealing_keys=SecretStr(NEWER))
    await hear(newer, pool_low(webhook.organization_id))

    await deliver_due(newer)
    (waiting,) = await deliveries_of(newer, subscribed)
    new = await subscriptions.rotate(newer, webhook.organization_id, webhook.id, by=BY)
    await subscriptions.redeliver(newer, webhook.organization_id, webhook.id, waiting.id)
    await deliver_due(newer)

    assert (waiting.state, waiting.trouble) == (
        "WAITING",
        "its secret cannot be read here; make a new one",
    )
    (came,) = receiver.came
    assert came.verified(new.secret)


async def test_a_portal_without_a_passphrase_takes_no_webhook(
    ground: Ground, receiver: Receiver
) -> None:
    bare = ground.rooms(webhooks_to_loopback=True, sealing_keys=SecretStr(""))

    with pytest.raises(BadWebhookError, match="keep secrets"):
        await subscribe(bare, receiver)

    assert await ground.pool.fetchval("SELECT count(*) FROM webhook") == 0
