"""A hub in rooms of its own, which asks the real services."""

from collections.abc import AsyncIterator

import pytest

from deploy.native.stack import Stack
from services.portal.rooms import Rooms
from shared.messaging.ask import asker
from tests.portal.ground import scratch_ground


@pytest.fixture
async def rooms(portal_stack: Stack) -> AsyncIterator[Rooms]:
    async with (
        asker(portal_stack.amqp_urls["coffer_portal"]) as asks,
        scratch_ground(portal_stack.database_url, asks) as ground,
    ):
        yield ground.rooms()
