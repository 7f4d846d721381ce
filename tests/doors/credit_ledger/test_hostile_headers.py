"""Headers no client library can read: the message is buried, and nobody waits for it to end."""

from dataclasses import replace
from datetime import UTC, datetime
from struct import pack

import aiormq
import pytest
from aiormq.abc import ChannelFrame
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from deploy.native.stack import Stack
from shared.contracts.credits import AuthorizeHold
from shared.messaging.headers import read_any_header
from shared.messaging.topology import LEDGER
from tests.builders import an_id
from tests.doors.credit_ledger.farm import CREDIT, Farm
from tests.listening import Listener

EASY_TIME = datetime.fromtimestamp(0x5A5A5A5A, tz=UTC)
EASY, HARD = b"ZZZZ", b"\xff\xfe\xff\xfe"
HEADERS = {
    "a type that is no UTF-8": Basic.Properties(message_type="ZZZZ"),
    "an id that is no UTF-8": Basic.Properties(message_id="ZZZZ"),
    "a field whose name is no UTF-8": Basic.Properties(headers={"ZZZZ": "1"}),
    "a field whose value is no UTF-8": Basic.Properties(headers={"owner": "ZZZZ"}),
    "a time past all years": Basic.Properties(timestamp=EASY_TIME),
}


def as_frames(properties: Basic.Properties, body: bytes, *, channel: int = 1) -> ChannelFrame:
    """Write what the library would never write: easy bytes first, then the hard ones for them."""
    publish = Basic.Publish(exchange=LEDGER, routing_key="credit_ledger.authorize_hold")
    header = ContentHeader(properties=properties, body_size=len(body))
    frame = ChannelFrame.marshall(channel, [publish, header, ContentBody(body)])
    hard = frame.payload.replace(EASY, HARD).replace(bytes(4) + EASY, b"\xff" * 8)
    return replace(frame, payload=hard)


def nested(depth: int) -> bytes:
    """A table in a table in a table, as it is written."""
    table = bytes(4)
    for _ in range(depth):
        entry = b"\x01aF" + table
        table = len(entry).to_bytes(4) + entry
    return table


@pytest.mark.parametrize("name", HEADERS)
async def test_a_message_with_an_unreadable_header_is_buried_and_the_next_is_served(
    farm: Farm, stack: Stack, dead: Listener, name: str
) -> None:
    body = an_id().hex.encode()
    connection = await aiormq.connect(stack.amqp_urls["coffer_portal"])
    channel = await connection.channel(publisher_confirms=False)
    assert isinstance(channel, aiormq.Channel)
    written = as_frames(HEADERS[name], body, channel=channel.number)
    await channel.write_queue.put(written)

    buried = await dead.find(lambda message: message.body == body)

    await connection.close()
    assert str(buried.headers["reason"]).startswith("type: ")
    assert (await farm.asks(AuthorizeHold(amount=CREDIT))).accepted


def test_a_table_nested_past_all_depth_leaves_its_message_without_a_header() -> None:
    read_any_header()
    only_headers = 0x2000
    written = pack(">HHQH", Basic.frame_id, 0, 7, only_headers) + nested(2_000)

    header = ContentHeader()
    header.unmarshal(written)

    assert header.body_size == 7
    assert header.properties.headers is None
