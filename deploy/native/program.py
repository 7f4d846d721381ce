"""What the supervisor must know of a program to keep it running."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import Signals


@dataclass(frozen=True)
class Program:
    """A child of the supervisor; `probe` says its version while it is healthy, else nothing."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    stop_signal: Signals
    patience_seconds: float
    probe: Callable[[], Awaitable[str | None]]
    health_port: int | None = None
