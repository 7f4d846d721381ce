"""`coffer demo`: a stack of its own, the story, a recorded workload, the books, and out."""

import asyncio
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.native.errors import StackError
from deploy.native.plan import Plan
from deploy.native.stack import Stack, owned_stack, start_stack, temporary_home
from deploy.operator.demo.screen import Screen

if TYPE_CHECKING:
    from deploy.operator.demo.show import Outcome

ENDED_BY_SIGTERM = 128 + signal.SIGTERM
SAMPLE_JOBS = 5_000


def demo(
    as_json: Annotated[
        bool, typer.Option("--json", help="End with one JSON object on the last line of stdout.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the stack up.")] = False,
    jobs: Annotated[
        int, typer.Option(min=0, max=SAMPLE_JOBS, help="Recorded jobs to play after the story.")
    ] = SAMPLE_JOBS,
) -> None:
    """Tell the story of an organization on a stack of its own, play recorded jobs, reconcile."""
    from deploy.operator.demo.show import show  # noqa: PLC0415 -- loads what others need not wait for

    started = monotonic()
    screen = Screen(to_stderr=as_json)
    signal.signal(signal.SIGTERM, _end)
    try:
        with _stack(screen, keep=keep) as stack:
            outcome = asyncio.run(show(stack, screen, started=started, jobs=jobs))
            _say_goodbye(stack, screen, keep=keep, waits=sys.stdin.isatty() and not as_json)
    except StackError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error
    if as_json:
        print(_as_json(outcome, monotonic() - started), flush=True)
    if not outcome.is_well:
        raise typer.Exit(1)


@contextmanager
def _stack(screen: Screen, *, keep: bool) -> Iterator[Stack]:
    """A demo stack in a temporary home whose clock stands where the story begins."""
    from deploy.operator.demo.moving_clock import BEGINNING, set_clock  # noqa: PLC0415 -- as above

    home = temporary_home()
    set_clock(home.root, BEGINNING)
    screen.title("Starting PostgreSQL, RabbitMQ and the services")
    plan = Plan(ephemeral=True, demo=True, owned=not keep)

    def tell(line: str) -> None:
        if not line.endswith(("waiting", "starting")):
            screen.note(line)

    if keep:
        yield start_stack(home, plan, tell)
        return
    with owned_stack(home, plan, tell) as stack:
        yield stack


def _say_goodbye(stack: Stack, screen: Screen, *, keep: bool, waits: bool) -> None:
    screen.title("What to try next")
    if keep or waits:
        screen.plain(f"  export COFFER_HOME={stack.home}    # the stack of this demo")
        screen.plain("  coffer status                 # its processes and their health")
    else:
        screen.plain("  make demo KEEP=1              # the same, and the stack stays up")
        screen.plain("  coffer up                     # a stack that keeps its data")
    screen.plain("  coffer --help                 # every command, with what it is for")
    screen.plain("  docs/messages.md              # every message, to speak to it yourself")
    if keep:
        screen.plain("  coffer down                   # ends it and leaves nothing behind")
    elif waits:
        input("The stack stays up until Enter: ")


def _as_json(outcome: "Outcome", seconds: float) -> str:
    return json.dumps(
        {
            "steps": outcome.steps,
            "failed": outcome.failed,
            "balanced": outcome.balanced,
            "seconds": round(seconds, 1),
        }
    )


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(ENDED_BY_SIGTERM)
