"""Processes known by pid and start time, so that a recycled pid is never mistaken for ours."""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BOOT = Path("/proc/sys/kernel/random/boot_id")
STATE_FIELD = 0
START_FIELD = 19


@dataclass(frozen=True)
class Process:
    """A process that was running when it was noted."""

    pid: int
    started: str

    def is_alive(self) -> bool:
        return start_of(self.pid) == self.started

    def wait(self, seconds: float | None) -> bool:
        """Whether it ended within the time; without one, wait for its end."""
        with _handle(self) as handle:
            if handle is None:
                return True
            readable, _, _ = select.select([handle], [], [], seconds)
            return bool(readable)

    def end(self, stop_signal: signal.Signals, *, patience_seconds: float) -> None:
        """Ask it to end, and kill it when it does not in time."""
        with _handle(self) as handle:
            if handle is None:
                return
            _send(handle, stop_signal)
            readable, _, _ = select.select([handle], [], [], patience_seconds)
            if not readable:
                _send(handle, signal.SIGKILL)
                select.select([handle], [], [], patience_seconds)


def process_of(pid: int) -> Process | None:
    """The process that has this pid now."""
    started = start_of(pid)
    return Process(pid=pid, started=started) if started else None


def start_of(pid: int) -> str | None:
    """When the process started, unique over reboots; nothing for one that is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()
    if fields[STATE_FIELD] == "Z":
        return None
    return f"{BOOT.read_text().strip()}:{fields[START_FIELD]}"


@contextmanager
def _handle(process: Process) -> Iterator[int | None]:
    """A handle is taken before the start time is compared: from then on the pid cannot change."""
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        yield None
        return
    try:
        yield handle if process.is_alive() else None
    finally:
        os.close(handle)


def _send(handle: int, what: signal.Signals) -> None:
    try:
        signal.pidfd_send_signal(handle, what)
    except ProcessLookupError:
        return
