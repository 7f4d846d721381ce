"""The command `coffer dry-run`."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from uuid import UUID

import typer

from deploy.operator.asking import ask_ledger
from deploy.operator.exits import DONE, REFUSED, WRONGLY_CALLED
from deploy.operator.sources import content_of

if TYPE_CHECKING:
    from deploy.operator.dry_run.reading import Batch, Wrong
    from deploy.operator.inquiry import Inquiry

BYTES_MAX = 50_000_000


def dry_run(
    file: Annotated[
        Path,
        typer.Argument(
            help="JSON lines or CSV with account_id, amount, job, max_credits, product, owner; "
            "- is stdin.",
            allow_dash=True,
        ),
    ],
    *,
    organization: Annotated[
        UUID | None, typer.Option(help="The owner of lines that do not name one.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="For programs, not for eyes: one object a line.")
    ] = False,
) -> None:
    """Ask whether authorizations would pass now, in the order of the file; changes nothing.

    A line that would not says which limits bind, how many credits are short, who can lift them and
    when they renew. Ends with 0 if all pass, 1 if not, 2 if the file is wrong, 3 if nobody answers.
    """
    from deploy.operator.dry_run import reading, showing  # noqa: PLC0415 -- the contracts load slowly

    found = reading.read(content_of(file, bytes_max=BYTES_MAX), organization)
    if found.wrong:
        _refuse(found.wrong, as_json=as_json)
    passes = True
    for owner, batch in found.batches.items():
        answer = _ask(owner, batch)
        showing.show(owner, batch, answer, sys.stdout, as_json=as_json)
        passes = passes and answer["passes"]
    raise typer.Exit(DONE if passes else REFUSED)


def _refuse(wrong: "list[Wrong]", *, as_json: bool) -> NoReturn:
    for one in wrong:
        text = f"line {one.line}: {one.code}: {one.message}"
        print(json.dumps(asdict(one)) if as_json else text, file=sys.stderr)
    raise typer.Exit(WRONGLY_CALLED)


def _ask(owner: UUID, batch: "Batch") -> dict[str, Any]:
    from deploy.operator.dry_run import showing  # noqa: PLC0415 -- as above
    from deploy.operator.inquiry import RefusedError  # noqa: PLC0415 -- as above

    async def work(inquiry: "Inquiry") -> "dict[str, Any] | RefusedError":
        try:
            return await showing.try_batch(inquiry, batch)
        except RefusedError as refused:
            return refused

    answer = ask_ledger(owner, work)
    if isinstance(answer, RefusedError):
        print(f"{answer} ({owner})", file=sys.stderr)
        raise typer.Exit(REFUSED)
    return answer
