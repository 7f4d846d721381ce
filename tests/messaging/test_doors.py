"""Poison is buried with its reason and answered; a crash or a lost caller hurts nobody."""

import asyncio
from uuid import UUID

import pytest
from aio_pika import Message, connect
from faststream.rabbit import RabbitBroker, RabbitRouter

from deploy.native.stack import Stack
from shared.clock import Clock
from shared.contracts.accounts import AccountOpened, RegisterAccount
from shared.contracts.licensing import AssignLicense
from shared.contracts.message import Command, CommandData, Verdict
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import Doorkeeper, ServiceClock, carries, open_queue
from shared.messaging.inbox import once
from shared.messaging.publisher import Outgoing, Publisher, user_of
from shared.messaging.topology import COMMANDS, MESSAGE_BYTES_MAX
from shared.postgres.pool import Pool
from tests.builders import LUMEN, an_account, an_id
from tests.databases import Database
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.speaking import Portal
from tests.waiting import WAIT_SECONDS


def a_message(portal: Portal, body: bytes, type: str = RegisterAccount.TYPE) -> Outgoing:
    return Outgoing(
        exchange=COMMANDS,
        routing_key=RegisterAccount.ROUTING_KEY,
        body=body,
        message_id=an_id(),
        type=type,
        reply_to=portal.asker.reply_queue,
    )


async def send(portal: Portal, message: Outgoing) -> Verdict:
    return await portal.asker.send(message, (message.message_id,), answer_seconds=WAIT_SECONDS)


def body_of(command: Command[CommandData]) -> bytes:
    return command.model_dump_json(exclude_none=True).encode()


def code_of(verdict: Verdict) -> RefusalCode:
    assert verdict.refused is not None
    return verdict.refused.code


async def test_an_unknown_type_is_buried_and_answered(
    membership: ServiceProcess, portal: Portal, dead: Listener
) -> None:
    message = a_message(portal, b"{}", type="coffer.membership.sing.v1")

    verdict = await send(portal, message)

    assert code_of(verdict) is RefusalCode.MALFORMED
    reason = await dead.reason_of_burial(message.message_id)
    assert "coffer.membership.sing.v1" in reason


async def test_a_command_of_another_service_finds_no_door(
    membership: ServiceProcess, portal: Portal, dead: Listener
) -> None:
    command = portal.command(AssignLicense(product=LUMEN, account_id=an_id()))
    message = a_message(portal, body_of(command), type=AssignLicense.TYPE)

    verdict = await send(portal, message)

    assert code_of(verdict) is RefusalCode.MALFORMED
    assert "no door" in await dead.reason_of_burial(message.message_id)


@pytest.mark.parametrize("body", [b"", b"not json", b"[1]", b"\xff\xfe", b'{"id": 1}', b"[" * 9999])
async def test_what_does_not_parse_is_buried_and_answered(
    membership: ServiceProcess, portal: Portal, dead: Listener, body: bytes
) -> None:
    message = a_message(portal, body)

    verdict = await send(portal, message)

    assert code_of(verdict) is RefusalCode.MALFORMED
    assert await dead.reason_of_burial(message.message_id)


async def test_a_field_nobody_agreed_on_is_named(
    membership: ServiceProcess, portal: Portal, dead: Listener
) -> None:
    body = body_of(portal.command(an_account())).replace(b'"name"', b'"colour":"red","name"')
    message = a_message(portal, body)

    verdict = await send(portal, message)

    assert code_of(verdict) is RefusalCode.UNKNOWN_FIELD
    assert "colour" in await dead.reason_of_burial(message.message_id)


async def test_A20_the_reason_of_a_burial_names_no_address(
    membership: ServiceProcess, portal: Portal, dead: Listener
) -> None:
    gil = an_account()
    misplaced = f'"{gil.email}":"his address","name"'.encode()
    message = a_message(portal, body_of(portal.command(gil)).replace(b'"name"', misplaced))

    await send(portal, message)

    reason = await dead.reason_of_burial(message.message_id)
    assert gil.email not in reason
    assert "[erased]" in reason


async def test_whoever_asserts_in_the_name_of_another_is_turned_away(
    membership: ServiceProcess, portal: Portal, dead: Listener
) -> None:
    forged = portal.command(an_account()).model_copy(update={"actor": "coffer_licensing"})
    message = a_message(portal, body_of(forged))

    verdict = await send(portal, message)

    assert code_of(verdict) is RefusalCode.MALFORMED
    assert "actor" in await dead.reason_of_burial(message.message_id)


async def test_a_message_past_the_limit_is_too_large(
    membership: ServiceProcess, portal: Portal
) -> None:
    verdict = await send(portal, a_message(portal, b" " * (MESSAGE_BYTES_MAX + 1)))

    assert code_of(verdict) is RefusalCode.TOO_LARGE


async def test_nameless_poison_is_buried_and_the_next_in_line_is_served(
    membership: ServiceProcess, portal: Portal, dead: Listener, stack: Stack
) -> None:
    token = an_id().hex.encode()
    async with await connect(stack.amqp_urls["coffer_portal"]) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(COMMANDS, ensure=False)
        await exchange.publish(nameless(token), RegisterAccount.ROUTING_KEY)

    await dead.find(lambda message: message.body == token)

    assert (await portal.ask(an_account())).accepted


def nameless(body: bytes) -> Message:
    return Message(body)


async def test_a_reply_to_a_queue_that_is_gone_hurts_nobody(
    membership: ServiceProcess, portal: Portal
) -> None:
    command = portal.command(an_account())
    lost = Outgoing(
        exchange=COMMANDS,
        routing_key=RegisterAccount.ROUTING_KEY,
        body=body_of(command),
        message_id=command.id,
        type=RegisterAccount.TYPE,
        reply_to="reply.coffer_portal.gone",
    )
    await portal.asker.publisher.publish(lost)

    assert (await portal.ask(an_account())).accepted
    again = await portal.ask(command.data, id=command.id)
    assert again.accepted


async def test_a_command_sent_twice_has_one_effect_and_one_verdict(
    membership: ServiceProcess, portal: Portal, membership_pool: Database
) -> None:
    account, id = an_account(), an_id()

    first = await portal.ask(account, id=id)
    second = await portal.ask(account, id=id)
    other = await portal.ask(an_account(), id=id)

    assert first == second
    assert code_of(other) is RefusalCode.IDEMPOTENCY_KEY_REUSED


async def test_a_crash_between_commit_and_ack_is_harmless(
    database: Database, speaks: Publisher, stack: Stack, portal: Portal
) -> None:
    queue = f"scratch.{an_id().hex}"
    doors = Doors(stack, database, speaks, queue)
    sender = user_of(stack.amqp_url)
    command = portal.command(an_account()).model_copy(update={"actor": sender})
    async with await connect(stack.amqp_url) as connection:
        channel = await connection.channel()
        await channel.declare_queue(queue, auto_delete=False, arguments={"x-expires": 60_000})
        crashing = await doors.open(crashes=True)
        await channel.default_exchange.publish(as_message(command), queue)
        await asyncio.wait_for(doors.crashed.wait(), WAIT_SECONDS)
        await crashing.stop()

        sound = await doors.open(crashes=False)
        await asyncio.wait_for(doors.answered.wait(), WAIT_SECONDS)
        await sound.stop()

    first, second = doors.verdicts
    assert first == second
    assert doors.effects == 1


class Doors:
    """One door of its own, which may die after its commit as a process does."""

    def __init__(self, stack: Stack, database: Database, speaks: Publisher, queue: str) -> None:
        self.stack = stack
        self.shared = {"pool": database, "publisher": speaks, "clock": Clock()}
        self.queue = queue
        self.verdicts: list[Verdict | None] = []
        self.effects = 0
        self.crashed = asyncio.Event()
        self.answered = asyncio.Event()

    async def open(self, *, crashes: bool) -> RabbitBroker:
        router = RabbitRouter()

        @open_queue(router, self.queue)(filter=carries(RegisterAccount))
        async def register_account(
            command: Command[RegisterAccount], pool: Pool, clock: ServiceClock
        ) -> Verdict | None:
            self.verdicts.append(await self._decided(command, pool, clock))
            if crashes:
                self.crashed.set()
                raise asyncio.CancelledError
            self.answered.set()
            return self.verdicts[-1]

        broker = RabbitBroker(self.stack.amqp_url, middlewares=(Doorkeeper,), logger=None)
        broker.include_router(router)
        for name, value in self.shared.items():
            broker.context.set_global(name, value)
        await broker.start()
        return broker

    async def _decided(
        self, command: Command[RegisterAccount], pool: Pool, clock: Clock
    ) -> Verdict | None:
        async with once(pool, command, clock) as change:
            if not change.already_made:
                self.effects += 1
                opened = AccountOpened(account_id=UUID(int=1), customer_number=an_id().hex)
                change.decide(opened)
        return change.verdict


def as_message(command: Command[CommandData]) -> Message:
    return Message(
        body_of(command),
        message_id=str(command.id),
        type=command.type,
        user_id=command.actor,
    )
