"""One open page: what waits to be sent to it, and whether its person may still see it."""

import asyncio
from dataclasses import dataclass, field

import orjson

from services.portal.format import Format
from services.portal.live.topics import Watched
from services.portal.viewer import Viewer

SIGNED_OUT = "signed_out"
NO_MORE = "no_more"
STOPPING = "stopping"


@dataclass(eq=False)
class Viewing:
    """A stream to one browser; what it cannot take yet is replaced by what is newer.

    `waiting` holds one entry for each fragment at most, whatever happens meanwhile.
    """

    viewer: Viewer
    session: bytes
    reading: Format
    watched: tuple[Watched, ...]
    is_in_doubt: bool = False
    ended: str | None = None
    waiting: dict[str, bytes] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def send(self, name: str, event: bytes) -> None:
        """Have something sent, in place of what waits under the same name."""
        self.waiting[name] = event
        self._wake.set()

    def end(self, why: str) -> None:
        """Close the stream after what was sent already; nothing more is."""
        self.ended = self.ended or why
        self.waiting.clear()
        self._wake.set()

    def doubt(self) -> None:
        """Hold back what waits until it is known again who this is."""
        self.is_in_doubt = True

    def trust(self, viewer: Viewer) -> None:
        """Go on, if he may still see all of it."""
        self.viewer = viewer
        self.is_in_doubt = False
        if not self.may_see_all():
            self.end(NO_MORE)
        self._wake.set()

    def may_see_all(self) -> bool:
        return all(one.may_be_seen_by(self.viewer) for one in self.watched)

    async def take(self) -> bytes | None:
        """Wait for what is to be sent next; nothing once the stream ends."""
        while True:
            if self.ended is not None:
                return None
            if self.waiting and not self.is_in_doubt:
                taken, self.waiting = self.waiting, {}
                return b"".join(taken.values())
            self._wake.clear()
            await self._wake.wait()


def event(kind: str, **data: object) -> bytes:
    """Write one event of the stream."""
    return b"event: " + kind.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"
