"""Runs dbmate over a service's migrations: plain SQL, forward only."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

MIGRATE_SECONDS = 600


class MigrationError(Exception):
    """A migration did not apply; the database stands where the one before it left it."""


def migrate(database_url: str, folder: Path) -> None:
    """Apply what the database has not seen yet, one process at a time."""
    command = [_dbmate(), "--env-file", os.devnull, "--migrations-dir", str(folder)]
    # The address holds a password, so it goes by the environment, which `ps` does not show.
    result = subprocess.run(  # noqa: S603 -- our own binary with our own arguments
        [*command, "--no-dump-schema", "--migration-lock", "migrate"],
        env={"DATABASE_URL": database_url, "PATH": os.environ.get("PATH", os.defpath)},
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=MIGRATE_SECONDS,
    )
    if result.returncode != 0:
        message = f"The migrations in {folder} failed: {(result.stderr or result.stdout).strip()}"
        raise MigrationError(message)


def _dbmate() -> str:
    """The wheel puts it beside the interpreter, which need not be on PATH."""
    beside = Path(sys.executable).with_name("dbmate")
    found = str(beside) if beside.exists() else shutil.which("dbmate")
    if found is None:
        message = "The program `dbmate` is missing: install Coffer's dependencies again."
        raise MigrationError(message)
    return found
