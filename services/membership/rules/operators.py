"""What only the vendor's staff may do (A17)."""

from uuid import UUID

from shared.contracts.message import Refused, refuse
from shared.contracts.refusals import RefusalCode

OPERATORS = frozenset({"operator", "stage"})
ASSERTERS = OPERATORS | {"coffer_portal"}


def operate(actor: str) -> Refused | None:
    """Let through what a broker user asserted who speaks for the vendor's staff."""
    return None if actor in OPERATORS else refuse(RefusalCode.OPERATOR_REQUIRED)


def may_find_people(actor: str) -> bool:
    """Whose account an address is, only those learn who speak for people or look after them."""
    return actor in ASSERTERS


def may_read_of(subject: UUID, asked_by: UUID | None, actor: str) -> bool:
    """What was done with an account it may read itself; operators may read everything."""
    return subject == asked_by or operate(actor) is None
