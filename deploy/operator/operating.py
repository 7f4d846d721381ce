"""Acts as the vendor's staff: under the broker's user `operator`, until an answer came (A17)."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from deploy.native.errors import StackError
from deploy.native.settings import read_settings
from deploy.native.stack import find_stack
from deploy.operator.inquiry import RefusedError
from shared.clock import Clock
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.message import Command, CommandData, Verdict
from shared.messaging.ask import Asker, NoAnswer, asker

OPERATOR = "operator"
TRIES = 5


def operator_url() -> str:
    """The address of the broker's user `operator`: given, or that of the stack that runs here."""
    given = read_settings().operator_amqp_url
    if given:
        return given
    stack = find_stack()
    if stack is None or OPERATOR not in stack.amqp_urls:
        message = "No stack runs here: start one with `coffer up`, or set COFFER_OPERATOR_AMQP_URL."
        raise StackError(message)
    return stack.amqp_urls[OPERATOR]


async def answer_to(
    asks: Asker, question: CommandData, *, owner: UUID | None = None
) -> dict[str, Any]:
    """Ask once what is no ledger's; raises RefusedError, and NoAnswer."""
    clock = Clock()
    command: Command[CommandData] = COMMAND_BY_TYPE[question.TYPE](
        id=clock.new_id(),
        type=question.TYPE,
        actor=asks.user,
        owner=owner,
        sent_at=clock.now(),
        data=question,
    )
    verdict = await asks.ask(command)
    if verdict.refused is not None:
        raise RefusedError(verdict.refused)
    return dict(verdict.result or {})


async def act(
    amqp_url: str, data: CommandData, *, operator: UUID, owner: UUID | None = None
) -> Verdict:
    """Have one command carried out; raises NoAnswer when none came to the same id, again and again.

    `operator` is the account that is written down as having done it.
    """
    clock = Clock()
    async with asker(amqp_url) as asks:
        command: Command[CommandData] = COMMAND_BY_TYPE[data.TYPE](
            id=clock.new_id(),
            type=data.TYPE,
            actor=asks.user,
            on_behalf_of=operator,
            owner=owner,
            sent_at=clock.now(),
            data=data,
        )
        for _ in range(TRIES - 1):
            with suppress(NoAnswer):
                return await asks.ask(command)
        return await asks.ask(command)
