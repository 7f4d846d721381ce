"""How long ago another service was heard, on the machine's monotonic clock (conventions 14)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from shared.contracts.copies import Watermark


@dataclass
class Freshness:
    """The newest watermark of one service: until when it tells all, and when it was heard.

    Nothing is kept across a restart: whoever starts has as long to hear one as whoever missed one.
    """

    seconds: Callable[[], float] = monotonic
    covers_until: datetime | None = None
    _heard_at: float | None = None
    _since: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """Begin to wait for the first watermark."""
        self._since = self.seconds()

    def note(self, watermark: Watermark) -> None:
        """Note a watermark that was heard now; of several that come out of order the newest."""
        self.note_heard(watermark.at)

    def note_heard(self, at: datetime) -> None:
        """Note how far a watermark told that was heard now, be it by another process."""
        if self.covers_until is None or at > self.covers_until:
            self.covers_until = at
        self._heard_at = self.seconds()

    def covers(self, moment: datetime) -> bool:
        """Whether all that was decided before a moment was delivered before the newest one."""
        return self.covers_until is not None and self.covers_until >= moment

    def is_silent(self, limit_seconds: float) -> bool:
        """Whether no watermark was heard for longer than a limit."""
        last = self._since if self._heard_at is None else self._heard_at
        return self.seconds() - last > limit_seconds

    def behind_seconds(self, now: datetime) -> float | None:
        """The age of the newest watermark, nothing before the first."""
        if self.covers_until is None:
            return None
        return max(0.0, (now - self.covers_until).total_seconds())
