"""The command `coffer reconcile`."""

import asyncio
import json
import sys
from dataclasses import asdict
from typing import Annotated, NoReturn
from urllib.parse import urlsplit

import typer

from deploy.native.settings import read_settings
from deploy.native.stack import find_stack
from deploy.operator.exits import NOT_ANSWERED, REFUSED

DATABASE = "coffer_credit_ledger"
SCHEMES = {"postgresql", "postgres"}


def _address(text: str | None) -> str | None:
    if text is not None and urlsplit(text).scheme not in SCHEMES:
        message = "is no address like postgresql://user:password@host:5432/coffer_credit_ledger"
        raise typer.BadParameter(message)
    return text


def reconcile(
    as_json: Annotated[bool, typer.Option("--json", help="For programs, not for eyes.")] = False,
    database_url: Annotated[
        str | None,
        typer.Option(callback=_address, help="The ledger's database (default: the stack's)."),
    ] = None,
) -> None:
    """Recompute all wallets, lots, holds, quotas and sequences; fail if the journal differs."""
    import asyncpg  # noqa: PLC0415 -- the driver takes longer to load than most commands to run

    from deploy.operator.reconcile import report as room  # noqa: PLC0415 -- as above

    address = database_url or _ledger_address()
    if address is None:
        _fail("No stack runs here: start one with `coffer up`, or set DATABASE_URL.")
    try:
        report = asyncio.run(room.reconcile(address))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        _fail(f"The ledger's database cannot be read: {error}")
    if as_json:
        print(json.dumps(asdict(report)))
    else:
        print(f"{report.wallets} wallets, {report.journal_rows} journal rows: ", end="")
        print("balanced" if report.balanced else f"{len(report.differences)} differences")
        print(*report.differences, sep="\n", end="\n" if report.differences else "")
    if not report.balanced:
        raise typer.Exit(REFUSED)


def _ledger_address() -> str | None:
    """The administrator's address of the ledger's database, or the one the operator named for it.

    Without a stack, DATABASE_URL alone is enough: no broker is asked anything.
    """
    settings = read_settings()
    named = settings.database_url_by_service.get("credit_ledger")
    stack = find_stack()
    administrative = stack.database_url if stack else settings.database_url
    if named or not administrative:
        return named
    return urlsplit(administrative)._replace(path=f"/{DATABASE}").geturl()


def _fail(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    raise typer.Exit(NOT_ANSWERED)
