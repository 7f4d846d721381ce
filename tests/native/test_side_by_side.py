"""Stacks beside each other, on servers of others, and gone without a trace."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.native.home import Home
from deploy.native.stack import Stack, ephemeral_stack, find_stack, read_stack
from tests.native.running import PROJECT, STAND_INS, await_value

pytestmark = pytest.mark.verify
OWNER = (
    "import sys; from deploy.native.stack import ephemeral_stack\n"
    "with ephemeral_stack(services=False) as stack:\n"
    "    print(stack.home, flush=True); sys.stdin.read()\n"
)


async def test_a_stack_can_use_servers_that_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with ephemeral_stack(services=False) as first:
        monkeypatch.setenv("DATABASE_URL", first.database_url)
        monkeypatch.setenv("AMQP_URL", first.amqp_url)
        with ephemeral_stack(package=STAND_INS, workers=2) as second:
            connection = await asyncpg.connect(second.database_urls["credit_ledger"])
            await connection.close()
            monkeypatch.setenv("COFFER_HOME", "/nowhere")
            found = find_stack()

        assert set(second.children) == {"membership", "credit_ledger-0", "credit_ledger-1"}
        assert second.versions == first.versions
        assert not second.home.exists()
        assert is_healthy_soon(first)
        assert found is not None
        assert found.amqp_url == first.amqp_url


@pytest.mark.verify
async def test_two_stacks_share_nothing_and_one_ends_with_its_killed_owner() -> None:
    with owner() as process, ephemeral_stack(services=False) as ours:
        assert process.stdout is not None
        theirs = read_stack(Home(Path(process.stdout.readline().strip())))
        assert theirs is not None

        assert ours.home != theirs.home
        assert not {urlsplit(url).port for url in (ours.database_url, ours.amqp_url)} & {
            urlsplit(url).port for url in (theirs.database_url, theirs.amqp_url)
        }

        process.kill()
        await_value(lambda: None if theirs.home.exists() else True)

        assert still_alive(theirs) == []
        assert is_healthy_soon(ours)
    assert not ours.home.exists()
    assert still_alive(ours) == []


def is_healthy_soon(stack: Stack) -> bool:
    """It is, unless a busy machine keeps a server from answering for a moment."""
    return await_value(lambda: stack.now().is_healthy or None)


def owner() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", OWNER],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def still_alive(stack: Stack) -> list[str]:
    return [
        name for name, child in stack.children.items() if child.process and child.process.is_alive()
    ]
