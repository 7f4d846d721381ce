"""Connections to a service's own database, with the limits every transaction keeps."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import asyncpg
import orjson
from asyncpg.pool import PoolConnectionProxy
from faststream import Context

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
if TYPE_CHECKING:
    _Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
else:  # FastStream reads the alias at run time, where the class takes no parameter.
    _Pool = asyncpg.Pool
Pool: TypeAlias = Annotated[_Pool, Context("pool")]

POOL_SIZE_MAX = 8
LIMITS = {
    "lock_timeout": "2s",
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "5s",
    "application_name": "coffer",
}


class NotYetError(Exception):
    """What was heard needs something that is still under way: it is tried again."""


PASSING: tuple[type[Exception], ...] = (
    NotYetError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InternalServerError,
    asyncpg.InternalClientError,
    asyncpg.InvalidCachedStatementError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    ConnectionError,
    OSError,
    TimeoutError,
)
"""Failures that pass: the same work is tried again with the same ids."""


async def open_pool(database_url: str) -> "asyncpg.Pool[asyncpg.Record]":
    """Open the pool; raises what asyncpg raises when the database is not there."""
    return await asyncpg.create_pool(
        database_url, min_size=1, max_size=POOL_SIZE_MAX, server_settings=LIMITS, init=prepare
    )


async def prepare(connection: Connection) -> None:
    """Teach a connection to read and write jsonb as Python values."""
    await connection.set_type_codec(
        "jsonb",
        encoder=lambda value: b"\x01" + orjson.dumps(value),
        decoder=lambda stored: orjson.loads(stored[1:]),
        schema="pg_catalog",
        format="binary",
    )
