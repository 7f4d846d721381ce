"""A store is told 2xx only once the broker has its event; until then it sends it again."""

from dataclasses import replace
from datetime import UTC, datetime

import aio_pika
import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from deploy.native.stack import Stack
from services.portal.rooms import Rooms
from services.portal.webhooks import incoming
from services.portal.webhooks.orders import event_id_of
from services.portal.webhooks.signing import signed
from shared.messaging import publisher as publishing
from shared.messaging.topology import STORE as STORE_EXCHANGE
from tests.builders import an_id
from tests.listening import Listener
from tests.portal.ground import Ground
from tests.rules.portal.stores import KEY, STORE, an_event, an_order


def site_of(rooms: Rooms) -> httpx.AsyncClient:
    site = Starlette(routes=incoming.routes)
    site.state.rooms = rooms
    return httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://portal")


async def tell(rooms: Rooms, body: bytes) -> httpx.Response:
    headers = signed("msg_1", body.decode(), (KEY,), at=datetime.now(UTC))
    async with site_of(rooms) as client:
        return await client.post(f"/webhooks/store/{STORE}", content=body, headers=headers)


async def test_without_the_brokers_word_nothing_is_taken_and_the_same_event_goes_later(
    ground: Ground, portal_stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "PUBLISH_SECONDS", 0.3)
    rooms = ground.rooms(webhook_secrets={STORE: SecretStr(KEY)})
    body = an_event("order.paid", an_order(an_id()))
    heard = Listener()
    async with await aio_pika.connect(portal_stack.amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(STORE_EXCHANGE, "store.#")
        await queue.consume(heard.take, no_ack=True)

        async with publishing.publisher(portal_stack.amqp_urls["coffer_portal"]) as lost:
            pass
        unconfirmed = await tell(replace(rooms, publisher=lost), body)
        heard_before = len(heard.messages)
        confirmed = await tell(rooms, body)
        again = await tell(rooms, body)
        event_id = event_id_of(STORE, "msg_1")
        await heard.find(lambda message: message.message_id == str(event_id))

    assert (unconfirmed.status_code, heard_before) == (503, 0)
    assert "retry-after" in unconfirmed.headers
    assert (confirmed.status_code, confirmed.json()["repeated"]) == (200, False)
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    assert [message.message_id for message in heard.messages] == [str(event_id)]
