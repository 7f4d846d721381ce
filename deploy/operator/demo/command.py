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

from deploy.native.errors import SettingsError, StackError
from deploy.native.plan import Plan
from deploy.native.stack import Stack, owned_stack, start_stack, stop_stack, temporary_home
from deploy.operator import hints
from deploy.operator.demo.screen import Screen
from deploy.operator.exits import REFUSED

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
            outcome = uvloop.run(show(stack, screen, started=started, jobs=jobs))
            waits = sys.stdin.isatty() and not as_json and not keep
            _say_what_next(screen, stack if keep or waits else None, outcome)
            if keep or waits:
                _keep_alive(stack)
            if waits:
                with suppress(EOFError):
                    input("\nThe stack stays up until Enter: ")
    except SettingsError:
        raise
    except StackError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(REFUSED) from error
    if as_json:
        print(_as_json(outcome, monotonic() - started), flush=True)
    if not outcome.is_well:
        raise typer.Exit(REFUSED)


@contextmanager
def _stack(screen: Screen, *, keep: bool) -> Iterator[Stack]:
    """A demo stack in a temporary home whose clock stands where the story begins."""
    from deploy.operator.demo.moving_clock import BEGINNING, set_clock  # noqa: PLC0415 -- as above

    home = temporary_home()
    set_clock(home.root, BEGINNING)
    screen.title("Starting PostgreSQL, RabbitMQ and the services")
    plan = Plan(ephemeral=True, demo=True, owned=not keep, log_deliveries=True)

    def tell(line: str) -> None:
        # Nobody need know that the broker has a name server of its own.
        if not line.endswith(("waiting", "starting")) and not line.startswith("epmd"):
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


def _keep_alive(stack: Stack) -> None:
    """Jobs go on, so that there is something to see."""
    from deploy.operator.demo.alive import keep_alive  # noqa: PLC0415 -- as above

    keep_alive(stack)


def _say_what_next(screen: Screen, stack: Stack | None, outcome: "Outcome") -> None:
    """What to try on the stack while it is up, else how to get one."""
    screen.title("What to try next")
    replay = f"replay {hints.sample()} --redeliver 0.2 --shuffle"
    if stack is None:
        told = [
            ("demo --keep", "the same, and the stack stays up"),
            ("up --demo", "an empty stack that keeps its data"),
            (f"{replay} --ephemeral", "the jobs on a stack of their own"),
        ]
    else:
        told = [
            ("status", "its processes and their health"),
            ("organizations", "which there are, with their ids"),
            (f"balance {outcome.organization}", "the pool of Larkspur Visual"),
            ("tail --since first --key credit_ledger.credits", "what pools got and spent; Ctrl-C"),
            (replay, "the jobs again, some twice, in disorder"),
            ("reconcile", "the books, recomputed"),
            ("down", "ends it and leaves nothing behind"),
        ]
        if stack.portal_url:
            screen.plain(f"  The portal: {stack.portal_url}/")
            screen.plain(
                "  Come in as Ben, who runs the studio now, as Eva, or as Oz of the vendor's;"
            )
            screen.plain("  jobs go on there as long as the stack is up.")
        for line in hints.spoken(stack.home):
            screen.plain(line)
    for line in hints.lines(told):
        screen.plain(line)


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
