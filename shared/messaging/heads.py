"""Heads: how far a service has spoken of the subjects it spoke of last, for its watermark."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from shared.contracts.copies import Head

RECENT_SECONDS = 30.0
RECENT_MAX = 500


@dataclass
class RecentHeads:
    """The heads of what was published a moment ago, of so many subjects at most.

    Kept by whoever relays, in memory: what a restart or a crowd of subjects drops from it, copies
    find when they compare all heads.
    """

    seconds: Callable[[], float] = monotonic
    # Where copies hear only some kinds of facts, the heads of these: all others are no gap.
    of_kinds: frozenset[str] = frozenset()
    _said: "OrderedDict[UUID, tuple[int, float]]" = field(default_factory=OrderedDict)

    def note(self, published: Iterable[tuple[UUID, int]]) -> None:
        """Note what the broker has confirmed."""
        now = self.seconds()
        for subject, sequence in published:
            before, _ = self._said.pop(subject, (0, now))
            self._said[subject] = (max(before, sequence), now)
        while len(self._said) > RECENT_MAX:
            self._said.popitem(last=False)

    def counts(self, routing_key: str) -> bool:
        """Whether a copy hears facts of this kind."""
        return not self.of_kinds or routing_key in self.of_kinds

    def recent(self) -> tuple[Head, ...]:
        """The heads of the last seconds, oldest first."""
        since = self.seconds() - RECENT_SECONDS
        while self._said and next(iter(self._said.values()))[1] < since:
            self._said.popitem(last=False)
        return tuple(
            Head(subject=subject, sequence=sequence)
            for subject, (sequence, _) in self._said.items()
        )
