"""The unprivileged user who runs the servers when we are root; neither server runs as root."""

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path
from signal import Signals

from deploy.native.errors import StackError
from deploy.native.settings import ROOT_USER_ID

CANDIDATES = ("daemon", "nobody")
MAY_ENTER_FOR_OTHERS = 0o001


@dataclass(frozen=True)
class Account:
    """A user that exists on every machine and owns nothing."""

    name: str
    user_id: int
    group_id: int


def unprivileged() -> Account | None:
    """Nobody to change to when we are not root."""
    if os.geteuid() != ROOT_USER_ID:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, user_id=entry.pw_uid, group_id=entry.pw_gid)
    message = f"Neither of the users {' and '.join(CANDIDATES)} exists to run the servers."
    raise StackError(message)


def wrapped(command: list[str], *, stop_signal: Signals, account: Account | None) -> list[str]:
    """The command as the account, ended by the kernel should the supervisor die before it."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if account is None:
            return command
        message = "`setpriv` (package util-linux) is needed to start the servers as root."
        raise StackError(message)
    change = [f"--reuid={account.user_id}", f"--regid={account.group_id}"] if account else []
    groups = ["--clear-groups"] if account else []
    return [setpriv, *change, *groups, f"--pdeathsig={stop_signal.name}", "--", *command]


def may_reach(account: Account | None, path: Path) -> bool:
    """Whether the account can enter every folder above the path."""
    if account is None:
        return True
    return all(
        parent.stat().st_mode & MAY_ENTER_FOR_OTHERS for parent in path.parents if parent.exists()
    )


def give(account: Account | None, path: Path) -> None:
    """Hand a file or folder over to the account."""
    if account is not None:
        os.chown(path, account.user_id, account.group_id)
