"""Membership's voice, for tests in which only licensing runs."""

from collections.abc import AsyncIterator

import pytest

from deploy.native.stack import Stack
from shared.messaging.publisher import publisher
from tests.doors.licensing.voices import Membership


@pytest.fixture(scope="session")
async def says(stack: Stack) -> AsyncIterator[Membership]:
    async with publisher(stack.amqp_urls["coffer_membership"]) as speaks:
        yield Membership(speaks)
