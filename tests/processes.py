"""A service as a process of its own, whose log can be read and which can be killed."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aio_pika

from deploy.native.stack import Stack
from tests.waiting import WAIT_SECONDS

START_SECONDS = 60.0
STOP_SECONDS = 30.0


@dataclass
class ServiceProcess:
    """One running service."""

    name: str
    environment: dict[str, str]
    log: list[dict[str, Any]] = field(default_factory=list)
    _process: Process | None = None
    _reading: "asyncio.Task[None] | None" = None
    _logged: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def start(self) -> None:
        """Start and wait until the doors are open."""
        self.log.clear()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", f"services.{self.name}"),
            env={**os.environ, **self.environment},
            stdout=PIPE,
            stderr=STDOUT,
        )
        self._reading = asyncio.create_task(self._read())
        await self.logs(lambda line: line.get("event") == "ready", wait_seconds=START_SECONDS)

    async def stop(self) -> None:
        """Ask it to end, as a deployment does."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
        await self._ended()

    async def kill(self) -> None:
        """End it at once, as a lost machine does."""
        assert self._process is not None
        self._process.kill()
        await self._ended()

    async def logs(
        self, wanted: Callable[[dict[str, Any]], bool], *, wait_seconds: float = WAIT_SECONDS
    ) -> dict[str, Any]:
        """The first line of the log that is wanted, written or to come."""
        try:
            async with asyncio.timeout(wait_seconds), self._logged:
                await self._logged.wait_for(lambda: any(map(wanted, self.log)))
        except TimeoutError:
            raise AssertionError(f"{self.name} logged only {self.log}") from None
        return next(filter(wanted, self.log))

    async def _ended(self) -> None:
        assert self._process is not None
        assert self._reading is not None
        await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        await self._reading

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._logged:
                self.log.append(_parsed(line.decode()))
                self._logged.notify_all()


# One service often runs without those it listens to, and for longer than it would take that.
NEVER_STALE = {"COFFER_COPY_STALE_SECONDS": "86400"}


@asynccontextmanager
async def running(
    stack: Stack, name: str, settings: Mapping[str, str] = NEVER_STALE
) -> AsyncIterator[ServiceProcess]:
    """A service of the stack for the length of the block."""
    environment = {
        **settings,
        f"COFFER_{name.upper()}_DATABASE_URL": stack.database_urls[name],
        f"COFFER_{name.upper()}_AMQP_URL": stack.amqp_urls[f"coffer_{name}"],
    }
    service = ServiceProcess(name, environment)
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


async def forget_what_was_said(stack: Stack, name: str) -> None:
    """Empty the queue of facts of a service that no test needed until now.

    Tests before it said thousands that are none of its matter, and it would hear them all first.
    """
    async with await aio_pika.connect(stack.amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(f"{name}.facts", ensure=False)
        await queue.purge()


def _parsed(line: str) -> dict[str, Any]:
    try:
        parsed: dict[str, Any] = json.loads(line)
    except ValueError:
        return {"event": line}
    return parsed
