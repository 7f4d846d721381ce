"""Rooms of the portal on a database of their own, and a system that receives."""

from collections.abc import AsyncIterator

import pytest

from deploy.native.stack import Stack
from services.portal.rooms import Rooms
from shared.messaging.ask import asker
from tests.portal.ground import Ground, scratch_ground
from tests.portal.webhooks.receiver import Receiver, receiving


@pytest.fixture(scope="package")
async def own_ground(portal_stack: Stack) -> AsyncIterator[Ground]:
    async with (
        asker(portal_stack.amqp_urls["coffer_portal"]) as asks,
        scratch_ground(portal_stack.database_url, asks) as ground,
    ):
        yield ground


@pytest.fixture
async def ground(own_ground: Ground) -> Ground:
    await own_ground.clear()
    return own_ground


@pytest.fixture
def rooms(ground: Ground) -> Rooms:
    return ground.rooms(webhooks_to_loopback=True)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receives:
        yield receives
