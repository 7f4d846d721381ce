"""What every test may ask for: a broker, a database, the services, and voices to speak with.

Servers come from AMQP_URL and DATABASE_URL, else from containers when a Docker engine answers,
else from the native stack. Tests keep apart by fresh ids, never by emptying what others use.
"""

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.native.stack import Stack, ephemeral_stack
from shared.messaging.ask import asker
from shared.messaging.publisher import Publisher, publisher
from shared.postgres.pool import open_pool
from tests.containers import containers_if_docker
from tests.databases import Database
from tests.listening import Listener, listening_to_facts, listening_to_the_dead
from tests.processes import ServiceProcess, running
from tests.speaking import Portal, Store

VERSIONS = pytest.StashKey[dict[str, str]]()


@pytest.fixture(scope="session")
def stack(pytestconfig: pytest.Config) -> Iterator[Stack]:
    """Broker and database with everything in them, but no services."""
    with (
        pytest.MonkeyPatch.context() as patch,
        containers_if_docker(patch),
        ephemeral_stack(services=False) as provisioned,
    ):
        pytestconfig.stash[VERSIONS] = dict(provisioned.versions)
        yield provisioned


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what the tests ran on."""
    versions = config.stash.get(VERSIONS, {})
    for server, version in sorted(versions.items()):
        terminalreporter.write_line(f"ran on {server} {version}")


@pytest.fixture(scope="session")
async def portal(stack: Stack) -> AsyncIterator[Portal]:
    async with asker(stack.amqp_urls["coffer_portal"]) as asks:
        yield Portal(asks)


@pytest.fixture(scope="session")
async def store(stack: Stack) -> AsyncIterator[Store]:
    async with publisher(stack.amqp_urls["store"]) as speaks:
        yield Store(speaks)


@pytest.fixture(scope="session")
async def facts(stack: Stack) -> AsyncIterator[Listener]:
    async with listening_to_facts(stack.amqp_url) as listener:
        yield listener


@pytest.fixture(scope="session")
async def dead(stack: Stack) -> AsyncIterator[Listener]:
    async with listening_to_the_dead(stack.amqp_url) as listener:
        yield listener


@pytest.fixture(scope="session")
async def membership(stack: Stack) -> AsyncIterator[ServiceProcess]:
    async with running(stack, "membership") as service:
        yield service


@pytest.fixture(scope="session")
async def licensing(stack: Stack) -> AsyncIterator[ServiceProcess]:
    async with running(stack, "licensing") as service:
        yield service


@pytest.fixture(scope="session")
async def membership_pool(stack: Stack) -> AsyncIterator[Database]:
    async with await open_pool(stack.database_urls["membership"]) as pool:
        yield pool


@pytest.fixture(scope="session")
async def licensing_pool(stack: Stack) -> AsyncIterator[Database]:
    async with await open_pool(stack.database_urls["licensing"]) as pool:
        yield pool


@pytest.fixture(scope="session")
async def licensing_voice(stack: Stack) -> AsyncIterator[Publisher]:
    """Says what licensing would say, while the service itself does not run."""
    async with publisher(stack.amqp_urls["coffer_licensing"]) as speaks:
        yield speaks
