"""The command `coffer usage`."""

import sys
from typing import Annotated, Literal
from uuid import UUID

import typer

from deploy.operator.asking import ask_ledger

SPAN_HELP = "A day like 2026-11-01 of the organization's time zone, or a moment of RFC 3339"


def usage(
    organization: Annotated[UUID, typer.Argument(help="Its id, or that of a single account.")],
    *,
    by: Annotated[
        str,
        typer.Option(
            help="Up to three of user, job, product, project, node, node_class, unit, day,"
            " tag:NAME, with commas; '' gives one total."
        ),
    ] = "user,job",
    since: Annotated[
        str | None, typer.Option(help=f"{SPAN_HELP} (default: the beginning).")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help=f"{SPAN_HELP}; not included (default: now).")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="For a spreadsheet.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="For programs, not for eyes: one object a line.")
    ] = False,
) -> None:
    """Sum usage by booking: charged less credited back, what was measured, and how many charges.

    All rows tell of one moment. What was booked since then, or is not written down yet, is said on
    stderr.
    """
    from deploy.operator.usage import showing  # noqa: PLC0415 -- the contracts load slowly

    if as_csv and as_json:
        message = "goes without --json"
        raise typer.BadParameter(message, param_hint="--csv")
    form: Literal["text", "csv", "json"] = "csv" if as_csv else "json" if as_json else "text"
    try:
        wanted = showing.wanted(by, since, until)
    except showing.WrongOption as error:
        raise typer.BadParameter(str(error), param_hint=error.option) from error
    ask_ledger(
        organization, lambda inquiry: showing.usage(inquiry, wanted, form, sys.stdout, sys.stderr)
    )
