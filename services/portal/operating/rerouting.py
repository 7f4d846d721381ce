"""Where a message that died may be sent again, and by whom; or why it may not."""

import json
from dataclasses import dataclass
from uuid import UUID

from shared.contracts.catalogue import COMMAND_BY_TYPE, COMMANDS, FACTS, QUERIES, fact_type
from shared.messaging.publisher import Outgoing
from shared.messaging.topology import OWNER_HEADER, STORE

ASKED = {data.TYPE: data for data in COMMANDS + QUERIES}
SAID = {fact_type(data): data for data in FACTS}
CLOUDEVENT = "application/cloudevents+json"


@dataclass(frozen=True)
class Again:
    """A message ready to be sent again, under the name of a broker user who may."""

    user: str
    outgoing: Outgoing


@dataclass(frozen=True)
class NotAgain:
    """Why a message is not for us to send again, and what becomes of it."""

    why: str


def rerouted(
    type_name: str, body: bytes, message_id: UUID, users: tuple[str, ...]
) -> Again | NotAgain:
    """Find where a message belongs; `users` are those whose voice we have, the people's first."""
    if type_name in ASKED:
        return _asked(type_name, body, message_id, users)
    if type_name in SAID:
        return _said(type_name, body, message_id, users)
    return NotAgain(
        "Nothing here knows this type of message, so no queue wants it. Discard it once you know"
        " who sends it."
    )


def _asked(
    type_name: str, body: bytes, message_id: UUID, users: tuple[str, ...]
) -> Again | NotAgain:
    told = _read(body)
    actor = str(told.get("actor", "")) if told else ""
    if told is None or not actor:
        return NotAgain("It cannot be read, and would die again. Who sent it was told so.")
    if actor not in users:
        return NotAgain(
            f"Only {actor} may send what it asserts; it was told what is wrong and sends it again"
            " itself, under the same id."
        )
    data = ASKED[type_name]
    owner = told.get("owner")
    outgoing = Outgoing(
        exchange=data.EXCHANGE,
        routing_key=data.ROUTING_KEY,
        body=body,
        message_id=message_id,
        type=type_name,
        headers={OWNER_HEADER: str(owner)} if owner else None,
    )
    assert type_name in COMMAND_BY_TYPE
    return Again(actor, outgoing)


def _said(
    type_name: str, body: bytes, message_id: UUID, users: tuple[str, ...]
) -> Again | NotAgain:
    data = SAID[type_name]
    if data.SERVICE != STORE:
        return NotAgain(
            f"Only {data.SERVICE} may say this. Copies notice what they missed and fetch it by"
            " themselves; nothing need be sent again."
        )
    if _read(body) is None:
        return NotAgain("It cannot be read, and would die again. The store has to send it anew.")
    outgoing = Outgoing(
        exchange=STORE,
        routing_key=data.ROUTING_KEY,
        body=body,
        message_id=message_id,
        type=type_name,
        content_type=CLOUDEVENT,
    )
    return Again(users[0], outgoing)


def _read(body: bytes) -> dict[str, object] | None:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
