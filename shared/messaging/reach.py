"""How far a copy of another service reaches: what is decided by it waits until it does (A14)."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from shared.contracts.message import EARLIEST

# What an owner said before a watermark was delivered before it, to us or to another worker, who may
# be applying it still. A moment later it is applied.
SETTLING_SECONDS = 1.0


@dataclass
class Reach:
    """Until when everything that an owner decided is known here; nothing is after a start.

    An owner says each second how far it has published. Nothing is kept across a restart: the next
    watermark is a second away.
    """

    seconds: Callable[[], float] = monotonic
    _covered_until: datetime = EARLIEST
    _settling: "deque[tuple[float, datetime]]" = field(default_factory=deque)

    def note(self, at: datetime) -> None:
        """Note a watermark that was heard now."""
        self._settling.append((self.seconds(), at))

    @property
    def covered_until(self) -> datetime:
        """The latest watermark that was heard a moment ago or longer."""
        settled = self.seconds() - SETTLING_SECONDS
        while self._settling and self._settling[0][0] <= settled:
            self._covered_until = max(self._covered_until, self._settling.popleft()[1])
        return self._covered_until
