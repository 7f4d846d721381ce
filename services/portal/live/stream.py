"""The stream of events to one browser: never faster than it reads, closed if it stops reading."""

import asyncio
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.portal.live.hub import Hub
from services.portal.live.viewing import Viewing, event

SEND_SECONDS = 20.0
GONE = "gone"


class EventStream(Response):
    """Sends what a viewing has waiting, until it ends or its browser has gone."""

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, viewing: Viewing) -> None:
        """Stand ready; watching begins with the answer."""
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._hub = hub
        self._viewing = viewing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer the request with events."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        with self._hub.watching(self._viewing):
            async with asyncio.TaskGroup() as tasks:
                leaving = tasks.create_task(self._end_when_gone(receive))
                with suppress(TimeoutError):
                    await self._send_all(send)
                leaving.cancel()

    async def _send_all(self, send: Send) -> None:
        while (events := await self._viewing.take()) is not None:
            await _send(send, events, more=True)
        if self._viewing.ended != GONE:
            await _send(send, event("bye", why=self._viewing.ended), more=False)

    async def _end_when_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._viewing.end(GONE)


async def _send(send: Send, events: bytes, *, more: bool) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": events, "more_body": more})
