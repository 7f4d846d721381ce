"""Structured logs, and the small health page that supervisors and orchestrators poll."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

REQUEST_BYTES_MAX = 4096
REQUEST_SECONDS = 5.0
LOOPBACK = "127.0.0.1"


def configure_logs(service: str) -> None:
    """Log one JSON object a line, with the service's name on each."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    structlog.contextvars.bind_contextvars(service=service)


@asynccontextmanager
async def serve_health(port: int, is_ready: Callable[[], bool]) -> AsyncIterator[None]:
    """Answer every GET on the loopback port: 200 while ready, 503 otherwise.

    A page of two answers needs no web framework in services that speak AMQP only.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(REQUEST_SECONDS):
            await reader.readuntil(b"\r\n")
            status = "200 OK" if is_ready() else "503 Service Unavailable"
            body = b"ready\n" if is_ready() else b"not ready\n"
            head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        writer.close()

    if port == 0:
        yield
        return
    server = await asyncio.start_server(answer, LOOPBACK, port, limit=REQUEST_BYTES_MAX)
    async with server:
        yield
