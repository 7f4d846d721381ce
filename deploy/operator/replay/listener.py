"""An independent subscriber, in a process of its own: reads the stream of facts from offset 0.

Told on its input where to listen and which message ends it; writes each fact it saw as a line
`subject sequence id` to the file named, and a count of repetitions to its output.
"""

import asyncio
import json
import sys
from pathlib import Path

import aiormq
import orjson
import structlog
import uvloop
from aiormq.abc import AbstractChannel, DeliveredMessage

from shared.messaging.loss import survived
from shared.messaging.publisher import with_heartbeat
from shared.messaging.topology import STREAM

LEDGER = "credit_ledger."
OFFSET = "x-stream-offset"
PREFETCH = 1_000
ACK_EVERY = 100
AGAIN_SECONDS = 0.5


class Listener:
    """What was seen so far, and where to go on after a lost connection."""

    def __init__(self, end: str) -> None:
        self.id_by_place: dict[tuple[str, int], str] = {}
        self.repeated = 0
        self.is_over = asyncio.Event()
        self._end = end
        self._next_offset = 0
        self._unacked = 0

    async def listen(self, amqp_url: str) -> None:
        """Read until the message that ends it, through any loss of the connection."""
        while not self.is_over.is_set():
            if not await survived(self._read(amqp_url)):
                await asyncio.sleep(AGAIN_SECONDS)

    async def _read(self, amqp_url: str) -> None:
        connection = await aiormq.connect(with_heartbeat(amqp_url))
        try:
            channel = await connection.channel()
            await channel.basic_qos(prefetch_count=PREFETCH)

            async def hear(message: DeliveredMessage) -> None:
                await self._hear(channel, message)

            await channel.basic_consume(STREAM, hear, arguments={OFFSET: self._next_offset})
            ends = {
                asyncio.ensure_future(self.is_over.wait()),
                asyncio.ensure_future(connection.closing),
                asyncio.ensure_future(channel.closing),
            }
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for end in ends:
                end.cancel()
        finally:
            await connection.close()

    async def _hear(self, channel: AbstractChannel, message: DeliveredMessage) -> None:
        properties = message.header.properties
        offset = (properties.headers or {})[OFFSET]
        assert isinstance(offset, int)
        if offset < self._next_offset:
            return
        self._next_offset = offset + 1
        self._note(message)
        self._unacked += 1
        if self._unacked >= ACK_EVERY and message.delivery_tag is not None:
            self._unacked = 0
            await channel.basic_ack(message.delivery_tag, multiple=True)
        if properties.message_id == self._end:
            self.is_over.set()

    def _note(self, message: DeliveredMessage) -> None:
        if not (message.routing_key or "").startswith(LEDGER):
            return
        fact = orjson.loads(message.body)
        sequence = fact.get("sequence")
        if sequence is None:
            return
        place = (fact["subject"], sequence)
        if place in self.id_by_place:
            self.repeated += 1
        else:
            self.id_by_place[place] = fact["id"]


def main() -> None:
    """Listen as told until the end, then write down what was seen."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    told: dict[str, str] = json.loads(sys.stdin.readline())
    listener = Listener(told["end"])
    uvloop.run(listener.listen(told["amqp_url"]))
    with Path(told["output"]).open("w", encoding="ascii") as file:
        file.writelines(
            f"{subject} {sequence} {fact}\n"
            for (subject, sequence), fact in listener.id_by_place.items()
        )
    print(listener.repeated)


if __name__ == "__main__":
    main()
