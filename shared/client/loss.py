"""What it looks like when a connection is lost, which the driver tells in many ways."""

import asyncio
from collections.abc import Coroutine

import structlog
from aiormq.exceptions import AMQPError

# RuntimeError is how aiormq says that a connection closed between two calls.
Lost = (OSError, TimeoutError, AMQPError, RuntimeError)

log = structlog.get_logger()


async def survived(work: Coroutine[None, None, None]) -> bool:
    """Whether work on a connection came to its end; False when the connection was lost under it.

    It runs in a task of its own, for the driver also cancels what waits on a lost connection, and
    that must not be taken for our own end. Anything else it raises is raised.
    """
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task})
    finally:
        task.cancel()
    if task.cancelled():
        return False
    error = task.exception()
    if error is None:
        return True
    if not isinstance(error, Lost):
        raise error
    log.info("broker_unreachable", reason=repr(error))
    return False
