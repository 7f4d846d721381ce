"""`coffer replay`: play a recorded workload, with the faults asked for, and account for it."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from deploy.native.errors import StackError
from deploy.native.plan import Plan as StackPlan
from deploy.native.stack import Stack, find_stack, owned_stack, temporary_home
from deploy.operator.replay.kills import KillError, read_kills
from deploy.operator.replay.plan import Plan, make_plan
from deploy.operator.replay.report import Report, show
from deploy.operator.replay.run import Wishes, run
from deploy.operator.replay.setup import SetupError
from deploy.operator.replay.swf import Job, Malformed, TraceError, read_trace
from shared.clock import Clock
from shared.messaging.ask import NoAnswer
from shared.messaging.publisher import NotConfirmed

STAGE = "stage"
COMPLAINTS_MAX = 20
Failures = (StackError, KillError, SetupError, TraceError, NoAnswer, NotConfirmed, TimeoutError)


class Bar:
    """A live bar on standard error; nothing where nobody looks."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def stage(self, name: str, total: int) -> None:
        self._task = self._progress.add_task(name, total=total)

    def step(self) -> None:
        if self._task is not None:
            self._progress.advance(self._task)


def replay(
    trace: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Standard Workload Format, or gzip.")
    ],
    *,
    jobs: Annotated[int | None, typer.Option(min=1, help="Only so many jobs.")] = None,
    ephemeral: Annotated[
        bool, typer.Option("--ephemeral", help="On a stack of its own that leaves nothing.")
    ] = False,
    redeliver: Annotated[
        float, typer.Option(min=0, max=0.5, help="Share of messages that come twice.")
    ] = 0.0,
    shuffle: Annotated[
        bool, typer.Option("--shuffle", help="Reorder messages, captures before authorizes too.")
    ] = False,
    kill: Annotated[
        str, typer.Option(help="kill -9 at random moments: ledger=3,broker=1,database=1.")
    ] = "",
    speed: Annotated[
        float | None, typer.Option(min=0.001, help="So many times real time; else flat out.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of everything that is random.")] = 0,
    ample: Annotated[
        bool, typer.Option("--ample", help="Let every pool and quota suffice.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, max=12, help="Workers of an ephemeral ledger.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs, not for eyes.")] = False,
) -> None:
    """Play a workload trace through the ledger and reconcile: exit 0 only when all adds up."""
    try:
        wishes = Wishes(seed, speed, shuffle, redeliver, read_kills(kill))
        plan = _planned(trace, jobs, seed=seed, ample=ample)
        with _stack(ephemeral=ephemeral, workers=workers) as stack:
            report = _run(stack, plan, wishes)
    except (*Failures, ExceptionGroup) as error:
        cause = _first_of(error)
        if not isinstance(cause, Failures):
            raise
        print(str(cause) or repr(cause), file=sys.stderr)
        raise typer.Exit(2) from error
    if as_json:
        print(report.to_json())
    else:
        show(report)
    if not report.is_well:
        raise typer.Exit(1)


def _planned(trace: Path, limit: int | None, *, seed: int, ample: bool) -> Plan:
    found: list[Job] = []
    malformed = 0
    for each in read_trace(trace, limit):
        if isinstance(each, Malformed):
            malformed += 1
            if malformed <= COMPLAINTS_MAX:
                print(f"{trace}:{each.line}: {each.reason}; skipped", file=sys.stderr)
        else:
            found.append(each)
    if malformed > COMPLAINTS_MAX:
        print(f"{malformed} malformed lines in all were skipped", file=sys.stderr)
    clock = Clock()
    return make_plan(found, ids=iter(clock.new_id, None), seed=seed, ample=ample)


@contextmanager
def _stack(*, ephemeral: bool, workers: int | None) -> Iterator[Stack]:
    if ephemeral:
        plan = StackPlan(ephemeral=True, owned=True, workers=workers, log_deliveries=True)
        with owned_stack(temporary_home(), plan, _tell) as stack:
            yield stack
        return
    found = find_stack()
    if found is None:
        message = "No stack runs: start one with `coffer up --demo`, or add --ephemeral."
        raise StackError(message)
    if STAGE not in found.amqp_urls:
        message = "A replay acts for people, which only a demo or ephemeral stack allows."
        raise StackError(message)
    yield found


def _run(stack: Stack, plan: Plan, wishes: Wishes) -> Report:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with (
        tempfile.TemporaryDirectory(prefix="coffer-replay-") as folder,
        Progress(*columns, TimeElapsedColumn(), console=console, refresh_per_second=4) as progress,
    ):
        return uvloop.run(run(stack, plan, wishes, Bar(progress), Path(folder)))


def _first_of(error: Exception) -> Exception:
    """What went wrong first; tasks that run together wrap it in groups."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _tell(line: str) -> None:
    print(line, file=sys.stderr)
