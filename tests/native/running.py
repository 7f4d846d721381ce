"""Stacks for the tests, with stand-ins for the services, and waiting for them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeVar

from deploy.native.home import Home
from deploy.native.stack import Stack, read_stack

PROJECT = Path(__file__).parents[2]
STAND_INS = "tests.native.stand_ins"
DEADLINE_SECONDS = 100
Value = TypeVar("Value")
UP = (
    "from pathlib import Path; from deploy.native.home import Home;"
    "from deploy.native.plan import Plan; from deploy.native.stack import start_stack; import sys;"
    f"plan = Plan(demo=True, workers=1, package='{STAND_INS}');"
    "start_stack(Home(Path(sys.argv[1])), plan, print)"
)


@contextmanager
def a_home() -> Iterator[Home]:
    """A home that the servers' user can enter, as pytest's own temporary folders are not."""
    home = Home(Path(mkdtemp(prefix="coffer-test-")))
    yield home
    coffer(home, "down")
    subprocess.run(["rm", "-rf", str(home.root)], check=True)


def up(home: Home) -> Stack:
    """Start detached, as the command does: by a process that is gone afterwards."""
    subprocess.run([sys.executable, "-c", UP, str(home.root)], cwd=PROJECT, check=True)
    stack = read_stack(home)
    assert stack is not None
    return stack


def coffer(home: Home, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "deploy.operator.main", *arguments],
        cwd=PROJECT,
        env={**os.environ, "COFFER_HOME": str(home.root)},
        check=False,
        capture_output=True,
        text=True,
    )


def await_restart_of(name: str, stack: Stack) -> Stack:
    """The stack once the child has been started again and everything is healthy."""
    before = stack.children[name].restarts

    def healed() -> Stack | None:
        now = stack.now()
        return now if now.children[name].restarts > before and now.is_healthy else None

    return await_value(healed)


def await_value(probe: Callable[[], Value | None]) -> Value:
    """Ask until there is an answer."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        answer = probe()
        if answer is not None:
            return answer
        time.sleep(0.05)  # sleep: another process writes the file we read, and sends no event
    message = f"{probe.__name__} did not come true in {DEADLINE_SECONDS} s"
    raise TimeoutError(message)
