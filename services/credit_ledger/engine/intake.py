"""From a command as it came to what the rules decide upon, with the hash of its effect."""

from typing import Any

import orjson

from services.credit_ledger.engine.readers import access, holds, orders, rates, terms, usage
from services.credit_ledger.engine.readers.envelope import Envelope, Reader
from services.credit_ledger.rules.acts import Act
from services.credit_ledger.store.loading import Parked
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.message import Command, CommandData

READERS: dict[type[CommandData], Reader] = {
    **usage.READERS,
    **holds.READERS,
    **access.READERS,
    **rates.READERS,
    **terms.READERS,
    **orders.READERS,
}


def acts_of(command: Command[Any], body: bytes, reply_to: str | None) -> list[Act]:
    """Turn a ledger command into acts: one, or one per usage line."""
    return READERS[type(command.data)](Envelope.of(command, body, reply_to), command.data)


def waiting_act(parked: Parked) -> Act:
    """Read a parked command again."""
    command = COMMAND_BY_TYPE[orjson.loads(parked.body)["type"]].model_validate_json(parked.body)
    [act] = acts_of(command, parked.body.encode(), parked.reply_to)
    return act
