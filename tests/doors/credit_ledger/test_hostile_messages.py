"""Hostile messages through the broker: each is refused once and buried, nothing else changes."""

import asyncio
import json
from dataclasses import replace
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from deploy.native.stack import Stack
from shared.contracts.catalogue import fact_type
from shared.contracts.credits import AuthorizeHold, ReportUsage, UsageLine
from shared.contracts.message import CLOUDEVENT_CONTENT_TYPE, CommandData, Limit
from shared.contracts.purchases import OrderPaid
from shared.contracts.refusals import RefusalCode
from shared.messaging.publisher import Outgoing
from shared.messaging.topology import LEDGER, MESSAGE_BYTES_MAX, STORE, shard
from tests.builders import CLOCK, a_credit_line, a_purchase, an_id
from tests.doors.credit_ledger import hostile
from tests.doors.credit_ledger.farm import CREDIT, Farm
from tests.doors.credit_ledger.hostile import AMOUNTS, NO_AMOUNTS
from tests.doors.credit_ledger.valid_commands import bodies
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.waiting import eventually

OF_EVERY_COMMAND = 3
BROKEN = (
    b"",
    b"[",
    b"\xef\xbb\xbf{}",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"data":' * 100_000,
    b" " * (MESSAGE_BYTES_MAX + 1),
    b'{"data":{"lines":[' + b"{}," * 300_000 + b"{}]}}",
)
SHOWN = """
SELECT to_jsonb(wallet) || jsonb_build_object(
    'journal', (SELECT count(*) FROM journal WHERE journal.wallet = wallet.id),
    'verdicts', (SELECT count(*) FROM verdict WHERE verdict.wallet = wallet.id),
    'parked', (SELECT count(*) FROM parked_command WHERE parked_command.wallet = wallet.id),
    'lots', (SELECT jsonb_agg(to_jsonb(lot)) FROM lot WHERE lot.wallet = wallet.id),
    'holds', (SELECT jsonb_agg(to_jsonb(hold)) FROM hold WHERE hold.wallet = wallet.id),
    'people', (SELECT jsonb_agg(to_jsonb(access)) FROM access WHERE access.wallet = wallet.id)
) FROM wallet WHERE owner = $1
"""


def a_message(
    farm: Farm, contract: type[CommandData], body: bytes, id: UUID | None = None
) -> Outgoing:
    return Outgoing(
        exchange=LEDGER,
        routing_key=contract.ROUTING_KEY,
        body=body,
        message_id=id or an_id(),
        type=contract.TYPE,
        reply_to=farm.portal.asker.reply_queue,
        headers={"owner": str(farm.id)},
    )


def hostile_messages(farm: Farm, random: Random) -> list[Outgoing]:
    """Some of every command, each with something done to it that no reader may let pass."""
    sent = []
    user = farm.portal.asker.user
    for contract, body in bodies(actor=user, owner=str(farm.id), person=str(farm.ben)) * 3:
        places = list(hostile.paths(body))
        amounts = [path for path in places if path[-1] in AMOUNTS] or [("id",)]
        names = [path for path in places if isinstance(path[-1], str)]
        done = random.choice(
            [
                hostile.replaced(body, random.choice(amounts), random.choice(NO_AMOUNTS)),
                hostile.replaced(body, random.choice(places), "NaN"),
                hostile.said_twice(body, random.choice(names)),
                hostile.with_a_stranger(body, random.choice(list(hostile.objects(body)))),
            ]
        )
        sent.append(a_message(farm, contract, done.text.encode()))
    return [*sent, *(a_message(farm, AuthorizeHold, body) for body in BROKEN)]


async def wallet_of(stack: Stack, farm: Farm) -> dict[str, Any]:
    """Everything the database has of the farm's wallet."""
    connection = await asyncpg.connect(stack.database_urls["credit_ledger"])
    try:
        wallet: dict[str, Any] = json.loads(await connection.fetchval(SHOWN, farm.id))
    finally:
        await connection.close()
    return wallet


async def test_hostile_messages_are_refused_once_and_buried_and_the_good_ones_pass(
    farm: Farm, dead: Listener, stack: Stack
) -> None:
    before = await wallet_of(stack, farm)
    sent = hostile_messages(farm, Random(4))

    verdicts = await asyncio.gather(*(farm.sends(message) for message in sent))

    codes = [verdict.refused.code for [verdict] in verdicts if verdict.refused]
    assert len(codes) == len(sent)
    assert set(codes) == {
        RefusalCode.MALFORMED,
        RefusalCode.UNKNOWN_FIELD,
        RefusalCode.INVALID_AMOUNT,
        RefusalCode.TOO_LARGE,
    }
    for message, [verdict] in zip(sent, verdicts, strict=True):
        reason = await dead.reason_of_burial(message.message_id)
        assert verdict.refused is not None
        assert verdict.refused.message == reason
    buried = [message.message_id for message in dead.messages]
    assert all(buried.count(str(message.message_id)) == 1 for message in sent)
    assert await wallet_of(stack, farm) == before
    assert (await farm.asks(AuthorizeHold(amount=CREDIT))).accepted


async def test_a_foreign_organization_is_unknown_here_and_learns_nothing(farm: Farm) -> None:
    stranger = farm.another()

    verdict = await stranger.asks(AuthorizeHold(amount=CREDIT), by=farm.ben)

    assert verdict.refused is not None
    assert verdict.refused.code is RefusalCode.UNKNOWN_ORGANIZATION
    assert verdict.refused.limit == Limit(name="owner")


async def test_what_is_refused_with_nobody_to_hear_of_it_is_buried(
    farm: Farm, dead: Listener
) -> None:
    future = UUID(int=an_id().int + (3_600_000 << 80))
    line = UsageLine(id=future, account_id=farm.ben, credits=CREDIT)
    ahead = farm.command(ReportUsage(lines=(line, line.model_copy(update={"id": an_id()}))))
    nowhere = farm.another().command(AuthorizeHold(amount=CREDIT))
    for command, owner in ((ahead, farm.id), (nowhere, nowhere.owner)):
        message = farm.message(command, owner=str(owner))
        await farm.portal.asker.publisher.publish(replace(message, reply_to=None))

    assert (await dead.reason_of_burial(ahead.id)).startswith("id: ")
    assert (await dead.reason_of_burial(nowhere.id)).startswith("owner: ")
    # Where one line is refused unseen, its message is buried before the other is decided.
    await eventually(farm.available, lambda available: available == "499")


async def test_nobody_can_have_the_ledger_write_to_a_queue_that_is_not_for_replies(
    farm: Farm, credit_ledger: ServiceProcess
) -> None:
    command = farm.command(AuthorizeHold(amount=CREDIT))
    message = farm.message(command)
    await farm.portal.asker.publisher.publish(Outgoing(**{**vars(message), "reply_to": shard(7)}))

    dropped = await credit_ledger.logs(
        lambda line: line.get("event") == "reply_dropped" and line.get("queue") == shard(7)
    )

    assert dropped["reason"] == "is no reply queue"
    assert (await farm.asks(AuthorizeHold(amount=CREDIT))).accepted


HOSTILE_ORDERS = {
    "a float": (("data", "lines", 0, "credits"), "1.5", "credits"),
    "zero": (("data", "lines", 0, "credits"), '"0"', "credits"),
    "2^63": (("data", "lines", 0, "credits"), '"9223372036854775808"', "credits"),
    "no number": (("data", "lines", 0, "credits"), "NaN", "credits"),
    "a line of the year one": (
        ("data", "lines", 0, "expires_at"),
        '"0001-01-01T00:00:00+14:00"',
        "expires_at",
    ),
    "an unknown kind": (("data", "lines", 0, "kind"), '"tokens"', "lines.0"),
    "no lines": (("data", "lines"), "[]", "lines"),
    "a character no text column takes": (("data", "order_id"), '"a\\u0000"', "order_id"),
    "no account": (("data", "account_id"), "null", "account_id"),
    "another type": (("type",), '"coffer.store.order.refunded.v1"', "type"),
}


def an_order(farm: Farm) -> dict[str, Any]:
    order = a_purchase(account_id=farm.ana, lines=(a_credit_line(),))
    return {
        "specversion": "1.0",
        "id": str(an_id()),
        "source": "/store",
        "type": fact_type(OrderPaid),
        "subject": str(farm.ana),
        "time": CLOCK.now().isoformat(),
        "data": orjson.loads(order.model_dump_json()),
    }


async def say(farm: Farm, text: str, id: UUID) -> None:
    """Say an event as the outside store does."""
    await farm.store.publisher.publish(
        Outgoing(
            exchange=STORE,
            routing_key=OrderPaid.ROUTING_KEY,
            body=text.encode(),
            message_id=id,
            type=fact_type(OrderPaid),
            content_type=CLOUDEVENT_CONTENT_TYPE,
        )
    )


@pytest.mark.parametrize("name", HOSTILE_ORDERS)
async def test_a_hostile_order_is_buried_with_its_reason(
    farm: Farm, dead: Listener, name: str
) -> None:
    path, value, field = HOSTILE_ORDERS[name]
    id = an_id()

    await say(farm, hostile.replaced(an_order(farm), path, value).text, id)

    assert field in await dead.reason_of_burial(id)
    assert await farm.available() == "500"


async def test_an_order_that_says_its_credits_twice_is_buried(farm: Farm, dead: Listener) -> None:
    order, id = an_order(farm), an_id()

    await say(farm, hostile.said_twice(order, ("data", "lines", 0, "credits")).text, id)

    assert await dead.reason_of_burial(id) == "credits: is said twice"
    assert await farm.available() == "500"


async def test_more_credits_than_any_ledger_holds_are_buried_and_the_pool_lives_on(
    farm: Farm, dead: Listener
) -> None:
    largest = 10**18 - 1
    lines = tuple(a_credit_line(line_no=number, credits=largest) for number in range(1, 12))
    order = a_purchase(account_id=farm.ana, lines=lines)

    said = await farm.store.says(order)

    assert "malformed" in await dead.reason_of_burial(said)
    assert (await farm.asks(AuthorizeHold(amount=CREDIT))).accepted
