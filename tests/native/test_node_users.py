"""Users of nodes on a broker that somebody else runs: whole, or not known (A17)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.native import control, node_users
from deploy.native.errors import BrokerRefusedError, SettingsError, StackError
from deploy.native.home import Home
from deploy.native.node_users import Broker, find_broker, has_user, make_user
from deploy.native.stack import Stack
from shared.messaging.topology import node_user
from tests.native.management_stand_in import Management, management

USER = node_user("rn-01")
AMQP_URL = "amqp://guest:guest@127.0.0.1:1/"


@pytest.fixture
def other() -> Iterator[Management]:
    with management() as running:
        yield running


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A home without a stack, and nobody's servers are named."""
    monkeypatch.setenv("COFFER_HOME", str(tmp_path / "home"))
    for name in ("AMQP_URL", "COFFER_AMQP_MANAGEMENT_URL", "COFFER_OPERATOR_AMQP_URL"):
        monkeypatch.delenv(name, raising=False)


def the_broker(other: Management) -> Broker:
    return Broker(AMQP_URL, None, other.url)


@pytest.mark.parametrize("fails", ["topic-permissions", "permissions"])
def test_A17_a_user_that_was_half_made_is_not_known_and_made_anew(
    other: Management, fails: str
) -> None:
    broker = the_broker(other)
    other.refuses = fails

    with pytest.raises(BrokerRefusedError):
        make_user(broker, USER)
    assert not has_user(broker, USER)

    other.refuses = None
    address = make_user(broker, USER)
    assert has_user(broker, USER)
    assert other.kept[f"/api/users/{USER}"]["password"] in address


def test_a_management_that_does_not_answer_may_be_asked_again() -> None:
    broker = Broker(AMQP_URL, None, "http://127.0.0.1:1")

    with pytest.raises(StackError, match="does not answer") as raised:
        has_user(broker, USER)

    assert not isinstance(raised.value, BrokerRefusedError | SettingsError)


def test_a_broker_of_somebody_else_is_found_without_any_database(
    other: Management, nowhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMQP_URL", AMQP_URL)
    monkeypatch.setenv("COFFER_AMQP_MANAGEMENT_URL", other.url)

    assert find_broker() == the_broker(other)


def test_what_is_missing_to_find_a_broker_is_named(
    nowhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs = "or set AMQP_URL, COFFER_AMQP_MANAGEMENT_URL and COFFER_OPERATOR_AMQP_URL."
    with pytest.raises(StackError, match=needs):
        find_broker()
    monkeypatch.setenv("AMQP_URL", AMQP_URL)
    monkeypatch.setenv("COFFER_OPERATOR_AMQP_URL", AMQP_URL)
    with pytest.raises(StackError, match=r"or set COFFER_AMQP_MANAGEMENT_URL[.]"):
        find_broker()


def test_a_private_broker_that_hangs_is_told_in_a_sentence(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "ANSWER_SECONDS", 0.01)

    with pytest.raises(StackError, match=r"did not answer `list_topic_permissions` within 0.01 s"):
        has_user(Broker(stack.amqp_url, Home(stack.home), None), USER)


def test_a_private_broker_that_refuses_is_no_silence(stack: Stack) -> None:
    with pytest.raises(BrokerRefusedError, match="refused `import_definitions`"):
        control.define(Home(stack.home), {"permissions": [{"user": USER, "vhost": "none"}]})


def test_the_broker_of_a_stack_whose_servers_are_others_needs_its_management(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COFFER_AMQP_MANAGEMENT_URL", raising=False)
    children = {name: one for name, one in stack.children.items() if name != "broker"}

    with pytest.raises(SettingsError, match="COFFER_AMQP_MANAGEMENT_URL"):
        node_users.broker_of(replace(stack, children=children))
