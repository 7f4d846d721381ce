"""The ledger's engine and the ledger as a process, for the tests of this folder."""

from collections.abc import AsyncIterator

import pytest

from deploy.native.stack import Stack
from shared.messaging.publisher import Publisher, publisher
from tests.doors.credit_ledger.farm import Farm, a_farm
from tests.ledger.fixtures import database, desk, ledger_template, shared_database
from tests.listening import Listener, listening_to_facts
from tests.processes import ServiceProcess, forget_what_was_said, running
from tests.speaking import Portal, Store

__all__ = ["database", "desk", "ledger_template", "shared_database"]


@pytest.fixture(scope="session")
async def credit_ledger(stack: Stack) -> AsyncIterator[ServiceProcess]:
    await forget_what_was_said(stack, "credit_ledger")
    async with running(stack, "credit_ledger") as service:
        yield service


@pytest.fixture(scope="session")
async def membership_voice(stack: Stack) -> AsyncIterator[Publisher]:
    """Says what membership would say, while the service itself does not matter."""
    async with publisher(stack.amqp_urls["coffer_membership"]) as speaks:
        yield speaks


@pytest.fixture(scope="session")
async def credit_facts(stack: Stack) -> AsyncIterator[Listener]:
    async with listening_to_facts(stack.amqp_url, "credit_ledger.#") as listener:
        yield listener


@pytest.fixture
async def farm(
    credit_ledger: ServiceProcess, portal: Portal, store: Store, membership_voice: Publisher
) -> Farm:
    """A fresh organization with 500 credits."""
    farm = a_farm(portal, store, membership_voice)
    await farm.opens()
    return farm
