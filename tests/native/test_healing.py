"""A stack survives being started twice, killed piece by piece, and started again."""

import os
import signal
import subprocess
from collections.abc import Iterator

import aio_pika
import aiormq
import asyncpg
import pytest
from aio_pika import DeliveryMode, Message
from aiormq.exceptions import ProbableAuthenticationError

from deploy.native.home import Home
from deploy.native.processes import Process
from deploy.native.provision import declare_topology
from deploy.native.stack import Stack
from shared.messaging.topology import DEAD
from tests.native.running import a_home, await_restart_of, await_value, coffer, up


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    with a_home() as home:
        yield home


@pytest.fixture
def stack(home: Home) -> Stack:
    return up(home)


def test_a_stack_started_twice_is_one_stack(stack: Stack, home: Home) -> None:
    again = up(home)

    assert again.supervisor == stack.supervisor
    assert lives_of(again) == lives_of(stack)


def test_status_succeeds_while_all_are_healthy(stack: Stack, home: Home) -> None:
    # A child that a busy machine keeps from answering is not healthy for a moment.
    status = await_value(lambda: healthy_status(home))

    assert all(f'"{name}"' in status.stdout for name in ("database", "broker", "credit_ledger-0"))


async def test_users_of_the_broker_may_log_in_and_strangers_may_not(stack: Stack) -> None:
    for url in stack.amqp_urls.values():
        connection = await aiormq.connect(url)
        await connection.close()

    with pytest.raises(ProbableAuthenticationError):
        await aiormq.connect(stack.amqp_urls["stage"].replace("stage:", "stage:x"))


async def test_a_killed_database_comes_back_with_its_data(stack: Stack) -> None:
    await keep_a_row(stack)

    os.kill(stack.current_pid("database"), signal.SIGKILL)
    await_restart_of("database", stack)

    assert await rows_kept(stack) == 1


async def test_a_killed_broker_comes_back_with_its_messages(stack: Stack) -> None:
    await keep_a_message(stack)

    os.kill(stack.current_pid("broker"), signal.SIGKILL)
    await_restart_of("broker", stack)

    assert await take_a_message(stack) == b"kept"
    await declare_topology(stack.amqp_url)


def test_a_killed_service_is_started_again(stack: Stack) -> None:
    pid = stack.current_pid("credit_ledger-0")

    os.kill(pid, signal.SIGKILL)
    await_restart_of("credit_ledger-0", stack)

    assert stack.current_pid("credit_ledger-0") != pid


@pytest.mark.verify
async def test_down_ends_services_first_and_up_finds_the_data(stack: Stack, home: Home) -> None:
    await keep_a_row(stack)

    down = coffer(home, "down")
    children = [child.process for child in stack.children.values()]
    again = up(home)

    assert down.returncode == 0
    assert not any(process.is_alive() for process in children if process)
    assert "ended with database and broker" in (home.logs / "membership.log").read_text()
    assert again.database_url == stack.database_url
    assert await rows_kept(again) == 1


@pytest.mark.verify
async def test_a_killed_supervisor_leaves_nothing_that_the_next_one_minds(
    stack: Stack, home: Home
) -> None:
    await keep_a_row(stack)
    assert stack.supervisor is not None

    os.kill(stack.supervisor, signal.SIGKILL)
    again = up(home)

    assert again.supervisor != stack.supervisor
    assert await rows_kept(again) == 1
    before = [child.process for child in stack.children.values()]
    await_value(lambda: None if any(process.is_alive() for process in before if process) else True)


def lives_of(stack: Stack) -> dict[str, Process | None]:
    return {name: child.process for name, child in stack.children.items()}


def healthy_status(home: Home) -> "subprocess.CompletedProcess[str] | None":
    status = coffer(home, "status", "--json")
    return status if status.returncode == 0 else None


async def keep_a_row(stack: Stack) -> None:
    connection = await asyncpg.connect(stack.database_url)
    await connection.execute("CREATE TABLE IF NOT EXISTS kept (number integer PRIMARY KEY)")
    await connection.execute("INSERT INTO kept VALUES (1) ON CONFLICT DO NOTHING")
    await connection.close()


async def rows_kept(stack: Stack) -> int:
    connection = await asyncpg.connect(stack.database_url)
    rows: int = await connection.fetchval("SELECT count(*) FROM kept")
    await connection.close()
    return rows


async def keep_a_message(stack: Stack) -> None:
    async with await aio_pika.connect(stack.amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        message = Message(b"kept", delivery_mode=DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key=DEAD)


async def take_a_message(stack: Stack) -> bytes:
    """A queue says that it is empty for a moment after its broker came back; a consumer waits."""
    async with await aio_pika.connect(stack.amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(DEAD)
        async with queue.iterator(timeout=20) as messages:
            async for message in messages:
                await message.ack()
                return message.body
    pytest.fail("the queue was closed before it gave its message")
