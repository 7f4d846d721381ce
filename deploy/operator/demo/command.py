"""`coffer demo`: a stack of its own, the story, a recorded workload, the books, and out."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
import uvloop

from deploy.native.errors import StackError
from deploy.native.plan import Plan
from deploy.native.stack import Stack, owned_stack, start_stack, stop_stack, temporary_home
from deploy.operator.demo.screen import Screen

if TYPE_CHECKING:
    from deploy.operator.demo.show import Outcome

ENDED_BY_SIGTERM = 128 + signal.SIGTERM
SAMPLE = "deploy/operator/data/lcg-2005-5000.swf.gz"
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
            outcome = uvloop.run(show(stack, screen, started=started, jobs=jobs))
            waits = sys.stdin.isatty() and not as_json and not keep
            _say_what_next(screen, stack if keep or waits else None, outcome)
            if waits:
                with suppress(EOFError):
                    input("\nThe stack stays up until Enter: ")
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
    plan = Plan(ephemeral=True, demo=True, owned=not keep, log_deliveries=True)

    def tell(line: str) -> None:
        if not line.endswith(("waiting", "starting")):
            screen.note(line)

    if keep:
        with ExitStack() as undo:
            # What ends the story early ends the stack as well.
            undo.callback(stop_stack, home)
            yield start_stack(home, plan, tell)
            undo.pop_all()
        return
    with owned_stack(home, plan, tell) as stack:
        yield stack


def _say_what_next(screen: Screen, stack: Stack | None, outcome: "Outcome") -> None:
    """What to try on the stack while it is up, else how to get one."""
    screen.title("What to try next")
    if stack is None:
        screen.plain("  make demo KEEP=1                      # the same, and the stack stays up")
        screen.plain("  coffer up --demo                      # a stack that keeps its data")
    else:
        screen.plain(f"  export COFFER_HOME={stack.home} PATH=$PWD/.venv/bin:$PATH")
        screen.plain("  coffer status                         # its processes and their health")
        screen.plain(f"  coffer balance {outcome.organization}")
        screen.plain("  coffer tail --since first --count 20  # the facts, from the beginning")
    screen.plain(f"  coffer replay {SAMPLE} --redeliver 0.2 --shuffle")
    screen.plain("  coffer reconcile                      # the books, recomputed")
    if stack is not None:
        screen.plain("  coffer down                           # ends it and leaves nothing behind")


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
