"""Where a stack keeps its data, logs, settings and secrets."""

import fcntl
import json
import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.native.account import Account, give, may_reach
from deploy.native.errors import StackError

OWNER_ONLY = 0o700
OTHERS_MAY_PASS = 0o711
SECRET_FILE = 0o600
PASSWORD_BYTES = 24


@dataclass(frozen=True)
class Home:
    """The folders of one stack."""

    root: Path

    @property
    def stack_file(self) -> Path:
        return self.root / "run" / "stack.json"

    @property
    def ports_file(self) -> Path:
        return self.root / "ports.json"

    @property
    def passwords_file(self) -> Path:
        return self.root / "passwords.json"

    @property
    def settings(self) -> Path:
        return self.root / "etc"

    @property
    def logs(self) -> Path:
        return self.root / "log"

    @property
    def deliveries(self) -> Path:
        """Where the ledger's workers note what was delivered, when they are asked to."""
        return self.root / "deliveries"

    @property
    def database(self) -> Path:
        return self.root / "database"

    @property
    def broker(self) -> Path:
        return self.root / "broker"


def prepare(home: Home, account: Account | None) -> None:
    """Make the folders; the servers' own belong to the account that runs them."""
    home.root.mkdir(parents=True, exist_ok=True)
    home.root.chmod(OTHERS_MAY_PASS if account else OWNER_ONLY)
    if account and not may_reach(account, home.root / "database"):
        message = (
            f"The servers run as user {account.name}, who cannot enter {home.root}: set COFFER_HOME"
            " to a folder outside private ones, or let others pass (chmod o+x) on the way to it."
        )
        raise StackError(message)
    for folder in (home.stack_file.parent, home.logs):
        _make(folder)
    for folder in (home.settings, home.database, home.broker):
        _make(folder)
        give(account, folder)


def passwords(home: Home, names: Collection[str]) -> dict[str, str]:
    """A random password for each name, made once and kept in a file only its owner reads."""
    kept: dict[str, str] = {}
    if home.passwords_file.exists():
        kept = json.loads(home.passwords_file.read_text())
    missing = {name: secrets.token_hex(PASSWORD_BYTES) for name in names if name not in kept}
    if missing:
        write_secret(home.passwords_file, json.dumps(kept | missing, indent=2))
    return {name: (kept | missing)[name] for name in names}


@contextmanager
def exclusive(lock_file: Path) -> Iterator[None]:
    """One process at a time; the next waits. The kernel frees the lock of one that is killed."""
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_secret(path: Path, text: str) -> None:
    """Replace the file in one step: a reader sees the old text or the new, never half."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, SECRET_FILE)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    beside.replace(path)


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(OWNER_ONLY)
