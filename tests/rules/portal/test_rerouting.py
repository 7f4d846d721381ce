"""Where a dead message may go again, and what is said where it may not."""

import json
from uuid import UUID

import pytest

from services.portal.operating.rerouting import Again, NotAgain, rerouted
from shared.messaging.topology import LEDGER, STORE

NAME = UUID(int=7)
USERS = ("coffer_portal", "operator")
ADJUST = "coffer.credit_ledger.adjust_credits.v1"


def test_a_command_of_ours_goes_where_its_contract_says_under_its_own_id() -> None:
    body = json.dumps({"actor": "operator", "owner": "abc"}).encode()

    route = rerouted(ADJUST, body, NAME, USERS)

    assert isinstance(route, Again)
    assert (route.user, route.outgoing.exchange, route.outgoing.message_id) == (
        "operator",
        LEDGER,
        NAME,
    )
    assert route.outgoing.headers == {"owner": "abc"}
    assert route.outgoing.body == body


def test_what_the_store_said_is_said_again_in_its_place() -> None:
    route = rerouted("coffer.store.order.paid.v1", b"{}", NAME, USERS)

    assert isinstance(route, Again)
    assert (route.user, route.outgoing.exchange) == ("coffer_portal", STORE)


@pytest.mark.parametrize(
    ("type_name", "body", "word"),
    [
        (ADJUST, b'{"actor": "node"}', "Only node"),
        (ADJUST, b"not json", "cannot be read"),
        (ADJUST, b"[]", "cannot be read"),
        ("coffer.store.order.paid.v1", b"\xff", "cannot be read"),
        ("coffer.membership.member.added.v1", b"{}", "Only membership"),
        ("no.such.type", b"{}", "Nothing here knows"),
        ("", b"", "Nothing here knows"),
    ],
)
def test_what_is_not_ours_to_send_says_why(type_name: str, body: bytes, word: str) -> None:
    route = rerouted(type_name, body, NAME, USERS)

    assert isinstance(route, NotAgain)
    assert word in route.why
