"""`coffer balance`: what a pool has, as its ledger answers."""

import json
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import typer

from deploy.operator.asking import ask_ledger

SHOWN = ("posted", "held", "available", "debt")


def balance(
    organization: Annotated[UUID, typer.Argument(help="Its id, or that of a single account.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs, not for eyes.")] = False,
) -> None:
    """Show a pool: posted, held, available (R50), and its lots in the order they are used."""
    from shared.contracts.credit_queries import ShowPool  # noqa: PLC0415 -- slow to load

    pool = ask_ledger(organization, lambda inquiry: inquiry.ask(ShowPool()))
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
