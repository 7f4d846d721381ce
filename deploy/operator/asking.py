"""Commands that ask the services of a running stack: one line says what is wrong, if anything."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import typer

from deploy.native.errors import BrokerRefusedError, SettingsError, StackError
from deploy.native.stack import Stack, find_stack
from deploy.operator.exits import NOT_ANSWERED, REFUSED

if TYPE_CHECKING:
    from uuid import UUID

    from deploy.operator.inquiry import Inquiry
    from shared.messaging.ask import Asker

ASKER = "coffer_portal"
INTERRUPTED = 130
NO_STACK = "No stack runs here: start one with `coffer up`."

Answer = TypeVar("Answer")


def ask_ledger(owner: "UUID", work: "Callable[[Inquiry], Awaitable[Answer]]") -> Answer:
    """Do `work` with an inquiry about the wallet `owner`; ends the command if it cannot be done."""
    from deploy.operator.inquiry import inquiry  # noqa: PLC0415 -- the contracts load slowly

    async def asked() -> Answer:
        async with inquiry(address_of(ASKER), owner) as inquires:
            return await work(inquires)

    with asking():
        return asyncio.run(asked())


def ask_services(work: "Callable[[Asker], Awaitable[Answer]]") -> Answer:
    """Do `work` as the operator; ends the command if it cannot be done."""
    from deploy.operator.operating import operator_url  # noqa: PLC0415 -- the contracts load slowly
    from shared.messaging.ask import asker  # noqa: PLC0415 -- as above

    async def asked() -> Answer:
        async with asker(operator_url()) as asks:
            return await work(asks)

    with asking():
        return asyncio.run(asked())


@contextmanager
def asking(*, interrupted: int = INTERRUPTED) -> Iterator[None]:
    """End the command with one line when it is refused, nobody answers, or a file fails."""
    from aiormq.exceptions import AMQPError  # noqa: PLC0415 -- the driver loads slowly

    from deploy.operator.inquiry import RefusedError  # noqa: PLC0415 -- as above
    from shared.messaging.ask import NoAnswer  # noqa: PLC0415 -- as above
    from shared.messaging.publisher import NotConfirmed  # noqa: PLC0415 -- as above

    expected = (RefusedError, StackError, NoAnswer, NotConfirmed, AMQPError, OSError)
    # What the driver has to say of a lost broker is said here, in one line.
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(interrupted) from None
    except (SettingsError, BrokenPipeError):
        raise
    except (*expected, ExceptionGroup) as error:
        first = _first_of(error)
        if not isinstance(first, expected):
            raise
        print(_told(first), file=sys.stderr)
        is_said = isinstance(first, RefusedError | BrokerRefusedError)
        is_answered = is_said or _file_of(first) is not None
        raise typer.Exit(REFUSED if is_answered else NOT_ANSWERED) from error


def _told(error: Exception) -> str:
    if not isinstance(error, OSError):
        return str(error) or repr(error)
    reason = error.strerror or str(error) or repr(error)
    file = _file_of(error)
    return f"The broker does not answer: {reason}" if file is None else f"{file}: {reason.lower()}"


def _file_of(error: Exception) -> str | None:
    """The file that could not be used; nothing where it was the broker."""
    file = error.filename if isinstance(error, OSError) else None
    return None if file is None else str(file)


def _first_of(error: Exception) -> Exception:
    """What went wrong first; tasks that run together wrap it in groups."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def running_stack(user: str = ASKER) -> Stack:
    """The stack that runs here and knows this broker user; raises StackError when none does."""
    stack = find_stack()
    if stack is None or user not in stack.amqp_urls:
        raise StackError(NO_STACK)
    return stack


def address_of(user: str) -> str:
    """The broker's address for one of its users, on the stack that runs here."""
    return running_stack(user).amqp_urls[user]
