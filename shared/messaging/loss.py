"""What it looks like when a connection is lost, which the driver tells in many ways."""

import asyncio
from collections.abc import Coroutine

import structlog
from aiormq.exceptions import AMQPError

# RuntimeError is how aiormq says that a connection closed between two calls.
Lost: tuple[type[Exception], ...] = (OSError, TimeoutError, AMQPError, RuntimeError)

log = structlog.get_logger()


async def survived(
    work: Coroutine[None, None, None], *, losses: tuple[type[Exception], ...] = Lost
) -> bool:
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
    if not is_loss(error, losses):
        raise error
    log.info("broker_unreachable", reason=repr(error))
    return False


def is_loss(error: BaseException, losses: tuple[type[Exception], ...] = Lost) -> bool:
    """Whether an error, or every error of a group, is a lost connection."""
    if isinstance(error, BaseExceptionGroup):
        return all(is_loss(one, losses) for one in error.exceptions)
    return isinstance(error, losses)


def is_our_own_end() -> bool:
    """Whether a CancelledError just caught was meant for this task, not thrown by the driver."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
