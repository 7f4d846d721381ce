"""The clock of a demo stack: one file holds how far it is from the machine's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.clock import OFFSET_FILE, Clock

BEGINNING = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)


def set_clock(home: Path, moment: datetime) -> None:
    """Let it be this moment in the stack; services see it within a tenth of a second."""
    beside = home / f".{OFFSET_FILE}"
    beside.write_text(str((moment - datetime.now(UTC)).total_seconds()), encoding="ascii")
    beside.replace(home / OFFSET_FILE)


def advance(home: Path, step: timedelta) -> datetime:
    """Let time pass; tells the moment it is then."""
    moment = clock_of(home).now() + step
    set_clock(home, moment)
    return moment


def catch_up(home: Path) -> None:
    """Return to the machine's time, unless the story is ahead of it: time never runs backward."""
    now = datetime.now(UTC)
    if clock_of(home).now() < now:
        set_clock(home, now)


def clock_of(home: Path) -> Clock:
    """The clock that the services of this home go by."""
    return Clock(home / OFFSET_FILE)
