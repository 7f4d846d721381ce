"""The command `coffer export`."""

import os
import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from deploy.operator.asking import ask_ledger
from deploy.operator.exits import REFUSED


def _new_folder(out: Path) -> Path:
    if out.exists():
        message = f"{out} is there already"
        raise typer.BadParameter(message)
    if not out.parent.is_dir():
        message = f"{out.parent} is no folder"
        raise typer.BadParameter(message)
    if not os.access(out.parent, os.W_OK):
        message = f"nothing can be written to {out.parent}"
        raise typer.BadParameter(message)
    return out


def export(
    organization: Annotated[UUID, typer.Argument(help="Its id, or that of a single account.")],
    *,
    out: Annotated[
        Path, typer.Option(callback=_new_folder, help="A folder that is not there yet.")
    ],
) -> None:
    """Write all the ledger keeps of an organization to files; an interrupted export goes on.

    One JSON object a line, amounts as decimal strings; `manifest.json` counts the lines and names
    the journal's last row and head. The folder appears when it is complete.
    """
    from deploy.operator.export import writing  # noqa: PLC0415 -- slow to load

    try:
        manifest = ask_ledger(
            organization, lambda inquiry: writing.export_to(inquiry, out, sys.stderr)
        )
    except writing.NotWholeError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(REFUSED) from error
    rows = sum(file["rows"] for file in manifest["files"].values())
    print(f"{out}: {len(manifest['files'])} files, {rows:,} lines, journal row {manifest['seq']}")
