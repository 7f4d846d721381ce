"""The command `coffer import`."""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from deploy.operator.asking import asking
from deploy.operator.exits import DONE, NOT_ANSWERED, REFUSED
from deploy.operator.sources import content_of

if TYPE_CHECKING:
    from deploy.operator.importing.reading import Row
    from deploy.operator.importing.sending import Outcome, Sent

BYTES_MAX = 50_000_000


def import_balances(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV with owner, reference, credits; and category, expires_at, currency,"
            " unit_price, note, owner_kind. A dash is stdin.",
            allow_dash=True,
        ),
    ],
    *,
    operator: Annotated[
        UUID | None, typer.Option(help="Your account, to be written down beside each balance.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="For programs, not for eyes: one object a row.")
    ] = False,
) -> None:
    """Bring opening balances in from another ledger; each row is one lot, once per reference.

    Good rows come in, each bad one is named with its column: mend the file and send it again; what
    is there already is told apart. Ends with 0 if all are in, 1 if not, 2 if the file is no such
    table, 3 if the ledger did not answer.
    """
    from deploy.operator.importing.reading import UnreadableError, read  # noqa: PLC0415 -- slow

    try:
        rows = read(content_of(file, bytes_max=BYTES_MAX))
    except UnreadableError as error:
        raise typer.BadParameter(f"{file}: {error}", param_hint="file") from error
    raise typer.Exit(_import(rows, operator, as_json=as_json))


def text_of(sent: "Sent", *, as_json: bool = False) -> str:
    """Say what became of a row, for eyes or as one object."""
    row, wrong, result = sent.row.number, sent.wrong, sent.result
    if as_json:
        told = {"row": row, **(result or {})}
        if result is not None:
            told["repeated"] = sent.outcome == "already there"
        if wrong is not None:
            told |= {"code": wrong.code, "message": wrong.message}
        return json.dumps({**told, "accepted": result is not None})
    if wrong is not None:
        return f"row {row}: {wrong.code}: {wrong.message}"
    if result is None:
        return f"row {row}: no answer; send the file again"
    repeated = "already there, " if sent.outcome == "already there" else ""
    return f"row {row}: {repeated}lot {result['lot']}, {result['amount']} credits"


def summary_of(counts: "Counter[Outcome]") -> str:
    """How many rows came in, and what became of the others."""
    from deploy.operator.importing.sending import OUTCOMES  # noqa: PLC0415 -- slow

    told = [f"{counts[outcome]:,} {outcome}" for outcome in OUTCOMES if counts[outcome]]
    return f"{counts.total():,} rows: {', '.join(told)}"


def _import(rows: "list[Row]", operator: UUID | None, *, as_json: bool) -> int:
    from deploy.operator.importing.sending import send  # noqa: PLC0415 -- the driver loads slowly
    from deploy.operator.operating import operator_url  # noqa: PLC0415 -- as above

    counts: Counter[Outcome] = Counter()

    async def sending() -> None:
        async for sent in send(operator_url(), rows, operator):
            print(text_of(sent, as_json=as_json))
            counts[sent.outcome] += 1

    with asking():
        asyncio.run(sending())
    print(summary_of(counts), file=sys.stderr)
    if counts["unanswered"]:
        return NOT_ANSWERED
    return REFUSED if counts["refused"] else DONE
