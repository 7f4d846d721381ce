"""From the options of `coffer replay` to its report: a plan, a stack, a run."""

import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
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

from deploy.native.errors import SettingsError, StackError
from deploy.native.plan import Plan as StackPlan
from deploy.native.stack import Stack, find_stack, owned_stack, temporary_home
from deploy.operator.exits import NOT_ANSWERED, REFUSED, WRONGLY_CALLED
from deploy.operator.replay.kills import KillError
from deploy.operator.replay.plan import Plan, make_plan
from deploy.operator.replay.report import Report
from deploy.operator.replay.run import StalledError, Wishes, run
from deploy.operator.replay.setup import SetupError
from deploy.operator.replay.swf import Job, Malformed, TraceError, read_trace
from shared.clock import Clock
from shared.messaging.ask import NoAnswer
from shared.messaging.publisher import NotConfirmed

STAGE = "stage"
COMPLAINTS_MAX = 20
Failures = (
    StackError,
    KillError,
    SetupError,
    StalledError,
    TraceError,
    NoAnswer,
    NotConfirmed,
    TimeoutError,
)


class ReplayError(Exception):
    """The run could not be played to its end; says why in a sentence, and how it ends."""

    def __init__(self, cause: Exception) -> None:
        """Tell a file that is none, and a stack that is not there, from what went wrong later."""
        super().__init__(str(cause) or repr(cause))
        self.ends = REFUSED
        if isinstance(cause, TraceError):
            self.ends = WRONGLY_CALLED
        elif isinstance(cause, StackError | NoAnswer | NotConfirmed):
            self.ends = NOT_ANSWERED


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


def play(
    trace: Path,
    limit: int | None,
    wishes: Wishes,
    *,
    ample: bool,
    own_stack: bool,
    workers: int | None,
) -> Report:
    """Play a trace on a stack of its own or on the running one; raises ReplayError."""
    _log_to_standard_error()
    try:
        plan = _planned(trace, limit, seed=wishes.seed, ample=ample)
        with _stack(ephemeral=own_stack, workers=workers) as stack:
            return _run(stack, plan, wishes)
    except SettingsError:
        raise
    except (*Failures, ExceptionGroup) as error:
        cause = _first_of(error)
        if not isinstance(cause, Failures):
            raise
        raise ReplayError(cause) from error


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
        raise SetupError(message)
    yield found


def _run(stack: Stack, plan: Plan, wishes: Wishes) -> Report:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with (
        tempfile.TemporaryDirectory(prefix="coffer-replay-") as folder,
        Progress(*columns, TimeElapsedColumn(), console=console, refresh_per_second=4) as progress,
    ):
        return uvloop.run(run(stack, plan, wishes, Bar(progress), Path(folder)))


def _log_to_standard_error() -> None:
    """Standard output belongs to the report; what the drivers say of a killed broker is no news."""
    # What is standard error now may be closed when something logs later in the same process.
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)


def _first_of(error: Exception) -> Exception:
    """What went wrong first; tasks that run together wrap it in groups."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _tell(line: str) -> None:
    print(line, file=sys.stderr)
