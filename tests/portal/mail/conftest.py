"""Letters are written in rooms of their own, addressed by the real membership."""

from collections.abc import AsyncIterator

import pytest

from deploy.native.stack import Stack
from services.portal.rooms import Rooms
from shared.messaging.ask import asker
from tests.portal.ground import Ground, scratch_ground
from tests.portal.mail.acts import House, rooms_with
from tests.portal.mail.mailbox import Mailbox, receiving_mail
from tests.speaking import Portal


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


@pytest.fixture(scope="package")
async def house(portal_stack: Stack, own_ground: Ground) -> AsyncIterator[House]:
    """Where people and organizations come from."""
    async with asker(portal_stack.amqp_urls["operator"]) as asks:
        yield House(Portal(own_ground.asks), Portal(asks))


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with receiving_mail() as receives:
        yield receives


@pytest.fixture
def rooms(ground: Ground, mailbox: Mailbox) -> Rooms:
    return rooms_with(ground, mailbox)
