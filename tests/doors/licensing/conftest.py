"""Membership's voice, for tests in which only licensing runs."""

from asyncio import create_task
from collections.abc import AsyncIterator

import pytest

from deploy.native.stack import Stack
from shared.messaging.ask import asker
from shared.messaging.publisher import publisher
from tests.databases import Database
from tests.doors.licensing.studio import Ground
from tests.doors.licensing.voices import Membership
from tests.listening import Listener, listening_to_facts
from tests.processes import ServiceProcess
from tests.speaking import Portal, Store


@pytest.fixture(scope="session")
async def says(stack: Stack) -> AsyncIterator[Membership]:
    async with publisher(stack.amqp_urls["coffer_membership"]) as speaks:
        voice = Membership(speaks)
        watermarks = create_task(voice.keeps_saying_that_all_is_said())
        yield voice
        watermarks.cancel()


@pytest.fixture(scope="session")
async def ground(
    licensing: ServiceProcess,
    licensing_pool: Database,
    portal: Portal,
    says: Membership,
    store: Store,
) -> Ground:
    return Ground(portal, says, store, licensing_pool)


@pytest.fixture(scope="session")
async def heard(stack: Stack) -> AsyncIterator[Listener]:
    """What licensing says of checkouts, floating seats and rights."""
    kinds = ("checkout", "floating", "entitlement")
    keys = (f"licensing.{kind}.*" for kind in kinds)
    async with listening_to_facts(stack.amqp_url, *keys) as listener:
        yield listener


@pytest.fixture(scope="session")
async def told(stack: Stack) -> AsyncIterator[Listener]:
    """Everything that licensing says, but checkouts and how fresh it is."""
    kinds = ("act", "entitlement", "license", "order", "seat", "seats", "trial")
    keys = (f"licensing.{kind}.*" for kind in kinds)
    async with listening_to_facts(stack.amqp_url, *keys) as listener:
        yield listener


@pytest.fixture(scope="session")
async def operator(stack: Stack) -> AsyncIterator[Portal]:
    """Asks as the vendor's staff does."""
    async with asker(stack.amqp_urls["operator"]) as asks:
        yield Portal(asks)
