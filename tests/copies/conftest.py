"""A stack of one's own, for what is lost here must be missed by nobody else's tests.

It ends with this folder, for an idle stack takes time from whatever runs beside it.
"""

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.native.stack import Stack, ephemeral_stack
from shared.messaging.ask import asker
from shared.messaging.publisher import publisher
from tests.copies.trio import Services, all_three
from tests.speaking import Portal, Store


@pytest.fixture(scope="package")
def copying_stack() -> Iterator[Stack]:
    with ephemeral_stack(services=False) as stack:
        yield stack


@pytest.fixture(scope="package")
async def services(copying_stack: Stack) -> AsyncIterator[Services]:
    async with all_three(copying_stack) as running:
        yield running


@pytest.fixture(scope="package")
async def people(copying_stack: Stack) -> AsyncIterator[Portal]:
    async with asker(copying_stack.amqp_urls["coffer_portal"]) as asks:
        yield Portal(asks)


@pytest.fixture(scope="package")
async def operator(copying_stack: Stack) -> AsyncIterator[Portal]:
    async with asker(copying_stack.amqp_urls["operator"]) as asks:
        yield Portal(asks)


@pytest.fixture(scope="package")
async def shop(copying_stack: Stack) -> AsyncIterator[Store]:
    async with publisher(copying_stack.amqp_urls["store"]) as speaks:
        yield Store(speaks)
