"""Who may ask and say what, by broker user (A17)."""

import pytest

from shared.contracts.copies import FetchMembershipSnapshot
from shared.contracts.credits import AuthorizeHold, CreditBack
from shared.contracts.entitlements import CheckEntitlement
from shared.contracts.membership import AddMember
from shared.contracts.message import CommandData
from shared.contracts.nodes import EnrolNode
from shared.messaging.speakers import may_ask, may_say
from shared.messaging.telling import may_copy
from shared.messaging.topology import MEMBERSHIP, STORE, node_of, node_topic, node_user

NODE = node_user("rn-01")
ASKED = (AuthorizeHold, CreditBack, CheckEntitlement, AddMember, EnrolNode, FetchMembershipSnapshot)


@pytest.mark.parametrize(
    ("user", "asks"),
    [
        ("coffer_portal", ASKED),
        ("stage", ASKED),
        ("somebody_elses", ASKED),
        ("operator", (CreditBack, CheckEntitlement, EnrolNode)),
        ("coffer_licensing", (CheckEntitlement, FetchMembershipSnapshot)),
        ("node", (AuthorizeHold, CreditBack, CheckEntitlement)),
        (NODE, (AuthorizeHold,)),
    ],
)
def test_A17_each_asks_what_is_his_to_ask(user: str, asks: tuple[type[CommandData], ...]) -> None:
    assert tuple(data for data in ASKED if may_ask(user, data)) == asks


def test_A17_a_node_says_no_facts_and_keeps_no_copies() -> None:
    for user in (NODE, "node"):
        assert not may_say(user, MEMBERSHIP)
        assert not may_say(user, STORE)
        assert not may_copy(user)


def test_A17_the_farms_own_user_is_no_node_of_single_organizations() -> None:
    assert (node_of(NODE), node_of("node"), node_of("operator")) == ("rn-01", None, None)


def test_A17_the_key_of_one_node_is_not_the_beginning_of_anothers() -> None:
    assert node_topic(node_user("rn-1")).write == r"^(hold|usage)\.node-rn-1\..*$"
