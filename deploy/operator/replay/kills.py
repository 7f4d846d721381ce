"""kill -9 at random moments of the run; the supervisor brings each process back."""

import asyncio
import os
from collections.abc import Mapping
from random import Random
from signal import SIGKILL

from deploy.native.errors import StackError
from deploy.native.stack import Stack
from deploy.operator.replay.tally import Tally

TARGETS = ("ledger", "broker", "database")
EARLIEST, LATEST = 0.05, 0.85
BACK_SECONDS = 60.0
GLANCE_SECONDS = 0.1


class KillError(Exception):
    """The wish cannot be read, or what was killed does not come back."""


def read_kills(wish: str) -> dict[str, int]:
    """Read `ledger=3,broker=1,database=1`; raises KillError."""
    counts: dict[str, int] = {}
    for part in filter(None, wish.split(",")):
        target, _, count = part.partition("=")
        if target not in TARGETS or not count.isdecimal():
            message = f"{part}: write {', '.join(TARGETS)} with a number, like ledger=3"
            raise KillError(message)
        counts[target] = int(count)
    return counts


def moments(counts: Mapping[str, int], jobs: int, random: Random) -> list[tuple[int, str]]:
    """After how many settled jobs which target is killed, in order."""
    return sorted(
        (int(jobs * random.uniform(EARLIEST, LATEST)), target)
        for target, count in sorted(counts.items())
        for _ in range(count)
    )


async def kill_at(
    stack: Stack, planned: list[tuple[int, str]], tally: Tally, random: Random
) -> list[str]:
    """Kill each target when its moment comes; returns the names of the processes killed."""
    killed: list[str] = []
    for jobs, target in planned:
        await tally.reaches(jobs)
        name = _process(stack, target, random)
        os.kill(await _pid_when_up(stack, name), SIGKILL)
        killed.append(name)
    return killed


def _process(stack: Stack, target: str, random: Random) -> str:
    if target != "ledger":
        return target
    return random.choice(sorted(n for n in stack.children if n.startswith("credit_ledger")))


async def _pid_when_up(stack: Stack, name: str) -> int:
    """Its pid once it runs; the supervisor writes that down but sends no word."""
    try:
        async with asyncio.timeout(BACK_SECONDS):
            while True:
                try:
                    return stack.current_pid(name)
                except StackError:
                    await asyncio.sleep(GLANCE_SECONDS)
    except TimeoutError as error:
        message = f"{name} is not back {BACK_SECONDS} s after it was killed."
        raise KillError(message) from error
