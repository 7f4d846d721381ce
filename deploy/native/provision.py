"""Makes roles, databases, tables, broker users, exchanges and queues; safe to repeat."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg
from aio_pika.exceptions import AMQPConnectionError, AMQPError, ChannelNotFoundEntity

from deploy.native import broker, database
from deploy.native.addresses import Addresses, addresses, is_same_server
from deploy.native.errors import StackError
from deploy.native.home import Home, passwords, prepare
from deploy.native.management import make_users
from deploy.native.settings import SERVICES, Settings
from shared.messaging.topology import declare
from shared.postgres.migrate import MigrationError, migrate

PROJECT = Path(__file__).parents[2]
# Any number that nobody else locks; two provisions at once would both create.
PROVISION_LOCK = 0xC0FFE2
QUEUES_RETURN_SECONDS = 40
RETRY_SECONDS = 0.3
ONE_USER = (
    "All services share the user of AMQP_URL; COFFER_AMQP_MANAGEMENT_URL would give each its own."
)


def names_of_passwords(*, with_stage: bool) -> tuple[str, ...]:
    roles = tuple(f"coffer_{service}" for service in SERVICES)
    administrators = (database.ADMINISTRATOR, broker.ADMINISTRATOR)
    return (*administrators, *roles, *broker.users(with_stage=with_stage))


async def provision(settings: Settings, tell: Callable[[str], None]) -> None:
    """Provision a database and a broker that somebody else runs."""
    if not settings.database_url or not settings.amqp_url:
        message = "Set DATABASE_URL and AMQP_URL to the servers to provision (or use `coffer up`)."
        raise StackError(message)
    home = Home(settings.home)
    prepare(home, account=None)
    wanted = addresses(
        settings,
        database_url=settings.database_url,
        amqp_url=settings.amqp_url,
        passwords=passwords(home, names_of_passwords(with_stage=False)),
    )
    await provision_database(wanted, PROJECT / "services")
    tell("The database is ready.")
    await provision_broker(settings, wanted, tell)
    tell("The broker is ready.")


async def provision_database(wanted: Addresses, services: Path) -> None:
    """A role and a database for each service, then its migrations as the administrator."""
    try:
        await _make_databases(wanted)
        await asyncio.gather(
            *(
                asyncio.to_thread(migrate, _owner(wanted, service), folder)
                for service in SERVICES
                if (folder := services / service / "migrations").is_dir()
            )
        )
    except (OSError, asyncpg.PostgresError, MigrationError) as error:
        message = f"The database could not be provisioned: {error}"
        raise StackError(message) from error


async def provision_broker(
    settings: Settings, wanted: Addresses, tell: Callable[[str], None]
) -> None:
    """Users first where they are ours to make, then every exchange and queue."""
    if settings.amqp_management_url:
        await asyncio.to_thread(make_users, settings.amqp_management_url, wanted)
    elif settings.amqp_url:
        tell(ONE_USER)
    try:
        await declare_topology(wanted.amqp_url)
    except (OSError, AMQPError) as error:
        message = f"The broker could not be provisioned: {error!r}"
        raise StackError(message) from error


async def declare_topology(amqp_url: str) -> None:
    """A broker that comes back from a crash lets us in before it has found its queues again."""
    deadline = time.monotonic() + QUEUES_RETURN_SECONDS
    while True:
        try:
            await declare(amqp_url)
        except (ChannelNotFoundEntity, AMQPConnectionError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return


async def _make_databases(wanted: Addresses) -> None:
    """Those that are to be on the administrator's server; the others belong to somebody else."""
    ours = [
        url for url in wanted.database_urls.values() if is_same_server(url, wanted.database_url)
    ]
    connection = await asyncpg.connect(wanted.database_url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", PROVISION_LOCK)
        for url in ours:
            await _make_database(connection, url)
    finally:
        await connection.close()


async def _make_database(connection: asyncpg.Connection, url: str) -> None:
    """PostgreSQL quotes the names itself; a role that exists gets the password we hand out."""
    parts = urlsplit(url)
    role, password = unquote(parts.username or ""), unquote(parts.password or "")
    name = unquote(parts.path).removeprefix("/")
    has_role = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if has_role else "CREATE"
    await _run(connection, f"{verb} ROLE %I LOGIN PASSWORD %L", role, password)
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await _run(connection, "CREATE DATABASE %I", name)
    await _run(connection, "REVOKE ALL ON DATABASE %I FROM PUBLIC", name)
    await _run(connection, "GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I", name, role)


async def _run(connection: asyncpg.Connection, statement: str, *values: str) -> None:
    await connection.execute(
        await connection.fetchval(
            "SELECT format($1::text, VARIADIC $2::text[])", statement, list(values)
        )
    )


def _owner(wanted: Addresses, service: str) -> str:
    """The administrator's address of a service's database; elsewhere the one we were given."""
    url = wanted.database_urls[service]
    if not is_same_server(url, wanted.database_url):
        return url
    return urlsplit(wanted.database_url)._replace(path=urlsplit(url).path).geturl()
