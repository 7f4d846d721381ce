"""The command `coffer tail`."""

import asyncio
import sys
from typing import Annotated

import typer

from deploy.native.errors import StackError
from deploy.native.stack import find_stack

READER = "coffer_portal"


def tail(
    since: Annotated[
        str,
        typer.Option(help="first, last, next, an offset, or a time like 2026-01-31T12:00:00Z."),
    ] = "next",
    *,
    count: Annotated[int | None, typer.Option(min=1, help="Stop after so many facts.")] = None,
    pattern: Annotated[
        str, typer.Option("--key", help="Only routing keys that begin so, like credit_ledger.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The facts as they are.")] = False,
) -> None:
    """Print facts, one a line, until Ctrl-C; each with the offset to start from again."""
    from aiormq.exceptions import AMQPError  # noqa: PLC0415 -- the driver loads slowly

    from deploy.operator.tail.stream import read_offset, show  # noqa: PLC0415 -- as above

    try:
        asyncio.run(show(_reader_url(), read_offset(since), pattern, count, as_json=as_json))
    except KeyboardInterrupt:
        raise typer.Exit from None
    except (StackError, ValueError, OSError, AMQPError) as error:
        print(str(error) or repr(error), file=sys.stderr)
        raise typer.Exit(1) from error


def _reader_url() -> str:
    stack = find_stack()
    if stack is None or READER not in stack.amqp_urls:
        message = "No stack runs here: start one with `coffer up`."
        raise StackError(message)
    return stack.amqp_urls[READER]
