"""Starts a supervisor, and ends what one left behind when it was killed."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from signal import SIGINT, SIGTERM

from deploy.native.account import unprivileged
from deploy.native.home import Home, prepare
from deploy.native.plan import Plan
from deploy.native.processes import Process

PROJECT = Path(__file__).parents[2]
# Services answer what they hold while broker and database are there; the broker may still write.
SERVERS_IN_ORDER_OF_STOP = ("broker", "epmd", "database")
PATIENCE_SECONDS = 20
TAIL_LINES = 12


def launch(home: Home, plan: Plan) -> "subprocess.Popen[bytes]":
    """A process of its own session, so that Ctrl-C reaches only us. Its stdin is the lifeline: the
    kernel closes our end even when we are killed, and an owned stack ends with it.
    """
    prepare(home, unprivileged())
    with (home.logs / "supervisor.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "deploy.native.supervisor", plan.to_argument()],
            cwd=PROJECT,
            env={**os.environ, "COFFER_HOME": str(home.root)},
            stdin=subprocess.PIPE if plan.owned else subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def end_children(children: Mapping[str, Process]) -> None:
    """Services first, then broker and database, as the supervisor would have done."""
    services = [name for name in children if name not in SERVERS_IN_ORDER_OF_STOP]
    for name in (*services, *SERVERS_IN_ORDER_OF_STOP):
        if name in children:
            stop_signal = SIGINT if name == "database" else SIGTERM
            children[name].end(stop_signal, patience_seconds=PATIENCE_SECONDS)


def has_ended(supervisor: "subprocess.Popen[bytes]", seconds: float) -> bool:
    try:
        supervisor.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def log_tail(home: Home, name: str) -> str:
    """The last lines a process wrote, to show beside the sentence that it failed."""
    log = home.logs / f"{name}.log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join((f"the end of {log}:", *(f"  {line}" for line in lines[-TAIL_LINES:])))
