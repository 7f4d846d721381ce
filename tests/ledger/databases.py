"""A fresh ledger database for each test, copied from a migrated one within a tenth of a second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from shared.clock import Clock
from shared.postgres.migrate import migrate

MIGRATIONS = Path(__file__).parents[2] / "services" / "credit_ledger" / "migrations"
TEMPLATE = "coffer_test_ledger"
SERVICE_ROLE = "coffer_credit_ledger"
CLOCK = Clock()


async def make_template(administrative_url: str) -> None:
    """A migrated ledger nobody is connected to; migrations grant to a role of its name."""
    async with _connected(administrative_url) as connection:
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", TEMPLATE):
            await connection.execute(f"DROP DATABASE {TEMPLATE}")
        else:
            await connection.execute(f"CREATE ROLE {TEMPLATE} NOLOGIN")
            await connection.execute(f"GRANT {TEMPLATE} TO {SERVICE_ROLE}")
        await connection.execute(f"CREATE DATABASE {TEMPLATE}")
    await asyncio.to_thread(migrate, at(administrative_url, TEMPLATE), MIGRATIONS)


@asynccontextmanager
async def copied(administrative_url: str, source: str = TEMPLATE) -> AsyncIterator[str]:
    """Copy a database that nobody is connected to; gives the copy's name, and drops it."""
    name = f"coffer_test_{CLOCK.new_id().hex}"
    async with _connected(administrative_url) as connection:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
        try:
            yield name
        finally:
            await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def at(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
