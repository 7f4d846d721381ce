"""Waiting for a condition with a deadline; a test never sleeps for a time it hopes is enough."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

# Long, for on a busy machine what comes within a second elsewhere may take many.
WAIT_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.02

T = TypeVar("T")


async def eventually(
    probe: Callable[[], Awaitable[T]],
    holds: Callable[[T], bool],
    *,
    wait_seconds: float = WAIT_SECONDS,
) -> T:
    """Look again and again until what is seen is as it should be; fails with what was seen last."""
    deadline = asyncio.get_running_loop().time() + wait_seconds
    while True:
        seen = await probe()
        if holds(seen):
            return seen
        assert asyncio.get_running_loop().time() < deadline, f"still {seen!r}"
        await asyncio.sleep(LOOK_AGAIN_SECONDS)  # sleep: between two looks at the condition
