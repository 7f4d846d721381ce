"""A provider that is not ours, fetched by npm, and a portal that knows it."""

import asyncio
import socket
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from deploy.native.stack import Stack
from shared.postgres.pool import open_pool
from tests.portal import npm
from tests.portal.site import Site
from tests.processes import running
from tests.waiting import eventually

START_SECONDS = 60.0
LOWEST, HIGHEST = 21_000, 31_000


@pytest.fixture(scope="package")
def ports() -> tuple[int, int, int]:
    """For the provider and the portal, which have to know each other's, and for one more portal."""
    found = [port for port in range(LOWEST, HIGHEST, 7) if _is_free(port)]
    first, second, third, *_ = found[len(found) // 2 :]
    return first, second, third


@pytest.fixture(scope="package")
async def provider(ports: tuple[int, int, int]) -> AsyncIterator[str]:
    await asyncio.to_thread(npm.fetched)
    process = await asyncio.create_subprocess_exec(
        *("node", "provider.mjs", str(ports[0]), f"http://127.0.0.1:{ports[1]}"),
        cwd=Path(__file__).parent,
        env=npm.environment(),
        stdout=PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert b"listens" in await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
    yield f"http://127.0.0.1:{ports[0]}"
    process.terminate()
    await process.wait()


@pytest.fixture(scope="package")
async def guarded(
    portal_stack: Stack, provider: str, ports: tuple[int, int, int]
) -> AsyncIterator[Site]:
    """A portal beside the stack's own: no demonstration, and with a provider."""
    async with a_portal(portal_stack, provider, ports[1], known_at=ports[1]) as site:
        yield site


@pytest.fixture
async def started_later(
    guarded: Site, provider: str, ports: tuple[int, int, int]
) -> AsyncIterator[Site]:
    """Another of several portals behind one address: it has sent nobody to the provider yet."""
    async with a_portal(guarded.stack, provider, ports[2], known_at=ports[1]) as site:
        yield site


@asynccontextmanager
async def a_portal(stack: Stack, provider: str, port: int, *, known_at: int) -> AsyncIterator[Site]:
    settings = {
        "COFFER_PORTAL_PORT": str(port),
        "COFFER_PORTAL_PUBLIC_URL": f"http://127.0.0.1:{known_at}",
        "COFFER_PORTAL_OIDC_ISSUER": provider,
        "COFFER_PORTAL_OIDC_CLIENT_ID": "coffer",
        "COFFER_PORTAL_OIDC_CLIENT_SECRET": "a-secret-of-this-test",
    }
    url = f"http://127.0.0.1:{port}"
    async with (
        running(stack, "portal", settings),
        await open_pool(stack.database_urls["portal"]) as pool,
    ):
        await eventually(lambda: _answers(url), bool)
        yield Site(stack, pool, url)


async def _answers(url: str) -> bool:
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(f"{url}/healthz")).status_code == 200
        except httpx.TransportError:
            return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
