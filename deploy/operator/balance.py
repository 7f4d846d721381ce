"""`coffer balance`: what a pool has, as its ledger answers."""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import typer

from deploy.native.errors import StackError
from deploy.native.stack import find_stack

ASKER = "coffer_portal"
SHOWN = ("posted", "held", "available", "debt")


def balance(
    organization: Annotated[UUID, typer.Argument(help="Its id, or that of a single account.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs, not for eyes.")] = False,
) -> None:
    """Show a pool: posted, held, available (R50), and its lots in the order they are used."""
    from aiormq.exceptions import AMQPError  # noqa: PLC0415 -- the driver loads slowly

    from deploy.operator.pool import show_pool  # noqa: PLC0415 -- as above
    from shared.messaging.ask import NoAnswer  # noqa: PLC0415 -- as above
    from shared.messaging.publisher import NotConfirmed  # noqa: PLC0415 -- as above

    try:
        verdict = asyncio.run(show_pool(_asker_url(), organization))
    except (StackError, NoAnswer, NotConfirmed, OSError, AMQPError) as error:
        print(str(error) or repr(error), file=sys.stderr)
        raise typer.Exit(1) from error
    if verdict.refused is not None:
        print(f"{verdict.refused.code}: {verdict.refused.message}", file=sys.stderr)
        raise typer.Exit(1)
    pool = dict(verdict.result or {})
    print(json.dumps(pool) if as_json else text_of(pool))


def text_of(pool: Mapping[str, object]) -> str:
    """The pool for eyes, one amount a line, in credits."""
    lines = [f"{name:<10} {pool.get(name, '0'):>20}" for name in SHOWN]
    lots = pool.get("lots")
    for lot in lots if isinstance(lots, list) else []:
        expires = lot.get("expires_at") or "never"
        lines.append(
            f"lot {lot['lot']:<6} {lot['free']:>20} of {lot['granted']}, expires {expires},"
            f" order {lot['order_id']}"
        )
    return "\n".join(lines)


def _asker_url() -> str:
    stack = find_stack()
    if stack is None or ASKER not in stack.amqp_urls:
        message = "No stack runs here: start one with `coffer up`."
        raise StackError(message)
    return stack.amqp_urls[ASKER]
