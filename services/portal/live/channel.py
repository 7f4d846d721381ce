"""One topic in one language while somebody watches it: looked at once, sent to all."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from jinja2_fragments import render_block

from services.portal.format import Format
from services.portal.live.topics import Scene, Watched
from services.portal.live.viewing import NO_MORE, Viewing, event
from services.portal.rooms import Rooms


@dataclass(eq=False)
class Channel:
    """Who watches a topic, and what was last sent of it, block by block."""

    watched: Watched
    reading: Format
    viewings: set[Viewing] = field(default_factory=set)
    dirty: asyncio.Event = field(default_factory=asyncio.Event)
    hears: frozenset[UUID] = frozenset()
    known_at: datetime | None = None
    is_stale: bool = False
    is_over: bool = False
    _sent: dict[str, bytes] = field(default_factory=dict)
    _shown: dict[str, str] = field(default_factory=dict)

    def join(self, viewing: Viewing) -> None:
        """Let somebody watch: he gets all of it first, as it is now."""
        self.viewings.add(viewing)
        for block, fragment in self._sent.items():
            viewing.send(self._entry(block), fragment)
        # What was over may have begun anew since.
        if self.known_at is None or self.is_over:
            self.dirty.set()
        if self.known_at is not None:
            viewing.reading = self.reading
        if self.is_stale:
            viewing.send(self._entry("stale"), self._staleness())

    def leave(self, viewing: Viewing) -> None:
        self.viewings.discard(viewing)
        self.dirty.set()

    async def refresh(self, rooms: Rooms) -> Scene:
        """Look again, and send what differs from what was sent."""
        scene = await self.watched.topic.look(rooms, self.watched.key, self.reading)
        self.known_at = rooms.clock.now()
        self.reading, self.is_over = scene.reading, scene.is_over
        for viewing in self.viewings:
            viewing.reading = scene.reading
        for name, html in self._fragments(rooms, scene):
            self._show(name, html, again=self.is_stale)
        self.is_stale = False
        return scene

    def grow_stale(self) -> None:
        """Say that nothing newer is known; what was sent stays."""
        self.is_stale = True
        for viewing in self.viewings:
            viewing.send(self._entry("stale"), self._staleness())

    def _fragments(self, rooms: Rooms, scene: Scene) -> Iterator[tuple[str, str]]:
        for block in self.watched.topic.blocks:
            if not self.watched.topic.by_row:
                yield block, self._rendered(rooms, block, scene)
                continue
            for row in scene.facts["rows"]:
                of_row = replace(scene, facts={**scene.facts, "row": row})
                yield f"{block}-{row.id}", self._rendered(rooms, block, of_row)

    def _rendered(self, rooms: Rooms, block: str, scene: Scene) -> str:
        context = {
            "format": scene.reading,
            "zone": str(scene.reading.zone),
            "settings": rooms.settings,
            "now": self.known_at,
            **scene.facts,
        }
        return render_block(rooms.templates, self.watched.topic.template, block, context)

    def _show(self, block: str, html: str, *, again: bool) -> None:
        if self._shown.get(block) == html and not again:
            return
        assert self.known_at is not None
        self._shown[block] = html
        moment = moment_of(self.reading, self.known_at)
        self._sent[block] = event("fragment", html=html, **moment)
        for viewing in tuple(self.viewings):
            self._send(viewing, block)

    def _send(self, viewing: Viewing, block: str) -> None:
        """Send only what its person may see, asked at each event anew."""
        if self.watched.may_be_seen_by(viewing.viewer):
            viewing.waiting.pop(self._entry("stale"), None)
            viewing.send(self._entry(block), self._sent[block])
        else:
            viewing.end(NO_MORE)

    def _entry(self, block: str) -> str:
        return f"{self.watched.name}/{block}"

    def _staleness(self) -> bytes:
        at = None if self.known_at is None else self.reading.clock(self.known_at)
        return event("stale", blocks=self.watched.topic.blocks, at=at)


def moment_of(reading: Format, at: datetime) -> dict[str, object]:
    """A moment for eyes, and in seconds so that the later of two is told."""
    return {"at": reading.clock(at), "time": round(at.timestamp(), 3)}
