"""What stands around every command, with ids in the driver's form."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from services.credit_ledger.engine.contents import fast, fast_or_none
from services.credit_ledger.rules.acts import Act
from shared.contracts.message import Command
from shared.messaging.topology import node_of

OPERATORS = frozenset({"operator", "stage"})


class Envelope(NamedTuple):
    """The command's id and owner, who it is for, and how to answer it later.

    `by_operator` tells that a broker user asserted it who speaks for the vendor's staff (A17);
    `door` is that user. `speaker` is the node behind it, if it is one that works for single
    organizations alone.
    """

    id: UUID
    owner: UUID
    by: UUID | None
    by_operator: bool
    body: bytes
    reply_to: str | None
    door: str
    speaker: str | None

    @classmethod
    def of(cls, command: Command[Any], body: bytes, reply_to: str | None) -> "Envelope":
        """Read the envelope of a command that names its owner, as the door made sure."""
        assert command.owner is not None
        by = fast_or_none(command.on_behalf_of)
        by_operator = command.actor in OPERATORS
        return cls(
            fast(command.id),
            fast(command.owner),
            by,
            by_operator,
            body,
            reply_to,
            command.actor,
            node_of(command.actor),
        )


Reader: TypeAlias = Callable[[Envelope, Any], list[Act]]
