"""The private RabbitMQ: own data, cookie, name server (epmd), users and topology, on loopback."""

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from signal import SIGTERM
from string import Template
from urllib.parse import urlsplit

import aiormq
from aiormq.exceptions import AMQPError

from deploy.native.account import Account, give, wrapped
from deploy.native.home import Home, write_secret
from deploy.native.ports import LOOPBACK, Ports
from deploy.native.program import Program
from deploy.native.rabbitmq import RabbitMQ
from shared.messaging.topology import (
    PERMISSIONS,
    QUEUES,
    STREAM,
    Permission,
    node_permission,
    node_topic,
)

ADMINISTRATOR = "coffer"
STAGE = "stage"
VIRTUAL_HOST = "/"
NODE = "coffer@localhost"
COORDINATOR = ("coordination", {b"rabbit_stream_coordinator"})
ON_DISK_SECONDS = 10
GLANCE_SECONDS = 0.1
EVERYTHING = Permission(configure=".*", write=".*", read=".*")
AMQP_PORT = 5672
ANSWER_SECONDS = 5
STOP_SECONDS = 30
SALT_BYTES = 4
OWNER_READS = 0o400
TEMPLATE = Path(__file__).with_name("rabbitmq.conf")
# The schedulers would spin on cores that others need, and the node talks to nobody outside.
ERLANG_ARGUMENTS = (
    "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"
)


def users(*, with_stage: bool) -> tuple[str, ...]:
    """The users to make; `stage` may assert anybody, so only a demonstration has it."""
    return tuple(user for user in PERMISSIONS if with_stage or user != STAGE)


def write_settings(
    home: Home, account: Account | None, ports: Ports, passwords: Mapping[str, str]
) -> None:
    """Everything the broker reads at boot; users come in with it, which no command can beat."""
    definitions = home.settings / "definitions.json"
    template = Template(TEMPLATE.read_text())
    contents = {
        definitions: json.dumps(_definitions(passwords)),
        home.settings / "enabled_plugins": "[rabbitmq_consistent_hash_exchange].\n",
        home.settings / "rabbitmq.conf": template.substitute(
            port=ports.broker, definitions=definitions
        ),
    }
    for path, text in contents.items():
        write_secret(path, text)
        give(account, path)
    cookie = home.broker / ".erlang.cookie"
    if not cookie.exists():
        write_secret(cookie, secrets.token_hex(20))
        cookie.chmod(OWNER_READS)
        give(account, cookie)


def epmd_program(home: Home, rabbitmq: RabbitMQ, account: Account | None, ports: Ports) -> Program:
    """Erlang would start a name server of its own accord, and nobody would end it."""
    command = [rabbitmq.epmd, "-port", str(ports.epmd), "-address", LOOPBACK]
    return Program(
        name="epmd",
        command=wrapped(command, stop_signal=SIGTERM, account=account),
        environment={"PATH": rabbitmq.search_path, "HOME": str(home.broker)},
        log=home.logs / "epmd.log",
        stop_signal=SIGTERM,
        patience_seconds=STOP_SECONDS,
        probe=lambda: _epmd_version(ports.epmd),
    )


def broker_program(
    home: Home, rabbitmq: RabbitMQ, account: Account | None, ports: Ports, url: str
) -> Program:
    """RabbitMQ as a child; as under systemd its script gives way to Erlang and keeps its pid."""
    return Program(
        name="broker",
        command=wrapped([str(rabbitmq.server)], stop_signal=SIGTERM, account=account),
        environment={
            **node_environment(home, rabbitmq, ports.epmd),
            "ERL_CRASH_DUMP_SECONDS": "0",
            "RABBITMQ_NODE_PORT": str(ports.broker),
            "RABBITMQ_DIST_PORT": str(ports.distribution),
            "RABBITMQ_MNESIA_BASE": str(home.broker / "data"),
            "RABBITMQ_LOG_BASE": str(home.broker / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONFIG_FILE": str(home.settings / "rabbitmq"),
            "RABBITMQ_CONFIG_FILES": str(home.settings / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home.settings / "enabled_plugins"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(home.broker / "generated"),
            "RABBITMQ_PID_FILE": str(home.broker / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG_ARGUMENTS,
            "RUNNING_UNDER_SYSTEMD": "1",
        },
        log=home.logs / "broker.log",
        stop_signal=SIGTERM,
        patience_seconds=STOP_SECONDS,
        probe=lambda: broker_version(url),
    )


def node_environment(home: Home, rabbitmq: RabbitMQ, epmd_port: int) -> dict[str, str]:
    """What the broker and who speaks to it agree on: its name, and where that is known."""
    return {
        "PATH": rabbitmq.search_path,
        "HOME": str(home.broker),
        "LC_ALL": "C.UTF-8",
        "ERL_EPMD_ADDRESS": LOOPBACK,
        "ERL_EPMD_PORT": str(epmd_port),
        "RABBITMQ_NODENAME": NODE,
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
    }


async def broker_version(url: str) -> str | None:
    """Log in and look what it calls itself; nothing while it does not let us in yet."""
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            if not await _listens(parts.hostname or LOOPBACK, parts.port or AMQP_PORT):
                return None
            connection = await aiormq.connect(url)
            version = connection.server_properties["version"]
            await connection.close()
    except (OSError, TimeoutError, AMQPError):
        return None
    return version.decode() if isinstance(version, bytes) else str(version)


async def queues_are_on_disk(home: Home) -> None:
    """Wait until a crash could no longer lose the queues themselves.

    RabbitMQ answers a declaration before it has written down that the queue lives on this node; one
    that is killed in the seconds between starts without its streams, and never finds them again.
    """
    names = {queue.name.encode() for queue in QUEUES if queue.name != STREAM}
    with suppress(TimeoutError):
        async with asyncio.timeout(ON_DISK_SECONDS):
            while not (  # noqa: ASYNC110 -- the broker sends no event when it has written
                _names_all(home, "quorum", names) and _names_all(home, *COORDINATOR)
            ):
                await asyncio.sleep(GLANCE_SECONDS)


def _names_all(home: Home, part: str, names: set[bytes]) -> bool:
    """Whether the file in which the broker finds its queues again names them all."""
    file = home.broker / "data" / NODE / part / NODE / "names.dets"
    contents = file.read_bytes() if file.exists() else b""
    return all(name in contents for name in names)


def node_definitions(user: str, password: str) -> dict[str, object]:
    """What the broker has to know of a node that works for single organizations (A17)."""
    whose = {"user": user, "vhost": VIRTUAL_HOST}
    return {
        "users": [_user(user, password)],
        "permissions": [{**whose, **node_permission(user)._asdict()}],
        "topic_permissions": [{**whose, **node_topic(user)._asdict()}],
    }


def _definitions(passwords: Mapping[str, str]) -> dict[str, object]:
    granted = {ADMINISTRATOR: EVERYTHING, **PERMISSIONS}
    names = [name for name in granted if name in passwords]
    return {
        "vhosts": [{"name": VIRTUAL_HOST}],
        "users": [_user(name, passwords[name]) for name in names],
        "permissions": [
            {"user": name, "vhost": VIRTUAL_HOST, **granted[name]._asdict()} for name in names
        ],
    }


def _user(name: str, password: str) -> dict[str, object]:
    salt = secrets.token_bytes(SALT_BYTES)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {
        "name": name,
        "password_hash": base64.b64encode(salt + digest).decode(),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": "administrator" if name == ADMINISTRATOR else "",
    }


async def _epmd_version(port: int) -> str | None:
    """Ask for its names, as Erlang would: it logs a visitor who says nothing."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            writer.write(b"\x00\x01n")
            await reader.read()
    except (OSError, TimeoutError):
        return None
    writer.close()
    return "running"


async def _listens(host: str, port: int) -> bool:
    """The client would log each refused connection of a broker that is still starting."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True
