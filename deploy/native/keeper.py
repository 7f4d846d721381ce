"""Keeps one program running: starts it, watches its health, starts it again when it dies."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from deploy.native.processes import start_of
from deploy.native.program import Program
from deploy.native.stack import Child

PROJECT = Path(__file__).parents[2]
PAUSE_MIN_SECONDS = 0.2
PAUSE_MAX_SECONDS = 5.0
# One that lived this long did not die of how it was started.
PROVEN_SECONDS = 10.0
PROBE_UNTIL_HEALTHY_SECONDS = 0.1
PROBE_WHILE_HEALTHY_SECONDS = 1.0


class Keeper:
    """One child of the supervisor, through all its lives."""

    def __init__(self, program: Program, note: Callable[[str, Child], None]) -> None:
        self.program = program
        self.healthy = asyncio.Event()
        self.version = ""
        self._note = note
        self._child = Child(health_port=program.health_port)
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Return once asked to stop and the child has ended."""
        pause = PAUSE_MIN_SECONDS
        while not self._stopping.is_set():
            begun = time.monotonic()
            await self._live()
            if time.monotonic() - begun > PROVEN_SECONDS:
                pause = PAUSE_MIN_SECONDS
            await self._stops_within(pause)
            pause = min(2 * pause, PAUSE_MAX_SECONDS)
        self._set(replace(self._child, pid=None, started=None, state="stopped"))

    def stop(self) -> None:
        self._stopping.set()

    async def _live(self) -> None:
        """One life, from its start to its end, which comes by itself or because we stop."""
        process = await self._start()
        self._set(
            replace(
                self._child,
                pid=process.pid,
                started=start_of(process.pid),
                state="starting",
            )
        )
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(self._watch())
            stop = group.create_task(self._stopping.wait())
            exit_ = group.create_task(process.wait())
            await asyncio.wait({stop, exit_}, return_when=asyncio.FIRST_COMPLETED)
            watch.cancel()
            stop.cancel()
            if not exit_.done():
                await self._end(process)
        self.healthy.clear()
        if not self._stopping.is_set():
            restarts = self._child.restarts + 1
            self._set(
                replace(self._child, pid=None, started=None, state="starting", restarts=restarts)
            )

    async def _start(self) -> asyncio.subprocess.Process:
        with self.program.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *self.program.command,
                cwd=PROJECT,
                env=self.program.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        process.send_signal(self.program.stop_signal)
        try:
            async with asyncio.timeout(self.program.patience_seconds):
                await process.wait()
        except TimeoutError:
            process.kill()

    async def _watch(self) -> None:
        while True:
            version = await self.program.probe()
            if version:
                self.version = version
                self.healthy.set()
                self._set(replace(self._child, state="healthy"))
            elif self.healthy.is_set():
                self.healthy.clear()
                self._set(replace(self._child, state="unhealthy"))
            is_healthy = self.healthy.is_set()
            await self._stops_within(
                PROBE_WHILE_HEALTHY_SECONDS if is_healthy else PROBE_UNTIL_HEALTHY_SECONDS
            )

    async def _stops_within(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    def _set(self, changed: Child) -> None:
        if changed != self._child:
            self._child = changed
            self._note(self.program.name, changed)
