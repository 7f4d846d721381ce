"""A service that only proves what it was given: it can log in, and at its end still could."""

import asyncio
import os
import signal
import sys

import aiormq
import asyncpg

OK = b"HTTP/1.0 200 OK\r\n\r\n"


def serve(service: str) -> None:
    asyncio.run(_serve(f"COFFER_{service.upper()}"))


async def _serve(prefix: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    server = await asyncio.start_server(_answer, "127.0.0.1", int(os.environ["COFFER_HEALTH_PORT"]))
    async with server:
        await _log_in(prefix)
        await stop.wait()
        await _log_in(prefix)
    sys.stdout.write("ended with database and broker still there\n")


async def _log_in(prefix: str) -> None:
    database = await asyncpg.connect(os.environ[f"{prefix}_DATABASE_URL"])
    await database.close()
    broker = await aiormq.connect(os.environ[f"{prefix}_AMQP_URL"])
    await broker.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()
    writer.write(OK)
    writer.close()
