"""What only the vendor's staff may do, and whom else we tell about everybody (A17)."""

from uuid import UUID

from shared.contracts.message import Refused, refuse
from shared.contracts.refusals import RefusalCode

OPERATORS = frozenset({"operator", "stage"})
NODES = frozenset({"node"})
SERVICES = "coffer_"


def operators_only(actor: str) -> Refused | None:
    """Refuse everybody but operators, by the broker user who asserts the command."""
    return None if actor in OPERATORS else refuse(RefusalCode.OPERATOR_REQUIRED)


def asks_for_everybody(actor: str, asked_by: UUID | None) -> bool:
    """Whether it is a node, an operator, or a service that speaks for nobody."""
    if actor in NODES | OPERATORS:
        return True
    return asked_by is None and actor.startswith(SERVICES)
