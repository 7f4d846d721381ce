"""A service that only proves what it was given: it can log in, and at its end still could."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass

import aiormq
import asyncpg

OK = b"HTTP/1.0 200 OK\r\n\r\n"


@dataclass(frozen=True)
class Addresses:
    """What the supervisor gives every child."""

    health_port: int
    database_url: str
    amqp_url: str


def serve(service: str) -> None:
    given = {**os.environ}
    prefix = f"COFFER_{service.upper()}"
    addresses = Addresses(
        health_port=int(given["COFFER_HEALTH_PORT"]),
        database_url=given[f"{prefix}_DATABASE_URL"],
        amqp_url=given[f"{prefix}_AMQP_URL"],
    )
    asyncio.run(_serve(addresses))


async def _serve(addresses: Addresses) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    server = await asyncio.start_server(_answer, "127.0.0.1", addresses.health_port)
    async with server:
        await _log_in(addresses)
        await stop.wait()
        await _log_in(addresses)
    sys.stdout.write("ended with database and broker still there\n")


async def _log_in(addresses: Addresses) -> None:
    database = await asyncpg.connect(addresses.database_url)
    await database.close()
    broker = await aiormq.connect(addresses.amqp_url)
    await broker.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()
    writer.write(OK)
    writer.close()
