"""A wire to the broker that can be cut and mended: what is in between when it is cut is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Cable:
    """Carries bytes both ways until it is cut; `amqp_url` leads through it."""

    amqp_url: str
    host: str
    port: int
    is_cut: bool = False
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """End every connection at once, and let none through until it is mended."""
        self.is_cut = True
        for end in self._ends:
            end.transport.abort()

    def mend(self) -> None:
        self.is_cut = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        self._ends.add(writer)
        far_reader, far_writer = await asyncio.open_connection(self.host, self.port)
        ends = {writer, far_writer}
        self._ends |= ends
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pipe(reader, far_writer))
                tasks.create_task(self._pipe(far_reader, writer))
        finally:
            self._ends -= ends

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.transport.abort()


@asynccontextmanager
async def cable(amqp_url: str) -> AsyncIterator[Cable]:
    """Lay a cable from a port of this machine to the broker."""
    address = urlsplit(amqp_url)
    assert address.hostname is not None
    laid = Cable(amqp_url, address.hostname, address.port or 5672)
    server = await asyncio.start_server(laid.carry, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    place = f"{address.username}:{address.password}@127.0.0.1:{port}"
    laid.amqp_url = address._replace(netloc=place).geturl()
    try:
        yield laid
    finally:
        laid.cut()
        server.close()
        await server.wait_closed()
