"""What every test may ask for: a broker, a database, the services, and voices to speak with.

Servers come from AMQP_URL and DATABASE_URL, else from containers when a Docker engine answers,
else from the native stack. Tests keep apart by fresh ids, never by emptying what others use.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from deploy.native.stack import Stack, ephemeral_stack
from shared.messaging import publisher as speaking
from shared.messaging.ask import asker
from shared.messaging.publisher import Publisher, publisher
from shared.postgres.pool import open_pool
from tests.containers import containers_if_docker
from tests.databases import Database
from tests.listening import (
    NO_HEARTBEAT,
    Listener,
    listening_to_facts,
    listening_to_the_dead,
)
from tests.processes import ServiceProcess, forget_what_was_said, running
from tests.speaking import Portal, Store

pytest_plugins = ["tests.laws.profiles", "tests.rules_table.plugin"]
FIRST = ("tests/laws", "tests/doors/membership", "tests/copies", "tests/system", "tests/portal")
VERSIONS = pytest.StashKey[dict[str, str]]()


@pytest.fixture(scope="session", autouse=True)
def patient_broker() -> Iterator[None]:
    """Nor hang up on who speaks: tests without a loop of their own let this one stand still."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(speaking, "HEARTBEAT_SECONDS", NO_HEARTBEAT)
        yield


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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, then with what must not hear the other services yet.

    Folders with stacks of their own come in one go each, for those end with the folder. Services
    live as long as the tests: once licensing runs, it answers what membership says.
    """
    items.sort(key=lambda item: [not item.nodeid.startswith(folder) for folder in FIRST])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let whoever runs tests side by side know what each of them ran on."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["versions"] = session.config.stash.get(VERSIONS, {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401  # of a plugin that need not be there
    told = getattr(node, "workeroutput", {}).get("versions", {})
    node.config.stash.setdefault(VERSIONS, {}).update(told)


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
    await forget_what_was_said(stack, "membership")
    async with running(stack, "membership") as service:
        yield service


@pytest.fixture(scope="session")
async def licensing(stack: Stack) -> AsyncIterator[ServiceProcess]:
    await forget_what_was_said(stack, "licensing")
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
