"""A portal that is killed between two attempts, or within one, goes on where it was."""

from collections.abc import AsyncIterator

import pytest

from deploy.native.stack import Stack
from services.portal.rooms import Rooms
from shared.messaging.ask import asker
from shared.messaging.publisher import publisher
from shared.messaging.topology import FACTS
from shared.postgres.pool import open_pool
from tests.portal.ground import SEALING, Ground
from tests.portal.webhooks.acts import deliveries_of, pool_low, subscribe
from tests.portal.webhooks.receiver import Receiver, status
from tests.processes import ServiceProcess, forget_what_was_said, running
from tests.speaking import outgoing
from tests.waiting import eventually

pytestmark = pytest.mark.faults
SETTINGS = {
    "COFFER_PORTAL_WEBHOOKS_TO_LOOPBACK": "1",
    "COFFER_PORTAL_SEALING_KEYS": SEALING,
}


@pytest.fixture
async def killable(stack: Stack) -> AsyncIterator[ServiceProcess]:
    await forget_what_was_said(stack, "portal")
    async with running(stack, "portal", SETTINGS) as service:
        yield service


@pytest.fixture
async def its_rooms(stack: Stack) -> AsyncIterator[Rooms]:
    """Rooms on the database of the portal that is killed."""
    async with (
        asker(stack.amqp_urls["coffer_portal"]) as asks,
        await open_pool(stack.database_urls["portal"]) as pool,
    ):
        yield Ground(pool, asks).rooms(webhooks_to_loopback=True)


@pytest.mark.parametrize("first_answer", [status(500), None], ids=["between", "within"])
async def test_what_did_not_arrive_before_the_kill_arrives_after_it(
    stack: Stack,
    killable: ServiceProcess,
    its_rooms: Rooms,
    receiver: Receiver,
    first_answer: bytes | None,
) -> None:
    subscribed = await subscribe(its_rooms, receiver)
    fact = pool_low(subscribed.webhook.organization_id)
    receiver.answers.append(first_answer)
    async with publisher(stack.amqp_urls["coffer_credit_ledger"]) as ledger:
        await ledger.publish(outgoing(fact, exchange=FACTS))
        await receiver.hears(1)
        await killable.kill()
        await killable.start()
        await ledger.publish(outgoing(fact, exchange=FACTS))  # a redelivery owes nothing new

    first, second = await receiver.hears(2)

    assert second.verified(subscribed.secret) == first.verified(subscribed.secret) == str(fact.id)
    (delivery,) = await eventually(
        lambda: deliveries_of(its_rooms, subscribed), lambda seen: seen[0].state == "DELIVERED"
    )
    assert delivery.attempts == 2
    assert len(receiver.came) == 2
