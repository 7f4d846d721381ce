"""The command `coffer bulk`."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from deploy.native.stack import Stack
from deploy.operator.asking import ASKER, asking, running_stack
from deploy.operator.exits import DONE, NOT_ANSWERED, REFUSED
from deploy.operator.sources import content_of
from shared.clock import OFFSET_FILE, Clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.bulk.results import Result
    from shared.bulk.table import Row

FOLDER = "bulk"
SAID_EVERY = 250


def bulk(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="CSV with action, email; and role, product, mode, limit, period. A dash is stdin.",
            allow_dash=True,
        ),
    ] = None,
    *,
    organization: Annotated[UUID | None, typer.Option(help="The organization.")] = None,
    administrator: Annotated[
        UUID | None, typer.Option("--as", help="Its Administrator, in whose name it is done.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would be done, and do nothing.")
    ] = False,
    failed: Annotated[
        Path | None, typer.Option(help="Write the rows that failed there, to mend and send again.")
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Print a table to start from.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One object a row.")] = False,
) -> None:
    """Add and remove people, give and take seats, set access: a row each, up to 5,000 (T34).

    Good rows are done, each bad one is named with its column or limit. The same file again changes
    nothing and tells the same. Ends with 0 if all are done, 1 if not, 2 if the file is no such
    table, 3 if the services did not answer.
    """
    from shared.bulk.table import example  # noqa: PLC0415 -- slow

    if template:
        print(example(), end="")
        return
    if file is None or organization is None or administrator is None:
        wanted = {"file": file, "--organization": organization, "--as": administrator}
        missing = ", ".join(name for name, given in wanted.items() if given is None)
        raise typer.BadParameter("is missing, or --template", param_hint=missing)
    content, rows = _rows(file)
    results = _results(Sending(content, rows, organization, administrator, dry_run))
    for result in results:
        print(_text(result, as_json=as_json))
    if failed is not None:
        from shared.bulk.results import failed_rows  # noqa: PLC0415 -- slow

        with asking():
            failed.write_text(failed_rows(results), encoding="utf-8")
    raise typer.Exit(_ends(results))


@dataclass(frozen=True)
class Sending:
    """What is sent, for whom, by whom."""

    content: bytes
    rows: "Sequence[Row]"
    organization: UUID
    by: UUID
    dry_run: bool


def _rows(file: Path) -> "tuple[bytes, Sequence[Row]]":
    """The table, whole; a file that is none is a wrong call."""
    from shared.bulk.table import BYTES_MAX, UnreadableError, read  # noqa: PLC0415 -- slow

    content = content_of(file, bytes_max=BYTES_MAX)
    try:
        return content, read(content)
    except UnreadableError as error:
        raise typer.BadParameter(f"{file}: {error}", param_hint="file") from error


def _results(sending: Sending) -> "list[Result]":
    """Carry the rows out on the stack that runs here, or try them."""
    from shared.bulk.office import NotShownError  # noqa: PLC0415 -- the driver loads slowly

    try:
        with asking():
            return asyncio.run(_carried_out(running_stack(), sending))
    except NotShownError as error:
        print(str(error), file=sys.stderr)
        raise typer.Exit(REFUSED) from error


async def _carried_out(stack: Stack, sending: Sending) -> "list[Result]":
    from shared.bulk.office import Office  # noqa: PLC0415 -- the driver loads slowly
    from shared.bulk.receipts import digest_of, receipt_in  # noqa: PLC0415 -- as above
    from shared.bulk.running import Run  # noqa: PLC0415 -- as above
    from shared.bulk.trying import Trial  # noqa: PLC0415 -- as above
    from shared.messaging.ask import asker  # noqa: PLC0415 -- as above

    clock = Clock(stack.home / OFFSET_FILE if stack.demo else None)
    async with asker(stack.amqp_urls[ASKER]) as asks:
        office = Office(asks, clock, sending.organization, sending.by)
        if sending.dry_run:
            return await Trial(office, _progress).all(sending.rows)
        digest = digest_of(sending.content, organization=sending.organization, by=sending.by)
        await office.open()
        people = office.those_in(sending.rows)
        receipt = receipt_in(stack.home / FOLDER, digest, people=people, now=clock.now())
        return await Run(office, receipt, _progress).all(sending.rows)


def _progress(done: int, of: int) -> None:
    if done % SAID_EVERY == 0 or (done == of and of > SAID_EVERY):
        print(f"{done:,} of {of:,} rows", file=sys.stderr)


def _text(result: "Result", *, as_json: bool) -> str:
    from shared.bulk.results import text_of  # noqa: PLC0415 -- slow

    if not as_json:
        return text_of(result)
    told: dict[str, object] = {"line": result.row.line, "outcome": result.outcome}
    if result.wrong is not None:
        told |= {"code": result.wrong.code, "message": result.wrong.message}
    if result.earlier is not None:
        told["earlier"] = result.earlier
    return json.dumps(told)


def _ends(results: "Sequence[Result]") -> int:
    if any(result.outcome == "unanswered" for result in results):
        return NOT_ANSWERED
    return REFUSED if any(result.failed for result in results) else DONE
