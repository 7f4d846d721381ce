"""Runs dbmate over a service's migrations: plain SQL, forward only."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MIGRATE_SECONDS = 600
# Inbox and outbox are alike in every service's database and come before its own tables.
EVERYWHERE = Path(__file__).parents[1] / "messaging" / "migrations"
# dbmate insists on this line, though nothing here is ever undone by it.
NO_WAY_BACK = "\n-- migrate:down\n"


class MigrationError(Exception):
    """A migration did not apply; the database stands where the one before it left it."""


def migrate(database_url: str, folder: Path) -> None:
    """Apply what the database has not seen yet, one process at a time."""
    with tempfile.TemporaryDirectory(prefix="coffer-migrations-") as gathered:
        for source in (*EVERYWHERE.glob("*.sql"), *folder.glob("*.sql")):
            text = source.read_text(encoding="utf-8")
            (Path(gathered) / source.name).write_text(text + NO_WAY_BACK, encoding="utf-8")
        _run(database_url, Path(gathered), folder)


def _run(database_url: str, gathered: Path, folder: Path) -> None:
    command = [_dbmate(), "--env-file", os.devnull, "--migrations-dir", str(gathered)]
    # The address holds a password, so it goes by the environment, which `ps` does not show.
    result = subprocess.run(  # noqa: S603 -- our own binary with our own arguments
        [*command, "--no-dump-schema", "--migration-lock", "migrate"],
        env={"DATABASE_URL": database_url, "PATH": os.environ.get("PATH", os.defpath)},
        cwd=gathered,
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
