"""A fresh organization, what membership says of it, and the voices that it listens to."""

from collections.abc import AsyncIterator
from random import Random

import pytest

from deploy.native.stack import Stack
from shared.messaging.ask import asker
from shared.messaging.publisher import Publisher, publisher
from tests.builders import an_id
from tests.databases import Database
from tests.doors.membership.larkspur import Larkspur, Voices, an_organization
from tests.doors.membership.racing import Race
from tests.listening import Listener, listening_to_facts
from tests.processes import ServiceProcess, running
from tests.speaking import Portal


@pytest.fixture(scope="session")
async def told(stack: Stack) -> AsyncIterator[Listener]:
    """Everything that membership says, but how fresh it is."""
    kinds = (
        "account",
        "act",
        "administrator",
        "member",
        "node",
        "organization",
        "removal",
        "setup",
        "transfer",
    )
    keys = [f"membership.{kind}.*" for kind in kinds]
    async with listening_to_facts(stack.amqp_url, *keys) as listener:
        yield listener


@pytest.fixture(scope="session")
async def operator(stack: Stack) -> AsyncIterator[Portal]:
    """Asks as the vendor's staff does."""
    async with asker(stack.amqp_urls["operator"]) as asks:
        yield Portal(asks)


@pytest.fixture(scope="session")
async def voices(stack: Stack, licensing_voice: Publisher) -> AsyncIterator[Voices]:
    """Says what licensing and the ledger would say, while neither runs."""
    async with publisher(stack.amqp_urls["coffer_credit_ledger"]) as ledger:
        yield Voices(licensing_voice, ledger)


@pytest.fixture
async def organized(
    membership: ServiceProcess,
    portal: Portal,
    told: Listener,
    voices: Voices,
    membership_pool: Database,
) -> Larkspur:
    """A fresh organization with its Administrator Ana."""
    return await an_organization(portal, voices, told, membership_pool)


@pytest.fixture(scope="module")
async def second_process(stack: Stack, membership: ServiceProcess) -> AsyncIterator[ServiceProcess]:
    """Takes every other command and fact."""
    async with running(stack, "membership") as service:
        yield service


@pytest.fixture
async def race(
    second_process: ServiceProcess,
    organized: Larkspur,
    portal: Portal,
    operator: Portal,
    voices: Voices,
    told: Listener,
    membership_pool: Database,
) -> Race:
    fern = await an_organization(portal, voices, told, membership_pool)
    return Race(organized, fern, operator, voices, Random(an_id().int))
