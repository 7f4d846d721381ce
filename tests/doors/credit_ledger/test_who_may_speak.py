"""Who may say what at the hot door, and under which key (A17)."""

from typing import Any

import pytest
from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from services.credit_ledger.commands import _acts
from shared.contracts.credits import LedgerCommand
from shared.contracts.message import CommandData
from shared.messaging.doors import Poison
from shared.messaging.topology import INTAKE, LEDGER, OWNER_HEADER
from tests.builders import an_id
from tests.doors.credit_ledger import hostile
from tests.doors.credit_ledger.valid_commands import bodies

OWNER, PERSON = str(an_id()), str(an_id())
WORK = {"AuthorizeHold", "ExtendHold", "CaptureHold", "VoidHold", "ReportUsage"}
BY_OPERATORS = {
    "CreditBack",
    "SetPoolTerms",
    "SetRate",
    "AdjustCredits",
    "ReleaseLot",
    "ImportBalance",
}
ALL = {contract.__name__ for contract, _ in bodies(actor="x", owner=OWNER, person=PERSON)}
NODE = "node-rn-01"


def arrived(
    contract: type[CommandData],
    body: dict[str, Any],
    *,
    user: str,
    exchange: str = LEDGER,
    key: str = "",
) -> DeliveredMessage:
    """A message as the broker delivers it."""
    content = hostile.replaced(body, ("nowhere",), "").text.encode()
    properties = Basic.Properties(
        message_type=contract.TYPE, user_id=user, headers={OWNER_HEADER: OWNER}
    )
    return DeliveredMessage(
        delivery=Basic.Deliver(exchange=exchange, routing_key=key or contract.ROUTING_KEY),
        header=ContentHeader(properties=properties, body_size=len(content)),
        body=content,
        channel=None,  # type: ignore[arg-type]  # nothing is acknowledged here
    )


def why_not(message: DeliveredMessage) -> str | None:
    """Why the door does not read a message."""
    try:
        _acts(message)
    except Poison as poison:
        return poison.told
    return None


@pytest.mark.parametrize(
    ("user", "may"),
    [
        ("coffer_portal", ALL),
        ("stage", ALL),
        ("one_for_all", ALL),
        ("operator", BY_OPERATORS),
        ("node", WORK | {"CreditBack"}),
        (NODE, WORK),
        ("coffer_licensing", set()),
        ("store", set()),
    ],
)
def test_A17_each_says_what_is_his_to_say(user: str, may: set[str]) -> None:
    refused = {}
    for contract, body in bodies(actor=user, owner=OWNER, person=PERSON):
        if (why := why_not(arrived(contract, body, user=user))) is not None:
            refused[contract.__name__] = why

    assert set(refused) == ALL - may
    assert set(refused.values()) <= {"actor: does not speak for people"}


def on_the_intake(*, key: str, user: str = NODE, actor: str = NODE) -> DeliveredMessage:
    [(contract, body)] = [
        (contract, body)
        for contract, body in bodies(actor=actor, owner=OWNER, person=PERSON)
        if contract.__name__ == "AuthorizeHold"
    ]
    assert issubclass(contract, LedgerCommand)
    return arrived(contract, body, user=user, exchange=INTAKE, key=key)


def test_A17_a_node_speaks_under_its_own_key() -> None:
    assert why_not(on_the_intake(key=f"hold.{NODE}.{OWNER}")) is None
    for key in (f"hold.node-rn-02.{OWNER}", f"hold.rn-01.{OWNER}", f"hold.{OWNER}"):
        assert why_not(on_the_intake(key=key)) == "actor: differs from the routing key"


def test_A17_the_farms_own_nodes_share_a_user_and_name_themselves() -> None:
    key = f"hold.rn-01.{OWNER}"

    assert why_not(on_the_intake(key=key, user="node", actor="node")) is None


def test_A17_nobody_asserts_in_another_nodes_name() -> None:
    key = f"hold.{NODE}.{OWNER}"

    told = why_not(on_the_intake(key=key, user="node-rn-02"))

    assert told == "actor: is not the broker user who sent this"
