"""The whole stack: every service as a process, on a broker and a database of its own."""

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.native.stack import Stack, ephemeral_stack
from shared.client.courier import Courier, courier
from shared.messaging.ask import asker
from shared.messaging.publisher import publisher
from tests.speaking import Portal, Store
from tests.system.company import Voices


@pytest.fixture(scope="package")
def whole_stack() -> Iterator[Stack]:
    with ephemeral_stack(workers=2) as stack:
        yield stack


@pytest.fixture(scope="package")
async def node(whole_stack: Stack) -> AsyncIterator[Courier]:
    """What render nodes may do, and no more: the broker sees to it."""
    async with courier(whole_stack.amqp_urls["node"]) as carries:
        yield carries


@pytest.fixture(scope="package")
async def voices(whole_stack: Stack, node: Courier) -> AsyncIterator[Voices]:
    async with (
        asker(whole_stack.amqp_urls["coffer_portal"]) as asks,
        publisher(whole_stack.amqp_urls["store"]) as speaks,
    ):
        yield Voices(Portal(asks), Store(speaks), node)
