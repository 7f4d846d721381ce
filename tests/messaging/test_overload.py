"""A full queue: the broker takes nothing, the caller hears so at once and may ask again."""

import asyncio

import aio_pika
import pytest

from deploy.native.stack import Stack
from shared.contracts.accounts import RegisterAccount
from shared.contracts.message import Command, CommandData
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import NoAnswer
from shared.messaging.publisher import NotConfirmed, NotTaken, Outgoing, publisher
from shared.messaging.topology import COMMANDS, MESSAGE_BYTES_MAX, QUEUES, commands_of
from tests.builders import an_account, an_id
from tests.speaking import Portal
from tests.waiting import WAIT_SECONDS, eventually

[MEMBERSHIP] = [queue for queue in QUEUES if queue.name == commands_of("membership")]


def outgoing(command: Command[CommandData], key: str) -> Outgoing:
    return Outgoing(
        exchange=COMMANDS,
        routing_key=key,
        body=command.model_dump_json(exclude_none=True).encode(),
        message_id=command.id,
        type=command.type,
    )


async def test_a_command_to_a_full_queue_is_overloaded_and_the_same_id_may_come_again(
    stack: Stack, portal: Portal
) -> None:
    key = f"scratch.{an_id().hex}"
    limits = {**MEMBERSHIP.arguments, "x-max-length": 1, "x-expires": 60_000}
    async with await aio_pika.connect(stack.amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(key, durable=True, arguments=limits)
        await queue.bind(COMMANDS, key)
        command = portal.command(an_account())
        await fill(portal, key)

        verdict = await portal.asker.send(outgoing(command, key), (command.id,), answer_seconds=5)
        await queue.purge()
        # The broker takes again what comes a moment after it has room.
        await eventually(lambda: is_taken(portal, outgoing(command, key)), bool)
        taken = await eventually(lambda: queue.get(fail=False), lambda message: message is not None)
        await queue.delete(if_unused=False, if_empty=False)

    assert verdict.refused is not None
    assert verdict.refused.code is RefusalCode.OVERLOADED
    assert taken is not None
    assert taken.message_id == str(command.id)


async def is_taken(portal: Portal, message: Outgoing) -> bool:
    """Whether the broker takes a message; nobody is there to answer it."""
    try:
        await portal.asker.send(message, (message.message_id,), answer_seconds=0.5)
    except NoAnswer:
        return True
    return False


async def fill(portal: Portal, key: str) -> None:
    """Publish until the broker takes no more; its limit lets a few more in than it says."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            command = portal.command(an_account())
            try:
                await portal.asker.publisher.publish(outgoing(command, key))
            except NotTaken:
                return


async def test_a_message_that_no_queue_wants_is_not_taken_for_an_overload(
    portal: Portal,
) -> None:
    nowhere = outgoing(portal.command(an_account()), f"nowhere.{an_id().hex}")

    with pytest.raises(NotConfirmed) as raised:
        await portal.asker.publisher.publish(nowhere)

    assert not isinstance(raised.value, NotTaken)


async def test_a_body_of_three_megabytes_is_refused_before_any_door_has_it_in_memory(
    stack: Stack,
) -> None:
    huge = Outgoing(
        exchange=COMMANDS,
        routing_key=RegisterAccount.ROUTING_KEY,
        body=b" " * (3 * MESSAGE_BYTES_MAX),
        message_id=an_id(),
        type=RegisterAccount.TYPE,
    )
    async with publisher(stack.amqp_urls["coffer_portal"]) as speaks:
        with pytest.raises(NotConfirmed, match="larger than"):
            await speaks.publish(huge)
