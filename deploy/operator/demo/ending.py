"""Steps 14 to 16: time passes, lots and licenses run out, and the books are held to the story."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from random import Random

from deploy.operator.demo.beginning import L1_ENDS, LUMEN, SEATS, credit_line, seats
from deploy.operator.demo.moving_clock import set_clock
from deploy.operator.demo.scene import Scene, Unexpected, until
from deploy.operator.demo.stage import ANSWER_SECONDS
from shared.client.letters import Letter
from shared.contracts.credits import ShowPool
from shared.contracts.membership import ListMembers, OrganizationActivated, OrganizationLapsed
from shared.contracts.message import Command, CommandData, Verdict
from shared.contracts.money import MICROCREDITS_PER_CREDIT, format_credits, parse_credits
from shared.messaging.publisher import Outgoing

JULY = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
RENEWED_UNTIL = datetime(2027, 6, 30, tzinfo=UTC)
STILL_THERE = 4
ROUNDS = 2
SEED = 5
STATEMENT = {
    name: amount * MICROCREDITS_PER_CREDIT
    for name, amount in (("granted", 800), ("captured", 567), ("expired", 117), ("available", 116))
}


async def more_credits(scene: Scene) -> str:
    await scene.stage.store_says("O-6", scene.ids["Ana"], credit_line("100", ends=L1_ENDS))
    await scene.pool_becomes("233/0/233")
    return "Ana buys 100 more"


async def summer_comes(scene: Scene) -> str:
    facts = scene.stage.facts
    activated = facts.heard[OrganizationActivated.ROUTING_KEY]
    set_clock(scene.stage.home, JULY)
    await scene.pool_becomes("116/0/116")
    await facts.hears(OrganizationLapsed)
    renewal = seats(LUMEN, SEATS, ends=RENEWED_UNTIL)
    await scene.stage.store_says("O-7", scene.ids["Ana"], renewal)
    await facts.hears(OrganizationActivated, times=activated + 1)
    members = ((await scene.does("Ana", ListMembers())).result or {}).get("members")
    if not isinstance(members, list) or len(members) != STILL_THERE:
        message = f"people left while the organization had lapsed: {members}"
        raise Unexpected(message)
    return "July: 117 credits of June's lot expire; the licenses end, are renewed, nobody left"


async def everything_again(scene: Scene) -> str:
    before = await scene.figures()
    messages: list[Callable[[], Coroutine[None, None, None]]]
    messages = [partial(_order_again, scene, order) for order in scene.stage.orders]
    messages += [partial(_command_again, scene, *said) for said in scene.stage.commands]
    messages += [partial(_letter_again, scene, *said) for said in scene.stage.letters]
    random = Random(SEED)
    for _ in range(ROUNDS):
        random.shuffle(messages)
        await asyncio.gather(*(send() for send in messages))
    await _copies_are_heard(scene)
    if await scene.figures() != before:
        message = f"the pool changed from {before} to {await scene.figures()}"
        raise Unexpected(message)
    count = len(messages) * ROUNDS
    return f"All {len(messages)} messages again, twice, at random ({count}): same verdicts and pool"


async def statement(scene: Scene) -> str:
    shown = await scene.figures()
    microcredits = {name: parse_credits(amount) for name, amount in shown.items()}
    spent = sum(microcredits[name] for name in ("captured", "expired", "available", "held"))
    told = {name: format_credits(amount) for name, amount in STATEMENT.items()}
    if spent != microcredits["granted"] or {name: shown[name] for name in told} != told:
        message = f"the statement is {shown}"
        raise Unexpected(message)
    return "granted 800 = captured 567 + expired 117 + available 116"


async def _copies_are_heard(scene: Scene) -> None:
    """Queues keep their order: once Dan's own purchase is in, the copies before it were heard."""
    dan = scene.ids["Dan"]
    await scene.stage.store_says("O-8", dan, credit_line("1", ends=L1_ENDS))

    async def personal() -> bool:
        verdict = await scene.stage.ask(ShowPool(), by=dan, owner=dan)
        return verdict.result is not None

    await until("Dan's own credits", personal, bool)


async def _order_again(scene: Scene, order: Outgoing) -> None:
    await scene.stage.asks.publisher.publish(order)


async def _command_again(scene: Scene, command: Command[CommandData], verdict: Verdict) -> None:
    _expect_same(await scene.stage.asks.ask(command, answer_seconds=ANSWER_SECONDS), verdict)


async def _letter_again(scene: Scene, letter: Letter, verdict: Verdict) -> None:
    _expect_same(await scene.stage.send_again(letter), verdict)


def _expect_same(again: Verdict, before: Verdict) -> None:
    if again != before:
        message = f"{before.id} was {before}, and again {again}"
        raise Unexpected(message)
