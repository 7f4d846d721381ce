"""Who watches what: facts make topics dirty, dirty ones are looked at once and sent to all."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from time import monotonic
from typing import Any
from uuid import UUID

import structlog

from services.portal.asking import RefusedError
from services.portal.live.channel import Channel, moment_of
from services.portal.live.named import ids_in, is_about_rights
from services.portal.live.topics import SERVICES, Topics, Watched
from services.portal.live.viewing import SIGNED_OUT, STOPPING, Viewing, event
from services.portal.rooms import Rooms, rooms_of
from services.portal.sessions import find_viewer
from services.portal.store import standing
from shared.messaging.ask import NoAnswer
from shared.messaging.loss import Lost
from shared.messaging.publisher import NotConfirmed
from shared.messaging.trying import succeeded
from shared.postgres.pool import PASSING
from shared.service import Running

NAME = "live"
BEAT_SECONDS = 10.0
CHECK_SECONDS = 2.5
AGAIN_SECONDS = 3.0
SILENT_SECONDS = 12.0
VIEWINGS_MAX = 1_500
OF_A_SESSION_MAX = 20
UNREACHED: tuple[type[Exception], ...] = (NoAnswer, NotConfirmed, RefusedError, *Lost, *PASSING)
QUIET = b": quiet\n\n"

log = structlog.get_logger()


class Full(Exception):  # noqa: N818  # reads as a sentence
    """No more streams can be served, or the hub does not work yet: come again later."""


@dataclass(eq=False)
class Hub:
    """All channels of this process, and everybody who watches."""

    rooms: Rooms
    topics: Topics
    build: str
    viewings: set[Viewing] = field(default_factory=set)
    started: float = field(default_factory=monotonic)
    _channels: dict[tuple[str, str], Channel] = field(default_factory=dict)
    _by_id: dict[UUID, set[Channel]] = field(default_factory=dict)
    _heard: dict[str, float] = field(default_factory=dict)
    _tasks: asyncio.TaskGroup | None = None
    _beaten: float = 0.0

    def check_room(self, session: bytes) -> None:
        """See that another stream can be served, to this session too; raises Full."""
        own = sum(viewing.session == session for viewing in self.viewings)
        is_full = len(self.viewings) >= VIEWINGS_MAX or own >= OF_A_SESSION_MAX
        if self._tasks is None or is_full:
            raise Full

    @contextmanager
    def watching(self, viewing: Viewing) -> Iterator[None]:
        """Let somebody watch for as long as his stream is open."""
        self.viewings.add(viewing)
        channels = [
            self._channel(one, viewing) for one in viewing.watched if self._tasks is not None
        ]
        if self._tasks is None:
            viewing.end(STOPPING)
        try:
            for channel in channels:
                channel.join(viewing)
            # In which zone this page reads times is known once somebody looked.
            is_known = all(channel.known_at is not None for channel in channels)
            now = self._now(viewing) if is_known else {}
            viewing.send("hello", event("hello", build=self.build, **now))
            yield
        finally:
            self.viewings.discard(viewing)
            for channel in channels:
                channel.leave(viewing)

    def hear(self, key: str, fact: Mapping[str, Any]) -> None:
        """Take a fact: what it changes is looked at again, who it is about is asked for anew."""
        service = key.partition(".")[0]
        self._heard[service] = monotonic()
        if key.endswith(".watermark") or not self.viewings:
            return
        named = ids_in(fact)
        for identifier in named:
            for channel in self._by_id.get(identifier, ()):
                if service in channel.watched.topic.services:
                    channel.dirty.set()
        if is_about_rights(key):
            self._ask_anew(named)

    def touch(self, name: str) -> None:
        """Have a topic looked at again for what only this process knows."""
        for channel in self._channels.values():
            if channel.watched.name == name:
                channel.dirty.set()

    def end_session(self, session: bytes) -> None:
        """Close the streams of somebody who signed out."""
        for viewing in tuple(self.viewings):
            if viewing.session == session:
                viewing.end(SIGNED_OUT)

    async def run(self, running: Running) -> None:
        """Serve until the service stops."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                while not running.stopping.is_set():
                    await self._check()
                    await running.pause(CHECK_SECONDS)
            finally:
                self._tasks = None
                self._channels.clear()
                self._by_id.clear()
                for viewing in tuple(self.viewings):
                    viewing.end(STOPPING)

    def _channel(self, watched: Watched, viewing: Viewing) -> Channel:
        key = (watched.name, str(viewing.reading.locale))
        if key not in self._channels:
            assert self._tasks is not None
            self._channels[key] = Channel(watched, viewing.reading)
            self._tasks.create_task(self._keep(self._channels[key], key))
        return self._channels[key]

    async def _keep(self, channel: Channel, key: tuple[str, str]) -> None:
        """Keep a channel current while somebody watches it."""
        topic = channel.watched.topic
        while channel.viewings:
            await channel.dirty.wait()
            channel.dirty.clear()
            if not channel.viewings:
                break
            is_current = await self._is_refreshed(channel)
            if (topic.steady and not channel.is_over) or not is_current:
                channel.dirty.set()
            await self.rooms.running.pause(topic.every_seconds if is_current else AGAIN_SECONDS)
        self._channels.pop(key, None)
        self._listen_for(channel, frozenset())

    async def _is_refreshed(self, channel: Channel) -> bool:
        is_done = await succeeded(self._refresh(channel), topic=channel.watched.name)
        if not is_done:
            channel.grow_stale()
        return not channel.is_stale

    async def _refresh(self, channel: Channel) -> None:
        try:
            scene = await channel.refresh(self.rooms)
        except UNREACHED as error:
            log.info("topic_not_reached", topic=channel.watched.name, reason=repr(error))
            channel.grow_stale()
        else:
            self._listen_for(channel, scene.hears)

    def _listen_for(self, channel: Channel, hears: frozenset[UUID]) -> None:
        for identifier in channel.hears - hears:
            others = self._by_id.get(identifier, set()) - {channel}
            if others:
                self._by_id[identifier] = others
            else:
                self._by_id.pop(identifier, None)
        for identifier in hears - channel.hears:
            self._by_id.setdefault(identifier, set()).add(channel)
        channel.hears = hears

    def _ask_anew(self, named: frozenset[UUID]) -> None:
        for account in named & {viewing.viewer.account_id for viewing in self.viewings}:
            theirs = [one for one in self.viewings if one.viewer.account_id == account]
            for viewing in theirs:
                viewing.doubt()
            if self._tasks is not None:
                self._tasks.create_task(self._find_out(account, theirs))

    async def _find_out(self, account: UUID, viewings: list[Viewing]) -> None:
        """Ask who somebody is by now; while nobody can say, his streams say nothing."""
        while not self.rooms.running.stopping.is_set():
            try:
                viewer = await find_viewer(self.rooms, account)
            except UNREACHED:
                await self.rooms.running.pause(AGAIN_SECONDS)
                continue
            for viewing in viewings:
                if viewer is None:
                    viewing.end(SIGNED_OUT)
                else:
                    viewing.trust(viewer)
            return

    async def _check(self) -> None:
        """Close what is not to be seen any more; tell the others from time to time that we live."""
        await succeeded(self._end_sessions(), about="live_sessions")
        for channel in self._channels.values():
            if any(self._is_silent(service) for service in channel.watched.topic.services):
                channel.dirty.set()
        if monotonic() - self._beaten >= BEAT_SECONDS:
            self._beaten = monotonic()
            self._beat()

    def _beat(self) -> None:
        """Tell everybody that his numbers are current, unless they may not be."""
        is_current = any(not self._is_silent(service) for service in self._heard or SERVICES)
        for viewing in self.viewings:
            beat = event("beat", **self._now(viewing)) if is_current else QUIET
            viewing.send("beat", beat)

    async def _end_sessions(self) -> None:
        """Close the streams of sessions that ended, in whichever process that was."""
        sessions = {viewing.session for viewing in self.viewings}
        if not sessions:
            return
        now = self.rooms.wall.now()
        idle = timedelta(minutes=self.rooms.settings.idle_minutes)
        async with self.rooms.pool.acquire() as database:
            alive = await standing.alive(database, sessions, now=now, seen_after=now - idle)
        for session in sessions - alive:
            self.end_session(session)

    def _is_silent(self, service: str) -> bool:
        return monotonic() - self._heard.get(service, self.started) > SILENT_SECONDS

    def _now(self, viewing: Viewing) -> dict[str, object]:
        return moment_of(viewing.reading, self.rooms.clock.now())


def hub_of(rooms: Rooms) -> Hub:
    """The hub of this process."""
    from services.portal.live.registry import TOPICS  # noqa: PLC0415 -- pages know the hub

    if NAME not in rooms.running.rooms:
        rooms.running.rooms[NAME] = Hub(rooms, TOPICS, _build(rooms))
    hub = rooms.running.rooms[NAME]
    assert isinstance(hub, Hub)
    return hub


async def serve(running: Running) -> None:
    """Keep open pages current until the service stops."""
    await hub_of(rooms_of(running)).run(running)


def _build(rooms: Rooms) -> str:
    """Changes with whatever a page is made of, so that open pages notice a new version."""
    loader = rooms.templates.loader
    assert loader is not None
    sources = [loader.get_source(rooms.templates, name)[0] for name in loader.list_templates()]
    content = "\n".join([*sorted(rooms.assets.by_name), *sources])
    return sha256(content.encode()).hexdigest()[:16]
