"""Reads a stream of events as a browser does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from tests.waiting import WAIT_SECONDS


@dataclass(frozen=True)
class Event:
    """One event: its kind, and what it says."""

    kind: str
    data: dict[str, Any]

    @property
    def html(self) -> str:
        return str(self.data.get("html", ""))


@dataclass
class Stream:
    """What came so far, and what is still to come."""

    status: int
    events: list[Event] = field(default_factory=list)
    is_over: bool = False
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def find(self, wanted: Callable[[Event], bool]) -> Event:
        """The first event that is wanted, come or to come."""
        async with asyncio.timeout(WAIT_SECONDS), self._came:
            await self._came.wait_for(lambda: any(map(wanted, self.events)))
            return next(filter(wanted, self.events))

    async def says(self, *words: str) -> Event:
        """The first fragment with all of these words."""
        return await self.find(lambda event: all(word in event.html for word in words))

    async def ends(self) -> Event:
        """The last event, once the stream is over."""
        async with asyncio.timeout(WAIT_SECONDS), self._came:
            await self._came.wait_for(lambda: self.is_over)
            return self.events[-1]

    async def take(self, response: httpx.Response) -> None:
        kind = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                async with self._came:
                    self.events.append(Event(kind, orjson.loads(line.removeprefix("data: "))))
                    self._came.notify_all()
        async with self._came:
            self.is_over = True
            self._came.notify_all()


@asynccontextmanager
async def watching(client: httpx.AsyncClient, topics: str) -> AsyncIterator[Stream]:
    """Open a stream, and keep reading it meanwhile."""
    async with client.stream("GET", "/live", params={"topics": topics}) as response:
        stream = Stream(response.status_code)
        reading = asyncio.create_task(stream.take(response))
        try:
            yield stream
        finally:
            reading.cancel()
            await asyncio.wait({reading})
