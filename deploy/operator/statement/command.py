"""The command `coffer statement`."""

import re
import sys
from typing import Annotated, Literal
from uuid import UUID

import typer

from deploy.operator.asking import ask_ledger

PERIOD = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)


def _period(text: str | None) -> str | None:
    if text is not None and not PERIOD.fullmatch(text):
        message = "a month is written like 2026-11"
        raise typer.BadParameter(message)
    return text


def statement(
    organization: Annotated[UUID, typer.Argument(help="Its id, or that of a single account.")],
    *,
    period: Annotated[
        str | None,
        typer.Option(callback=_period, help="A month like 2026-11; without it, all in short."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="For a spreadsheet.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs, not for eyes.")] = False,
) -> None:
    """Show a month by booking: what it opened with, what moved, what it closed with (A18, A21)."""
    from deploy.operator.statement import showing  # noqa: PLC0415 -- the contracts load slowly

    if as_csv and as_json:
        message = "goes without --json"
        raise typer.BadParameter(message, param_hint="--csv")
    form: Literal["text", "csv", "json"] = "csv" if as_csv else "json" if as_json else "text"
    if period is None:
        ask_ledger(organization, lambda inquiry: showing.months(inquiry, sys.stdout, form))
    else:
        ask_ledger(organization, lambda inquiry: showing.month(inquiry, period, sys.stdout, form))
