"""Many who watch at once: how late the last of them is told, and what that costs the portal."""

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from deploy.native.stack import Stack
from shared.messaging.ask import asker
from shared.messaging.publisher import publisher
from shared.postgres.pool import open_pool
from tests.portal.site import COOKIE, Site
from tests.portal.studio import Studio, a_studio
from tests.speaking import Portal, Store
from tests.waiting import eventually

CONNECT_AT_ONCE = 25
CHANGES = 20
CHANGE_CREDITS = 7
BETWEEN_SECONDS = 2.0
LATE_SECONDS = 60.0
MEGABYTE = 1_000_000


@dataclass(eq=False)
class Watcher:
    """A browser that reads its stream, and when it read which number."""

    seen: dict[str, float] = field(default_factory=dict)
    beats: int = 0
    read_bytes: int = 0

    async def read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            self.read_bytes += len(line)
            if line.startswith(b"event: beat"):
                self.beats += 1
            if line.startswith(b"data: ") and b'id=\\"pool\\"' in line:
                html = orjson.loads(line[6:])["html"]
                self.seen.setdefault(_available(html), time.monotonic())


@dataclass(frozen=True)
class Viewers:
    """So many streams on one portal process, while the pool they show changes."""

    stack: Stack
    count: int

    async def run(self, say: Callable[[str], None]) -> dict[str, Any]:
        async with AsyncExitStack() as opened:
            pool = await opened.enter_async_context(
                await open_pool(self.stack.database_urls["portal"])
            )
            asks = await opened.enter_async_context(asker(self.stack.amqp_urls["coffer_portal"]))
            shop = await opened.enter_async_context(publisher(self.stack.amqp_urls["store"]))
            studio = await a_studio(Portal(asks), Store(shop))
            await studio.buys("1000")
            site = Site(self.stack, pool, self.stack.portal_url)
            return await self._measured(site, studio, say)

    async def _measured(
        self, site: Site, studio: Studio, say: Callable[[str], None]
    ) -> dict[str, Any]:
        pid = self.stack.children["portal"].pid
        assert pid is not None
        before, load = _use_of(pid), os.getloadavg()
        async with asyncio.TaskGroup() as tasks:
            watchers = await self._open(site, studio, tasks)
            say(f"{self.count} streams are open")
            await _everybody(watchers, "1,000.00")
            began, used = time.monotonic(), _use_of(pid)
            delays = await _change(studio, watchers)
            seconds = time.monotonic() - began
            spent = _use_of(pid)
            report = {
                "bench": "viewers",
                "viewers": self.count,
                "load_before": load,
                "load_after": os.getloadavg(),
                "changes": CHANGES,
                "delay_seconds_p50": round(_at(delays, 0.5), 3),
                "delay_seconds_p99": round(_at(delays, 0.99), 3),
                "delay_seconds_max": round(max(delays), 3),
                "cores": round((spent.cpu_seconds - used.cpu_seconds) / seconds, 3),
                "megabytes": round(spent.megabytes, 1),
                "megabytes_before": round(before.megabytes, 1),
                "beats_heard": sum(watcher.beats for watcher in watchers),
            }
            for watcher in watchers:
                watcher.close()
        return report

    async def _open(self, site: Site, studio: Studio, tasks: asyncio.TaskGroup) -> list["Open"]:
        watchers: list[Open] = []
        for start in range(0, self.count, CONNECT_AT_ONCE):
            number = min(CONNECT_AT_ONCE, self.count - start)
            opening = (_opened(site, studio, tasks) for _ in range(number))
            watchers += await asyncio.gather(*opening)
        return watchers


@dataclass(eq=False)
class Open(Watcher):
    """A watcher with its connection."""

    writer: asyncio.StreamWriter | None = None

    def close(self) -> None:
        assert self.writer is not None
        self.writer.close()


async def _opened(site: Site, studio: Studio, tasks: asyncio.TaskGroup) -> Open:
    """Open a stream in a session of its own."""
    place, token = urlsplit(site.url), await site.session_of(studio.ana)
    reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=MEGABYTE)
    writer.write(
        f"GET /live?topics=overview:{studio.id} HTTP/1.1\r\nHost: {place.netloc}\r\n"
        f"Cookie: {COOKIE}={token}\r\nAccept: text/event-stream\r\n\r\n".encode()
    )
    status = await reader.readline()
    assert b" 200 " in status, status
    watcher = Open(writer=writer)
    tasks.create_task(watcher.read(reader))
    return watcher


async def _change(studio: Studio, watchers: list["Open"]) -> list[float]:
    """Change the pool again and again; how long after the decision each watcher read it."""
    delays: list[float] = []
    for number in range(1, CHANGES + 1):
        await studio.buys(str(CHANGE_CREDITS))
        decided = time.monotonic()
        shown = f"{1000 + number * CHANGE_CREDITS:,}.00"
        await _everybody(watchers, shown)
        delays += [max(0.0, watcher.seen[shown] - decided) for watcher in watchers]
        await asyncio.sleep(BETWEEN_SECONDS)  # sleep: the pace of the changes
    return delays


async def _everybody(watchers: list["Open"], shown: str) -> None:
    async def seen() -> bool:
        return all(shown in watcher.seen for watcher in watchers)

    await eventually(seen, bool, wait_seconds=LATE_SECONDS)


def _available(html: str) -> str:
    return html.partition('class="figure">')[2].partition("<")[0].strip()


def _at(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


@dataclass(frozen=True)
class _Use:
    """What a process had used by a moment."""

    cpu_seconds: float
    megabytes: float


def _use_of(pid: int) -> _Use:
    """Read it from the system's own table."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return _Use(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE)
