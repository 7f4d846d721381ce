"""A ledger that says yes, so that the client can be tested without one: border of ours, faked."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import aiormq
import orjson
from aiormq.abc import DeliveredMessage

from shared.messaging.topology import SHARDS, shard
from tests.waiting import WAIT_SECONDS

VerdictJson = dict[str, object]
PRIORITY = 100


@dataclass
class Ledger:
    """Answers every command once it is not silent; remembers how often each id came."""

    channel: aiormq.Channel
    owner: str
    came: Counter[str] = field(default_factory=Counter)
    bodies: list[dict[str, object]] = field(default_factory=list)
    headers: list[DeliveredMessage] = field(default_factory=list)
    is_silent: bool = False
    refuses: dict[str, object] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self, message: DeliveredMessage) -> None:
        command = orjson.loads(message.body)
        if command["owner"] != self.owner:
            return
        self.came[command["id"]] += 1
        self.bodies.append(command)
        self.headers.append(message)
        self.changed.set()
        if not self.is_silent:
            frame = {"verdicts": list(self.verdicts(command))}
            await self.channel.basic_publish(
                orjson.dumps(frame),
                routing_key=message.header.properties.reply_to or "",
                wait=False,
            )

    def verdicts(self, command: dict[str, object]) -> list[VerdictJson]:
        data = command["data"]
        assert isinstance(data, dict)
        ids = [line["id"] for line in data.get("lines", [])] or [command["id"]]
        if self.refuses:
            return [{"id": one, "refused": self.refuses} for one in ids]
        amount = data.get("amount", "1")
        result = {"amount": amount, "captured": amount, "released": "0", "available": "7"}
        return [{"id": one, "result": result} for one in ids]

    @property
    def commands(self) -> list[dict[str, object]]:
        """What came, each command once: one that waits for its verdict for long comes again."""
        first: dict[str, dict[str, object]] = {}
        for body in self.bodies:
            first.setdefault(str(body["id"]), body)
        return list(first.values())

    async def has_heard(self, count: int) -> None:
        """Wait until so many commands came."""
        async with asyncio.timeout(WAIT_SECONDS):
            while len(self.came) < count:
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def ledger_on(amqp_url: str, owner: UUID) -> AsyncIterator[Ledger]:
    """Answer commands of one owner, before any real ledger that may run beside it."""
    connection = await aiormq.connect(amqp_url)
    channel = await connection.channel(publisher_confirms=False)
    assert isinstance(channel, aiormq.Channel)
    ledger = Ledger(channel, str(owner))
    for number in range(SHARDS):
        await channel.basic_consume(
            shard(number), ledger.hear, no_ack=True, arguments={"x-priority": PRIORITY}
        )
    try:
        yield ledger
    finally:
        await connection.close()
