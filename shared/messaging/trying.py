"""Trying what may fail for good, where no door stands that would bury it."""

from collections.abc import Coroutine

import structlog

from shared.postgres.pool import PASSING

log = structlog.get_logger()


async def succeeded(work: Coroutine[None, None, None], **about: str) -> bool:
    """Whether work came to its end; a failure that passes is raised, any other is logged."""
    try:
        await work
    except PASSING:
        raise
    # Whatever is wrong with one subject must not end the healing of the others: the log names it,
    # and it is tried again later.
    except Exception:
        log.exception("could_not_be_done", **about)
        return False
    return True
