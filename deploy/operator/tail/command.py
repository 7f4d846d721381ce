"""The command `coffer tail`."""

import asyncio
from typing import Annotated

import typer

from deploy.operator.asking import ASKER, address_of, asking
from deploy.operator.exits import DONE
from deploy.operator.tail.offset import read_offset


def _offset(text: str) -> str:
    try:
        read_offset(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    return text


def tail(
    since: Annotated[
        str,
        typer.Option(
            callback=_offset,
            help="first, last, next, an offset, or a time like 2026-01-31T12:00:00Z.",
        ),
    ] = "next",
    *,
    count: Annotated[int | None, typer.Option(min=1, help="Stop after so many facts.")] = None,
    pattern: Annotated[
        str, typer.Option("--key", help="Only routing keys that begin so, like credit_ledger.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The facts as they are.")] = False,
) -> None:
    """Print facts, one a line, until Ctrl-C; each with the offset to start from again."""
    from deploy.operator.tail.stream import show  # noqa: PLC0415 -- the driver loads slowly

    with asking(interrupted=DONE):
        asyncio.run(show(address_of(ASKER), read_offset(since), pattern, count, as_json=as_json))
