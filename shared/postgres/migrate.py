"""Runs dbmate over a service's migrations: plain SQL, forward only, beside a running release.

No migration waits for a table for longer than half a second, for whoever came after it waits as
long: it gives up, lets them pass and tries again. A file therefore takes the strong lock of one
table that is in use, at most, and takes long over none. What would take long, as an index on a
large table does, stands alone in a file that begins with `-- migrate:up transaction:false` and is
made CONCURRENTLY; it blocks nobody, so that it may wait.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from random import uniform

MIGRATE_SECONDS = 600
LOCK_MILLISECONDS = 500
TRIES_MAX = 60
PAUSE_SECONDS_MAX = 2.0
# Inbox and outbox are alike in every service's database and come before its own tables.
EVERYWHERE = Path(__file__).parents[1] / "messaging" / "migrations"
# dbmate insists on this line, though nothing here is ever undone by it.
NO_WAY_BACK = "\n-- migrate:down\n"
OUTSIDE_TRANSACTIONS = "transaction:false"
# How dbmate tells that a lock was not to be had in time: SQLSTATE, whatever the language.
NOT_LOCKED = "(55P03)"


class MigrationError(Exception):
    """A migration did not apply; the database stands where the one before it left it."""


def migrate(database_url: str, folder: Path, *, tries: int = TRIES_MAX) -> None:
    """Apply what the database has not seen yet, one process at a time.

    Raises MigrationError for a migration that fails, or whose table was not to be had in as many
    tries; what came before it is applied, and a later run goes on from there.
    """
    sources = sorted((*EVERYWHERE.glob("*.sql"), *folder.glob("*.sql")), key=lambda file: file.name)
    with tempfile.TemporaryDirectory(prefix="coffer-migrations-") as gathered:
        for is_alone, text_by_name in _groups(sources):
            for name, text in text_by_name.items():
                (Path(gathered) / name).write_text(text + NO_WAY_BACK, encoding="utf-8")
            wait = "0" if is_alone else f"{LOCK_MILLISECONDS}ms"
            _run(database_url, Path(gathered), folder, wait=wait, tries=tries)


def _groups(sources: Iterable[Path]) -> Iterator[tuple[bool, dict[str, str]]]:
    """Put together what runs together: dbmate knows one waiting time for all it is given."""
    texts = [(source.name, source.read_text(encoding="utf-8")) for source in sources]
    for is_alone, some in groupby(texts, key=lambda one: OUTSIDE_TRANSACTIONS in one[1]):
        yield is_alone, dict(some)


def _run(database_url: str, gathered: Path, folder: Path, *, wait: str, tries: int) -> None:
    for attempt in range(1, tries + 1):
        failure = _failure(database_url, gathered, wait)
        if failure is None:
            return
        if NOT_LOCKED not in failure:
            message = f"The migrations in {folder} failed: {failure}"
            raise MigrationError(message)
        time.sleep(min(PAUSE_SECONDS_MAX, uniform(0.1, 0.2) * attempt))  # noqa: S311  # spreads tries
    message = (
        f"The migrations in {folder} gave up after {tries} tries of {wait} each: a transaction"
        " holds a table that one of them changes (pg_locks and pg_stat_activity show whose)."
        f" Nothing of that one was applied; run them again when it has ended. {failure}"
    )
    raise MigrationError(message)


def _failure(database_url: str, gathered: Path, wait: str) -> str | None:
    """Run dbmate once; what it complains of, or nothing."""
    command = [_dbmate(), "--env-file", os.devnull, "--migrations-dir", str(gathered)]
    # The address holds a password, so it goes by the environment, which `ps` does not show.
    result = subprocess.run(  # noqa: S603 -- our own binary with our own arguments
        [*command, "--no-dump-schema", "--migration-lock", "migrate"],
        env={
            "DATABASE_URL": database_url,
            "PATH": os.environ.get("PATH", os.defpath),
            "PGOPTIONS": f"-c lock_timeout={wait}",
        },
        cwd=gathered,
        check=False,
        capture_output=True,
        text=True,
        timeout=MIGRATE_SECONDS,
    )
    return (result.stderr or result.stdout).strip() if result.returncode else None


def _dbmate() -> str:
    """The wheel puts it beside the interpreter, which need not be on PATH."""
    beside = Path(sys.executable).with_name("dbmate")
    found = str(beside) if beside.exists() else shutil.which("dbmate")
    if found is None:
        message = "The program `dbmate` is missing: install Coffer's dependencies again."
        raise MigrationError(message)
    return found
