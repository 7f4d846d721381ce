"""The state behind the ops page: from the stream, and from what is measured while one looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from services.portal.live.ops.feed import Feed
from services.portal.live.ops.health import Health
from services.portal.live.ops.traffic import Traffic
from services.portal.rooms import Rooms, rooms_of
from shared.messaging.loss import Lost
from shared.messaging.trying import succeeded
from shared.service import Running

NAME = "ops"
MEASURED_EVERY_SECONDS = 5.0
WATCHED_SECONDS = 20.0
WATERMARK = ".copy.watermark"


@dataclass
class Screen:
    """Everything the ops page shows."""

    traffic: Traffic = field(default_factory=Traffic)
    feed: Feed = field(default_factory=Feed)
    health: Health = field(default_factory=Health)
    position: int | None = None
    since: datetime | None = None
    heard_at: datetime | None = None
    watched: float = 0.0

    def take(self, offset: int, key: str, fact: Mapping[str, Any]) -> None:
        """Take the next fact of the stream."""
        self.position = offset
        at = _moment(fact.get("time"))
        if at is None:
            return
        self.since = self.since or at
        self.heard_at = at
        if key.endswith(WATERMARK):
            until = _moment(fact.get("data", {}).get("at")) or at
            self.health.take_watermark(key.partition(".")[0], said_at=at, until=until)
            return
        self.traffic.take(int(at.timestamp()), key, fact.get("data", {}))
        self.feed.take(key, at, fact)

    def watch(self) -> None:
        """Note that somebody looks, so that it is worth measuring."""
        self.watched = monotonic()

    @property
    def is_watched(self) -> bool:
        return monotonic() - self.watched < WATCHED_SECONDS


def screen_of(rooms: Rooms) -> Screen:
    """The screen of this process."""
    screen = rooms.running.rooms.setdefault(NAME, Screen())
    assert isinstance(screen, Screen)
    return screen


async def measure(running: Running) -> None:
    """Measure what the stream does not tell, while somebody looks; forget what is too old."""
    rooms = rooms_of(running)
    screen = screen_of(rooms)
    while not running.stopping.is_set():
        screen.traffic.forget_before(int(rooms.clock.now().timestamp()))
        if screen.is_watched:
            await succeeded(_measured(screen, rooms), about="ops_health")
        await running.pause(MEASURED_EVERY_SECONDS)


async def _measured(screen: Screen, rooms: Rooms) -> None:
    try:
        await screen.health.measure(rooms)
    except Lost:
        screen.health.queues = {}


def _moment(written: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(written))
    except ValueError:
        return None
