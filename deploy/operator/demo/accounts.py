"""Step 16: everything once more changes nothing, and the statement adds up."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any

from deploy.operator.demo.ordering import IN_JANUARY, pays
from deploy.operator.demo.scene import Scene, Unexpected
from deploy.operator.demo.setting_up import send_table
from deploy.operator.demo.spending import REFUNDED_UNPAID
from deploy.operator.demo.stage import ANSWER_SECONDS
from deploy.operator.demo.store import credit_line
from shared.client.letters import Letter
from shared.contracts.credit_queries import ListCreditAccess
from shared.contracts.credit_reports import ListStatementPeople, ListStatements
from shared.contracts.licensing import ListLicenses
from shared.contracts.membership import ListMembers
from shared.contracts.message import Command, CommandData, Verdict
from shared.contracts.money import format_credits, parse_credits
from shared.contracts.organizations import ShowOrganization
from shared.contracts.refusals import RefusalCode
from shared.messaging.publisher import Outgoing

ROUNDS = 2
SEED = 5
FIRST_MONTH = "2026-02"
# 50 more came and went at once: they were refunded before they were paid.
STORY = {
    "granted": "900",
    "captured": "567",
    "expired": "117",
    "clawed_back": "150",
    "available": "66",
}
USED = {"Ana": "0", "Ben": "410", "Chloe": "122", "Eva": "35"}


async def everything_again(scene: Scene) -> str:
    before = await _state(scene)
    messages: list[Callable[[], Coroutine[None, None, None]]]
    messages = [partial(_order_again, scene, order) for order in scene.stage.orders]
    messages += [partial(_command_again, scene, *said) for said in scene.stage.commands]
    messages += [partial(_letter_again, scene, *said) for said in scene.stage.letters]
    random = Random(SEED)
    for _ in range(ROUNDS):
        random.shuffle(messages)
        await asyncio.gather(*(send() for send in messages))
    await send_table(scene)
    await _copies_are_heard(scene)
    after = await _state(scene)
    if after != before:
        message = f"everything again changed {before} to {after}"
        raise Unexpected(message)
    count = len(messages) * ROUNDS
    return (
        f"All {len(messages)} messages are sent twice more in random order, {count} in all:"
        " every answer, the pool, people, seats and access stay the same"
    )


async def statement(scene: Scene) -> str:
    figures = await scene.figures()
    _expect("the pool", _without_the_refunded(figures), STORY)
    months = await _list(scene, ListStatements(), "statements")
    for month, following in pairwise(months):
        _expect(f"the opening of {following['period']}", following["opening"], month["closing"])
    totals = {
        name: format_credits(sum(parse_credits(month["totals"][name]) for month in months))
        for name in ("granted", "captured", "expired", "clawed_back")
    }
    _expect("the sum of the statements", totals, {name: figures[name] for name in totals})
    people = await _list(scene, ListStatementPeople(period=FIRST_MONTH), "people")
    used = {person["account_id"]: person["used"] for person in people}
    _expect(
        "who used what",
        {name: used.get(str(scene.ids[name]), "0") for name in USED},
        USED,
    )
    return (
        "900 credits granted = 567 captured (Chloe 122, Ben 410, Eva 35) + 117 expired"
        f" + 150 clawed back + 66 available, as {len(months)} monthly statements say"
    )


async def _state(scene: Scene) -> list[object]:
    """What must stay as it is: every figure of the pool, who is in, who has seats and access."""
    questions = (ListMembers(), ListLicenses(), ListCreditAccess(), ShowOrganization())
    shown = [await scene.does(scene.administrator, question) for question in questions]
    return [await scene.figures(), *(verdict.result for verdict in shown)]


def _without_the_refunded(figures: dict[str, str]) -> dict[str, str]:
    """Leave out what was granted and taken back in one breath, and all that is not in the story."""
    refunded = parse_credits(REFUNDED_UNPAID)
    return {
        name: format_credits(
            parse_credits(figures[name]) - refunded * (name in {"granted", "clawed_back"})
        )
        for name in STORY
    }


def _expect(what: str, found: object, expected: object) -> None:
    if found != expected:
        message = f"{what}: expected {expected}, but it is {found}"
        raise Unexpected(message)


async def _list(scene: Scene, question: CommandData, name: str) -> list[dict[str, Any]]:
    found = ((await scene.does(scene.administrator, question)).result or {}).get(name)
    if not isinstance(found, list):
        message = f"{type(question).__name__} answered no {name}"
        raise Unexpected(message)
    return [each for each in found if isinstance(each, dict)]


async def _copies_are_heard(scene: Scene) -> None:
    """Queues keep their order: once Fay's own purchase is in, the copies before it were heard."""
    await pays(scene, "O-16", "Fay", credit_line("1", ends=IN_JANUARY))
    await scene.pool_becomes("1/0/1", of="Fay")


async def _order_again(scene: Scene, order: Outgoing) -> None:
    await scene.stage.asks.publisher.publish(order)


async def _command_again(scene: Scene, command: Command[CommandData], verdict: Verdict) -> None:
    _expect_same(await scene.stage.asks.ask(command, answer_seconds=ANSWER_SECONDS), verdict)


async def _letter_again(scene: Scene, letter: Letter, verdict: Verdict) -> None:
    _expect_same(await scene.stage.send_again(letter), verdict)


def _expect_same(again: Verdict, before: Verdict) -> None:
    """The same verdict, though what was refused in February may be forgotten in July."""
    stale = again.refused is not None and again.refused.code == RefusalCode.STALE_REPORT
    if again != before and not (stale and before.refused is not None):
        message = f"{before.id} was {before}, and again {again}"
        raise Unexpected(message)
