"""Starts the independent subscriber, tells it where the run ends, and reads what it saw."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import orjson

from shared.clock import Clock
from shared.contracts.message import CLOUDEVENT_CONTENT_TYPE, SPECVERSION
from shared.messaging.publisher import Outgoing, publisher
from shared.messaging.topology import FACTS

END_KEY = "replay.run.ended"
END_SECONDS = 120.0


@dataclass(frozen=True)
class Seen:
    """Facts by subject and sequence, with their ids, and how many came more than once."""

    id_by_place: dict[tuple[str, int], str]
    repeated: int


@dataclass(frozen=True)
class Subscriber:
    """The running process, and the message at which it stops."""

    process: asyncio.subprocess.Process
    amqp_url: str
    end: UUID
    output: Path

    async def finish(self) -> Seen:
        """Publish the end behind all facts of the run and wait until the process read up to it."""
        async with publisher(self.amqp_url) as speaks:
            await speaks.publish(_end_of(self.end))
        async with asyncio.timeout(END_SECONDS):
            printed, _ = await self.process.communicate()
        id_by_place: dict[tuple[str, int], str] = {}
        for line in self.output.read_text(encoding="ascii").splitlines():
            subject, sequence, fact = line.split()
            id_by_place[subject, int(sequence)] = fact
        return Seen(id_by_place, int(printed))


@asynccontextmanager
async def subscriber(amqp_url: str, output: Path) -> AsyncIterator[Subscriber]:
    """Run the independent subscriber for the length of the block."""
    end = Clock().new_id()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "deploy.operator.replay.listener",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    told = {"amqp_url": amqp_url, "end": str(end), "output": str(output)}
    process.stdin.write(json.dumps(told).encode() + b"\n")
    await process.stdin.drain()
    try:
        yield Subscriber(process, amqp_url, end, output)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _end_of(end: UUID) -> Outgoing:
    event = {
        "specversion": SPECVERSION,
        "id": str(end),
        "source": "/coffer/replay",
        "type": f"coffer.{END_KEY}.v1",
        "subject": str(end),
        "time": datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }
    return Outgoing(
        exchange=FACTS,
        routing_key=END_KEY,
        body=orjson.dumps(event),
        message_id=end,
        type=f"coffer.{END_KEY}.v1",
        content_type=CLOUDEVENT_CONTENT_TYPE,
    )
