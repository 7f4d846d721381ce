"""Who an account is now, asked of membership and remembered for moments, so that calls stay quick.

Services decide by their own books; this decides what the ledger leaves to the portal. A right that
is taken away here is gone within seconds. While membership does not answer, nodes go on with what
was known last, and everybody else for a minute (conventions 15).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from services.portal.viewer import Viewer
from shared.messaging.ask import NoAnswer

FRESH_SECONDS = 5.0
STALE_SECONDS = 60.0
ACCOUNTS_MAX = 10_000

FindViewer = Callable[[UUID], Awaitable[Viewer | None]]


@dataclass
class _Known:
    viewer: Viewer | None = None
    asked_at: float = float("-inf")
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass
class Standings:
    """The accounts that called lately; each is asked about by one call at a time."""

    find: FindViewer
    seconds: Callable[[], float] = monotonic
    _known: "OrderedDict[UUID, _Known]" = field(default_factory=OrderedDict)

    async def viewer_of(self, account_id: UUID, *, is_node: bool) -> Viewer | None:
        """Who the account is; nobody when it was forgotten. Raises NoAnswer."""
        known = self._known.setdefault(account_id, _Known())
        self._known.move_to_end(account_id)
        while len(self._known) > ACCOUNTS_MAX:
            self._known.popitem(last=False)
        async with known.asking:
            if self.seconds() - known.asked_at > FRESH_SECONDS:
                await self._ask(account_id, known, is_node=is_node)
        return known.viewer

    async def _ask(self, account_id: UUID, known: _Known, *, is_node: bool) -> None:
        try:
            known.viewer = await self.find(account_id)
        except NoAnswer:
            age = self.seconds() - known.asked_at
            if known.viewer is None or (age > STALE_SECONDS and not is_node):
                raise
        else:
            known.asked_at = self.seconds()
