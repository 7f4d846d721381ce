"""Tells the private RabbitMQ something while it runs, as its own command line does."""

import json
import subprocess
from collections.abc import Mapping
from signal import SIGTERM

from deploy.native.account import unprivileged, wrapped
from deploy.native.broker import node_environment
from deploy.native.errors import BrokerRefusedError, StackError
from deploy.native.home import Home
from deploy.native.ports import epmd_of
from deploy.native.rabbitmq import find_rabbitmq
from deploy.native.settings import read_settings

ANSWER_SECONDS = 120


def nodes_of(home: Home) -> frozenset[str]:
    """Every user whose topics are set, which of a node's user comes last."""
    listed = json.loads(_told(home, "list_topic_permissions", "--formatter", "json"))
    return frozenset(one["user"] for one in listed)


def define(home: Home, definitions: Mapping[str, object]) -> None:
    """Add what is defined, or put it in the place of what goes by the same name."""
    _told(home, "import_definitions", given=json.dumps(definitions))


def _told(home: Home, *words: str, given: str | None = None) -> str:
    rabbitmq = find_rabbitmq(read_settings().cache, tell=_silent)
    command = [str(rabbitmq.server.with_name("rabbitmqctl")), "--quiet", *words]
    try:
        result = subprocess.run(
            wrapped(command, stop_signal=SIGTERM, account=unprivileged()),
            env=node_environment(home, rabbitmq, epmd_of(home)),
            input=given,
            check=False,
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        message = f"The broker did not answer `{words[0]}` within {ANSWER_SECONDS} s."
        raise StackError(message) from error
    if result.returncode != 0:
        message = f"The broker refused `{words[0]}`: {(result.stderr or result.stdout).strip()}"
        raise BrokerRefusedError(message)
    return result.stdout


def _silent(_line: str) -> None:
    """The broker runs, so nothing is downloaded."""
