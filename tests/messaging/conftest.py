"""An own database, membership's voice, and an ear for watermarks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.native.stack import Stack
from shared.messaging.publisher import Publisher, publisher
from tests.databases import Database, scratch_database
from tests.listening import Listener, listening_to_facts


@pytest.fixture
async def database(stack: Stack, tmp_path: Path) -> AsyncIterator[Database]:
    """A fresh one for each test, for a relay empties whatever it finds."""
    async with scratch_database(stack.database_url, tmp_path) as pool:
        yield pool


@pytest.fixture(scope="session")
async def speaks(stack: Stack) -> AsyncIterator[Publisher]:
    async with publisher(stack.amqp_urls["coffer_membership"]) as voice:
        yield voice


@pytest.fixture(scope="session")
async def watermarks(stack: Stack) -> AsyncIterator[Listener]:
    async with listening_to_facts(stack.amqp_url, "*.copy.watermark") as listener:
        yield listener
