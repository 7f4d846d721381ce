"""Broker users of nodes that work for single organizations, made while the broker runs (A17)."""

import secrets
from dataclasses import dataclass

from deploy.native import control, management
from deploy.native.addresses import as_user
from deploy.native.broker import node_definitions
from deploy.native.errors import SettingsError, StackError
from deploy.native.home import PASSWORD_BYTES, Home
from deploy.native.settings import Settings, read_settings
from deploy.native.stack import Stack, read_stack

BROKER = "broker"
NOT_OURS = (
    "The broker is run by somebody else: COFFER_AMQP_MANAGEMENT_URL would let its users be made."
)


@dataclass(frozen=True)
class Broker:
    """A broker whose users can be made: in a home of ours, or through somebody's management."""

    amqp_url: str
    home: Home | None
    management_url: str | None


def find_broker() -> Broker:
    """The broker of the stack that runs here, else that of AMQP_URL; no database is needed."""
    settings = read_settings()
    stack = read_stack(Home(settings.home))
    if stack is not None and stack.is_running:
        return broker_of(stack)
    if settings.amqp_url is None or settings.amqp_management_url is None:
        message = f"No stack runs here: start one with `coffer up`, or set {_missing_in(settings)}."
        raise StackError(message)
    return Broker(settings.amqp_url, None, settings.amqp_management_url)


def broker_of(stack: Stack) -> Broker:
    """The broker of a stack, with the management of one that somebody else runs."""
    if BROKER in stack.children:
        return Broker(stack.amqp_url, Home(stack.home), None)
    management_url = read_settings().amqp_management_url
    if management_url is None:
        raise SettingsError(NOT_OURS)
    return Broker(stack.amqp_url, None, management_url)


def has_user(broker: Broker, user: str) -> bool:
    """Whether the broker knows a node's user, and with it an address that somebody was given.

    One that was half made when something failed had its address told to nobody, and is not known.
    """
    if broker.home is not None:
        return user in control.nodes_of(broker.home)
    assert broker.management_url is not None
    return management.has_node(broker.management_url, broker.amqp_url, user)


def make_user(broker: Broker, user: str) -> str:
    """Make a node's user, or give it a new password; its address is told here and kept nowhere."""
    password = secrets.token_hex(PASSWORD_BYTES)
    if broker.home is not None:
        control.define(broker.home, node_definitions(user, password))
    else:
        assert broker.management_url is not None
        management.make_node(broker.management_url, broker.amqp_url, user, password)
    return as_user(broker.amqp_url, user, password)


def _missing_in(settings: Settings) -> str:
    needed = {
        "AMQP_URL": settings.amqp_url,
        "COFFER_AMQP_MANAGEMENT_URL": settings.amqp_management_url,
        "COFFER_OPERATOR_AMQP_URL": settings.operator_amqp_url,
    }
    *others, last = [name for name, given in needed.items() if not given]
    return f"{', '.join(others)} and {last}" if others else last
