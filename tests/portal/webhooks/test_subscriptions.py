"""What an Administrator does with webhooks: subscribes, tries out, sends again, signs anew."""

from datetime import timedelta
from typing import Any

import pytest

from services.portal.rooms import Rooms
from services.portal.store import webhooks
from services.portal.webhooks import subscriptions
from services.portal.webhooks.kinds import KINDS, TEST
from services.portal.webhooks.subscriptions import BadWebhookError, UnknownWebhookError
from tests.builders import an_id
from tests.portal.ground import Ground
from tests.portal.webhooks.acts import (
    LOW,
    deliver_due,
    deliveries_of,
    hear,
    pool_low,
    state_of,
    subscribe,
)
from tests.portal.webhooks.receiver import Receiver, status

BY = an_id()


async def test_once_enabled_again_it_gets_what_did_not_get_through(
    rooms: Rooms, receiver: Receiver
) -> None:
    subscribed = await subscribe(rooms, receiver)
    webhook = subscribed.webhook
    receiver.answers.append(status(410))
    await hear(rooms, pool_low(webhook.organization_id))
    await deliver_due(rooms)

    again = await subscriptions.enable(rooms, webhook.organization_id, webhook.id, by=BY)
    await deliver_due(rooms)

    assert again == 1
    assert [one.state for one in await deliveries_of(rooms, subscribed)] == ["DELIVERED"]


async def test_a_delivery_is_sent_again_by_hand_under_the_same_id(
    rooms: Rooms, receiver: Receiver
) -> None:
    subscribed = await subscribe(rooms, receiver)
    webhook = subscribed.webhook
    await hear(rooms, pool_low(webhook.organization_id))
    await deliver_due(rooms)
    (delivery,) = await deliveries_of(rooms, subscribed)

    await subscriptions.redeliver(rooms, webhook.organization_id, webhook.id, delivery.id)
    await deliver_due(rooms)

    first, second = receiver.came
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


async def test_a_new_secret_signs_at_once_and_the_former_one_for_a_day_more(
    rooms: Rooms, receiver: Receiver, ground: Ground
) -> None:
    former = await subscribe(rooms, receiver)
    webhook = former.webhook
    new = await subscriptions.rotate(rooms, webhook.organization_id, webhook.id, by=BY)

    await hear(rooms, pool_low(webhook.organization_id))
    await deliver_due(rooms)
    ground.pass_time(timedelta(hours=25))
    await hear(rooms, pool_low(webhook.organization_id))
    await deliver_due(rooms)

    within, after = receiver.came
    assert within.verified(former.secret) == within.verified(new.secret)
    assert after.verified(new.secret)
    assert len(after.headers["webhook-signature"].split(" ")) == 1


async def test_a_form_sent_twice_leaves_the_receiver_the_secret_it_has(
    rooms: Rooms, receiver: Receiver
) -> None:
    former = await subscribe(rooms, receiver)
    webhook = former.webhook
    form = rooms.clock.new_id()
    for _ in range(2):
        new = await subscriptions.rotate(
            rooms, webhook.organization_id, webhook.id, by=BY, form=form
        )

    await hear(rooms, pool_low(webhook.organization_id))
    await deliver_due(rooms)

    (came,) = receiver.came
    assert came.verified(former.secret) == came.verified(new.secret)


async def test_a_webhook_can_be_tried_out(rooms: Rooms, receiver: Receiver) -> None:
    subscribed = await subscribe(rooms, receiver)
    webhook = subscribed.webhook

    await subscriptions.try_out(rooms, webhook.organization_id, webhook.id)
    await deliver_due(rooms)

    (came,) = receiver.came
    assert came.verified(subscribed.secret)
    assert f'"{TEST}"' in came.body


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": "http://10.0.0.1/"}, "url"),
        ({"url": "https://169.254.169.254/latest/meta-data/"}, "url"),
        ({"url": "ftp://larkspur.example/"}, "url"),
        ({"url": "https://no-such-name.invalid/"}, "url"),
        ({"kinds": ()}, "kinds"),
        ({"kinds": ("coffer.store.order.paid.v1",)}, "kinds"),
    ],
)
async def test_a_bad_subscription_names_its_field(
    rooms: Rooms, receiver: Receiver, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadWebhookError) as caught:
        await subscribe(rooms, receiver, **changes)

    assert caught.value.field == field


async def test_without_the_demonstrations_setting_loopback_is_forbidden(
    ground: Ground, receiver: Receiver
) -> None:
    strict = ground.rooms(webhooks_to_loopback=False)

    for url in (receiver.url(), receiver.url().replace("http", "https")):
        with pytest.raises(BadWebhookError):
            await subscribe(strict, receiver, url=url)


async def test_an_organization_has_ten_webhooks_at_most_and_one_for_each_form(
    rooms: Rooms, receiver: Receiver
) -> None:
    organization, form = an_id(), an_id()
    for _ in range(3):
        await subscribe(rooms, receiver, organization_id=organization, id=form)
    for _ in range(9):
        await subscribe(rooms, receiver, organization_id=organization, kinds=KINDS)

    with pytest.raises(BadWebhookError):
        await subscribe(rooms, receiver, organization_id=organization)

    assert len(await subscriptions.list_webhooks(rooms, organization)) == 10


async def test_what_another_organization_has_does_not_exist(
    rooms: Rooms, receiver: Receiver
) -> None:
    subscribed = await subscribe(rooms, receiver)
    await hear(rooms, pool_low(subscribed.webhook.organization_id))
    (delivery,) = await deliveries_of(rooms, subscribed)
    other, id_ = an_id(), subscribed.webhook.id
    acts = (
        subscriptions.show_webhook(rooms, other, id_),
        subscriptions.change(rooms, other, id_, by=BY, url=receiver.url(), kinds=(LOW,)),
        subscriptions.rotate(rooms, other, id_, by=BY),
        subscriptions.disable(rooms, other, id_, by=BY),
        subscriptions.enable(rooms, other, id_, by=BY),
        subscriptions.remove(rooms, other, id_, by=BY),
        subscriptions.list_deliveries(rooms, other, id_),
        subscriptions.redeliver(rooms, other, id_, delivery.id),
        subscriptions.try_out(rooms, other, id_),
    )

    for act in acts:
        with pytest.raises(UnknownWebhookError):
            await act

    assert await subscriptions.list_webhooks(rooms, other) == ()
    assert await state_of(rooms, subscribed) == ("ACTIVE", None)


async def test_a_removed_webhook_and_its_secret_are_gone(rooms: Rooms, receiver: Receiver) -> None:
    subscribed = await subscribe(rooms, receiver)
    webhook = subscribed.webhook
    await hear(rooms, pool_low(webhook.organization_id))

    await subscriptions.remove(rooms, webhook.organization_id, webhook.id, by=BY)

    assert await deliver_due(rooms) == 0
    async with rooms.pool.acquire() as connection:
        assert await webhooks.webhooks_of(connection, webhook.organization_id) == ()
