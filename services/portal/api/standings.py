"""Who an account is now, asked of membership and remembered for moments, so that calls stay quick.

Services decide by their own books; this decides what the ledger leaves to the portal. A right that
is taken away here is gone within seconds. While membership does not answer, nodes go on with what
was known last, and everybody else for a minute (conventions 15).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
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
    heard_at: float = float("-inf")
    asked_at: float = float("-inf")
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass
class Standings:
    """The accounts that called lately; each is asked about by one call at a time.

    The others go on with what is known meanwhile, so that a slow answer stops nobody.
    """

    find: FindViewer
    seconds: Callable[[], float] = monotonic
    _known: "OrderedDict[UUID, _Known]" = field(default_factory=OrderedDict)

    async def viewer_of(self, account_id: UUID, *, is_node: bool) -> Viewer | None:
        """Who the account is; nobody when it was forgotten. Raises NoAnswer."""
        known = self._entry(account_id)
        may_wait = not self._is_usable(known, is_node=is_node)
        if may_wait or (self._is_due(known) and not known.asking.locked()):
            async with known.asking:
                if self._is_due(known):
                    await self._ask(account_id, known)
        if not self._is_usable(known, is_node=is_node):
            message = f"membership does not say who {account_id} is"
            raise NoAnswer(message)
        return known.viewer

    def _entry(self, account_id: UUID) -> _Known:
        known = self._known.setdefault(account_id, _Known())
        self._known.move_to_end(account_id)
        while len(self._known) > ACCOUNTS_MAX:
            self._known.popitem(last=False)
        return known

    def _is_due(self, known: _Known) -> bool:
        return self.seconds() - known.asked_at > FRESH_SECONDS

    def _is_usable(self, known: _Known, *, is_node: bool) -> bool:
        age = self.seconds() - known.heard_at
        return age <= STALE_SECONDS or (is_node and known.viewer is not None)

    async def _ask(self, account_id: UUID, known: _Known) -> None:
        """Ask once; where no answer comes, what was known stays, and nobody asks for a while."""
        with suppress(NoAnswer):
            known.viewer = await self.find(account_id)
            known.heard_at = self.seconds()
        known.asked_at = self.seconds()
