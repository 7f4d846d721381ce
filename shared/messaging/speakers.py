"""Who may ask what, and who may say what, by the broker user who does (A17).

A user we did not make is not told apart: all services may share one on somebody else's broker.
"""

from shared.contracts.catalogue import OF_FARM, OF_NODES, OF_OPERATORS, OF_SERVICES
from shared.contracts.message import CommandData
from shared.messaging.topology import NODE, STORE, is_ours, node_of

OPERATOR = "operator"
SPEAK_FOR_PEOPLE = frozenset({"coffer_portal", "stage"})


def may_ask(user: str, data: type[CommandData]) -> bool:
    """Only the portal speaks for people; operators, services and nodes ask what is theirs."""
    if user in SPEAK_FOR_PEOPLE or not is_ours(user):
        return True
    if node_of(user) is not None:
        return data in OF_NODES
    return data in (OF_OPERATORS if user == OPERATOR else OF_FARM if user == NODE else OF_SERVICES)


def may_say(user: str | None, service: str) -> bool:
    """Each service speaks for itself, the portal for the store, the stage for everybody."""
    if user is None:
        return False
    speakers = {f"coffer_{service}", service, "stage"}
    if service == STORE:
        speakers.add("coffer_portal")
    return user in speakers or not is_ours(user)
