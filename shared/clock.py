"""Time and ids: the machine's clock, or a demo stack's own clock that the story moves."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from uuid import UUID

from uuid_utils.compat import uuid7

OFFSET_FILE = "clock"
OFFSET_READ_SECONDS = 0.1


@dataclass
class Clock:
    """Where services read the time; `offset_file` holds seconds to add, in demo stacks only."""

    offset_file: Path | None = None
    _offset: timedelta = timedelta()
    _read_at: float = field(default=float("-inf"))

    def now(self) -> datetime:
        """Tell the time in UTC."""
        return datetime.now(UTC) + self._current_offset()

    def new_id(self) -> UUID:
        """Mint a UUIDv7 of this clock's time."""
        offset = self._current_offset()
        if not offset:
            return uuid7()
        return id_at(datetime.now(UTC) + offset)

    def _current_offset(self) -> timedelta:
        if self.offset_file is None:
            return self._offset
        if monotonic() - self._read_at > OFFSET_READ_SECONDS:
            self._read_at = monotonic()
            self._offset = read_offset(self.offset_file)
        return self._offset


def id_at(moment: datetime) -> UUID:
    """Mint a UUIDv7 for a moment."""
    return uuid7(nanoseconds=int(moment.timestamp() * 1_000_000) * 1_000)


def moment_of(identifier: UUID) -> datetime:
    """Read the moment that a UUIDv7 was minted, to the millisecond."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)


def read_offset(offset_file: Path) -> timedelta:
    """Read how far a demo stack's clock is ahead of the machine's (behind, when negative)."""
    try:
        return timedelta(seconds=float(offset_file.read_text(encoding="ascii")))
    except FileNotFoundError:
        return timedelta()
