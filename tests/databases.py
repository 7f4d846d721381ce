"""A database of one's own, with nothing in it but inbox and outbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

import asyncpg

from shared.postgres.migrate import migrate
from shared.postgres.pool import open_pool
from tests.builders import an_id

Database: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


@asynccontextmanager
async def scratch_database(administrator_url: str, no_migrations: Path) -> AsyncIterator[Database]:
    """A fresh database with the rights that a service has in its own."""
    name = f"coffer_scratch_{an_id().hex}"
    connection = await asyncpg.connect(administrator_url)
    await connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'scratch'")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    parts = urlsplit(administrator_url)._replace(path=f"/{name}")
    migrate(parts.geturl(), no_migrations)
    place = parts.netloc.rpartition("@")[2]
    url = parts._replace(netloc=f"{name}:scratch@{place}").geturl()
    async with await open_pool(url) as pool:
        yield pool
