"""An organization's own system: an HTTP server on loopback that answers as a test tells it."""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from standardwebhooks import Webhook

from tests.waiting import WAIT_SECONDS

OK = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
HEAD_BYTES_MAX = 65_536


@dataclass(frozen=True)
class Came:
    """One request."""

    head: str
    headers: dict[str, str]
    body: str

    def verified(self, secret: str) -> str:
        """The id of the webhook, once its signature was verified."""
        Webhook(secret).verify(self.body, self.headers)
        return self.headers["webhook-id"]


def status(code: int, *headers: str) -> bytes:
    lines = (f"HTTP/1.1 {code} As Told", "Connection: close", "Content-Length: 0", *headers)
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass
class Receiver:
    """Keeps what came; `answers` are given in turn, then always a success."""

    port: int = 0
    scheme: str = "http"
    came: list[Came] = field(default_factory=list)
    answers: deque[bytes | None] = field(default_factory=deque)
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    def url(self, host: str = "127.0.0.1", path: str = "/coffer?from=us") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    async def hears(self, count: int) -> list[Came]:
        """So many requests, come or to come."""
        async with asyncio.timeout(WAIT_SECONDS), self._arrived:
            await self._arrived.wait_for(lambda: len(self.came) >= count)
        return self.came

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await self._answer(reader, writer)
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        async with self._arrived:
            self.came.append(Came(head, headers, body.decode()))
            self._arrived.notify_all()
        answer = self.answers.popleft() if self.answers else OK
        if answer is None:  # says nothing until the other side gives up
            await reader.read()
            return
        writer.write(answer)
        await writer.drain()


@asynccontextmanager
async def receiving(certificate: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver(scheme="https" if certificate else "http")
    server = await asyncio.start_server(
        receiver.take, "127.0.0.1", 0, ssl=certificate, limit=HEAD_BYTES_MAX
    )
    async with server:
        receiver.port = server.sockets[0].getsockname()[1]
        yield receiver
