"""A stack as others see it: what runs where, written by its supervisor and read by everybody."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from signal import SIGTERM
from typing import Literal

from deploy.native.errors import StackError
from deploy.native.home import Home, exclusive, write_secret
from deploy.native.launch import end_children, has_ended, launch, log_tail
from deploy.native.plan import Plan
from deploy.native.processes import Process
from deploy.native.rabbitmq import find_rabbitmq
from deploy.native.settings import read_settings

START_SECONDS = 120
STOP_SECONDS = 100
GLANCE_SECONDS = 0.1

State = Literal["waiting", "starting", "healthy", "unhealthy", "stopped"]


@dataclass(frozen=True)
class Child:
    """One process of the stack."""

    pid: int | None = None
    started: str | None = None
    health_port: int | None = None
    restarts: int = 0
    state: State = "waiting"

    @property
    def process(self) -> Process | None:
        if self.pid is None or self.started is None:
            return None
        return Process(pid=self.pid, started=self.started)


@dataclass(frozen=True)
class Stack:
    """The addresses and processes of a stack; `supervisor` is None when others run its servers."""

    home: Path
    supervisor: int | None
    supervisor_started: str | None
    ephemeral: bool
    demo: bool
    provisioned: bool
    failure: str | None
    database_url: str
    amqp_url: str
    database_urls: Mapping[str, str]
    amqp_urls: Mapping[str, str]
    versions: Mapping[str, str]
    children: Mapping[str, Child]
    portal_url: str = ""

    @property
    def process(self) -> Process | None:
        """The supervisor, if it is the one that wrote this."""
        if self.supervisor is None or self.supervisor_started is None:
            return None
        return Process(pid=self.supervisor, started=self.supervisor_started)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.is_alive()

    @property
    def is_healthy(self) -> bool:
        return self.provisioned and all(
            child.state == "healthy" for child in self.children.values()
        )

    def now(self) -> "Stack":
        """The same stack as its supervisor last wrote it."""
        stack = read_stack(Home(self.home))
        if stack is None:
            message = f"The stack of {self.home} is gone."
            raise StackError(message)
        return stack

    def current_pid(self, child_name: str) -> int:
        """The pid that a child has now; it changes when the supervisor starts it again."""
        child = self.now().children[child_name]
        if child.process is None or not child.process.is_alive():
            message = f"{child_name} is not running at the moment."
            raise StackError(message)
        return child.process.pid


def read_stack(home: Home) -> Stack | None:
    """What the supervisor of this home wrote last, whether or not it still runs."""
    try:
        written = json.loads(home.stack_file.read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    children = {name: Child(**child) for name, child in written.pop("children").items()}
    return Stack(**{**written, "home": home.root, "children": children})


def write_stack(stack: Stack) -> None:
    text = json.dumps({**asdict(stack), "home": str(stack.home)}, indent=2)
    write_secret(Home(stack.home).stack_file, text)


def find_stack() -> Stack | None:
    """The running stack of COFFER_HOME, else the one that AMQP_URL and DATABASE_URL describe."""
    settings = read_settings()
    stack = read_stack(Home(settings.home))
    if stack and stack.is_running:
        return stack
    if not settings.database_url or not settings.amqp_url:
        return None
    return Stack(
        home=settings.home,
        supervisor=None,
        supervisor_started=None,
        ephemeral=False,
        demo=False,
        provisioned=True,
        failure=None,
        database_url=settings.database_url,
        amqp_url=settings.amqp_url,
        database_urls=settings.database_url_by_service,
        amqp_urls={f"coffer_{name}": url for name, url in settings.amqp_url_by_service.items()},
        versions={},
        children={},
    )


@contextmanager
def ephemeral_stack(
    *, services: bool = True, workers: int | None = None, package: str = "services"
) -> Iterator[Stack]:
    """A healthy stack in a temporary home for the length of the block, gone whatever ends it."""
    plan = Plan(ephemeral=True, owned=True, services=services, workers=workers, package=package)
    with owned_stack(temporary_home(), plan, tell=_silent) as stack:
        yield stack


def temporary_home() -> Home:
    return Home(Path(tempfile.mkdtemp(prefix="coffer-")))


@contextmanager
def owned_stack(home: Home, plan: Plan, tell: Callable[[str], None]) -> Iterator[Stack]:
    """A stack that ends with the block; when we are killed, it notices and ends by itself."""
    try:
        with _begin(home, plan, tell) as supervisor:
            try:
                yield _await_healthy(home, supervisor, tell)
            finally:
                stop_stack(home)
    finally:
        if plan.ephemeral:
            shutil.rmtree(home.root, ignore_errors=True)


def start_stack(home: Home, plan: Plan, tell: Callable[[str], None]) -> Stack:
    """Start the stack of this home, or join the one that runs, and wait until it is healthy."""
    try:
        home.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"COFFER_HOME: {home.root} cannot be made: {error.strerror}."
        raise StackError(message) from error
    with exclusive(home.root / "start.lock"):
        running = read_stack(home)
        if running and running.is_running:
            if plan.demo and not running.demo:
                message = f"The stack of {home.root} runs already, and is no demonstration."
                raise StackError(message)
            tell("It runs already.")
            return _await_healthy(home, None, tell)
        with ExitStack() as undo:
            # Neither an error nor Ctrl-C leaves half a stack behind.
            undo.callback(stop_stack, home)
            stack = _await_healthy(home, _begin(home, plan, tell), tell)
            undo.pop_all()
        return stack


def stop_stack(home: Home) -> bool:
    """Stop what runs in this home, also what a killed supervisor left; whether anything ran."""
    stack = read_stack(home)
    if stack is None:
        return False
    if stack.process:
        stack.process.end(SIGTERM, patience_seconds=STOP_SECONDS)
    end_children({name: child.process for name, child in stack.children.items() if child.process})
    home.stack_file.unlink(missing_ok=True)
    return True


def _begin(home: Home, plan: Plan, tell: Callable[[str], None]) -> "subprocess.Popen[bytes]":
    settings = read_settings()
    if not settings.amqp_url:
        # Fetched here, where somebody sees the progress, or the instruction when it fails.
        find_rabbitmq(settings.cache, tell)
    return launch(home, plan)


def _await_healthy(
    home: Home, supervisor: "subprocess.Popen[bytes] | None", tell: Callable[[str], None]
) -> Stack:
    deadline = time.monotonic() + START_SECONDS
    told: dict[str, State] = {}
    while time.monotonic() < deadline:
        stack = read_stack(home)
        if stack and stack.process and stack.process.is_alive():
            _tell_changes(stack, told, tell)
            if stack.failure:
                raise StackError(stack.failure)
            if stack.is_healthy:
                return stack
            stack.process.wait(GLANCE_SECONDS)
        elif supervisor is None or has_ended(supervisor, GLANCE_SECONDS):
            message = f"The supervisor ended; {log_tail(home, 'supervisor')}"
            raise StackError(message)
    message = f"The stack is not healthy after {START_SECONDS} s; {_laggards(home)}"
    raise StackError(message)


def _tell_changes(stack: Stack, told: dict[str, State], tell: Callable[[str], None]) -> None:
    for name, child in stack.children.items():
        if told.get(name) != child.state:
            told[name] = child.state
            tell(f"{name:<16} {child.state}")


def _laggards(home: Home) -> str:
    stack = read_stack(home)
    children = stack.children if stack else {}
    late = [name for name, child in children.items() if child.state != "healthy"]
    return "\n".join(log_tail(home, name) for name in late or ["supervisor"])


def _silent(_line: str) -> None:
    """Nobody watches."""
