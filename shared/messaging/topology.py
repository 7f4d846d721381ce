"""Every exchange, queue, binding, limit and broker permission, in one place."""

from dataclasses import dataclass, field
from typing import NamedTuple

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange
from pamqp.common import FieldTable

from shared.messaging.notices import TOLD_TO_PEOPLE

FACTS = "facts"
STORE = "store"
INTAKE = "intake"
LEDGER = "ledger"
LEDGER_SHARDS = "ledger.shards"
COMMANDS = "commands"
QUERIES = "queries"
DEAD = "dead"

SHARDS = 16
OWNER_HEADER = "owner"
REASON_HEADER = "reason"
REPLY_PREFIX = "reply."
DELIVERY_LIMIT = 50
COMMANDS_WAITING_MAX = 100_000
QUERIES_WAITING_MAX = 10_000
QUERY_TTL_MILLISECONDS = 30_000
MESSAGE_BYTES_MAX = 1_048_576
STREAM = "facts.stream"
STREAM_BYTES_MAX = 5_000_000_000
STREAM_AGE_MAX = "7D"
STREAM_SEGMENT_BYTES = 50_000_000
DEAD_BYTES_MAX = 1_000_000_000

MEMBERSHIP = "membership"
LICENSING = "licensing"
CREDIT_LEDGER = "credit_ledger"
PORTAL = "portal"

NODE = "node"
# Broker users of nodes that work for single organizations, named after the node (A17).
NODE_PREFIX = "node-"

type_of_exchange = {
    FACTS: aio_pika.ExchangeType.TOPIC,
    STORE: aio_pika.ExchangeType.TOPIC,
    INTAKE: aio_pika.ExchangeType.TOPIC,
    LEDGER: aio_pika.ExchangeType.TOPIC,
    LEDGER_SHARDS: aio_pika.ExchangeType.X_CONSISTENT_HASH,
    COMMANDS: aio_pika.ExchangeType.TOPIC,
    QUERIES: aio_pika.ExchangeType.TOPIC,
    DEAD: aio_pika.ExchangeType.FANOUT,
}


class Binding(NamedTuple):
    """A queue hears the exchange under a routing key (topic exchanges) or a weight (shards)."""

    exchange: str
    key: str


@dataclass(frozen=True)
class Queue:
    """A durable queue with its limits and what it hears."""

    name: str
    bindings: tuple[Binding, ...]
    arguments: FieldTable = field(default_factory=dict)


class Permission(NamedTuple):
    """What a broker user may configure, write and read: regular expressions of the broker."""

    configure: str
    write: str
    read: str


class TopicPermission(NamedTuple):
    """Under which routing keys a broker user may publish on an exchange, and bind to it."""

    exchange: str
    write: str
    read: str


def shard(number: int) -> str:
    """Name the queue of one shard of the ledger's commands."""
    return f"ledger.shard.{number}"


def commands_of(service: str) -> str:
    """Name the queue of a service's commands."""
    return f"{service}.commands"


def queries_of(service: str) -> str:
    """Name the queue of a service's queries."""
    return f"{service}.queries"


def facts_of(service: str) -> str:
    """Name the queue of what a service hears from the others and from the store."""
    return f"{service}.facts"


def _durable(**limits: str | int) -> FieldTable:
    """Quorum queue whose poison goes to `dead` at least once instead of being dropped."""
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": DEAD,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        **limits,
    }


def _commands(service: str) -> Queue:
    return Queue(
        commands_of(service),
        (Binding(COMMANDS, f"{service}.*"),),
        _durable(**{"x-max-length": COMMANDS_WAITING_MAX}),
    )


def _queries(service: str) -> Queue:
    limits: FieldTable = {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-message-ttl": QUERY_TTL_MILLISECONDS,
        "x-max-length": QUERIES_WAITING_MAX,
        "x-overflow": "reject-publish",
    }
    return Queue(queries_of(service), (Binding(QUERIES, f"{service}.*"),), limits)


def _facts(service: str, *bindings: Binding) -> Queue:
    return Queue(facts_of(service), bindings, _durable())


QUEUES: tuple[Queue, ...] = (
    _commands(MEMBERSHIP),
    _commands(LICENSING),
    _queries(MEMBERSHIP),
    _queries(LICENSING),
    _queries(CREDIT_LEDGER),
    _facts(
        MEMBERSHIP,
        Binding(FACTS, f"{LICENSING}.#"),
        Binding(FACTS, f"{CREDIT_LEDGER}.access.released"),
        Binding(FACTS, f"{CREDIT_LEDGER}.personal_credits.*"),
        Binding(FACTS, f"{CREDIT_LEDGER}.copy.watermark"),
    ),
    _facts(LICENSING, Binding(FACTS, f"{MEMBERSHIP}.#"), Binding(STORE, "store.#")),
    _facts(
        CREDIT_LEDGER,
        Binding(FACTS, f"{MEMBERSHIP}.#"),
        Binding(FACTS, f"{LICENSING}.#"),
        Binding(STORE, "store.#"),
    ),
    _facts(PORTAL, *(Binding(FACTS, key) for key in TOLD_TO_PEOPLE)),
    *(
        Queue(
            shard(number),
            (Binding(LEDGER_SHARDS, "1"),),
            _durable(**{"x-max-length": COMMANDS_WAITING_MAX}),
        )
        for number in range(SHARDS)
    ),
    Queue(
        DEAD,
        (Binding(DEAD, ""),),
        {
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-max-length-bytes": DEAD_BYTES_MAX,
            "x-overflow": "reject-publish",
        },
    ),
    Queue(
        STREAM,
        (Binding(FACTS, "#"),),
        {
            "x-queue-type": "stream",
            "x-max-age": STREAM_AGE_MAX,
            "x-max-length-bytes": STREAM_BYTES_MAX,
            "x-stream-max-segment-size-bytes": STREAM_SEGMENT_BYTES,
        },
    ),
)


def _service(name: str, *, writes: str, reads: str) -> Permission:
    replies = rf"reply\.coffer_{name}\..*"
    return Permission(
        configure=f"^{replies}$",
        write=rf"^({replies}|amq\.default|{DEAD}|{QUERIES}|{writes})$",
        read=f"^({replies}|{reads})$",
    )


def node_user(node: str) -> str:
    """Name the broker user of a node that works for single organizations alone."""
    return f"{NODE_PREFIX}{node}"


def node_of(user: str) -> str | None:
    """Name the node behind a broker user; nothing for anybody else, the farm's own included."""
    return user.removeprefix(NODE_PREFIX) if user.startswith(NODE_PREFIX) else None


def is_ours(user: str) -> bool:
    """Whether we made a broker user; one who shares somebody else's broker is not told apart."""
    return user in PERMISSIONS or node_of(user) is not None


def node_permission(user: str) -> Permission:
    """A node sends to the intake and hears its replies."""
    replies = rf"reply\.{user}\..*"
    return Permission(
        configure=f"^{replies}$", write=rf"^({replies}|{INTAKE})$", read=f"^{replies}$"
    )


def node_topic(user: str) -> TopicPermission:
    """A node that works for single organizations sends under its own name alone (A17)."""
    return TopicPermission(INTAKE, write=rf"^(hold|usage)\.{user}\..*$", read="^$")


PERMISSIONS: dict[str, Permission] = {
    "coffer_membership": _service(
        MEMBERSHIP,
        writes=FACTS,
        reads=r"membership\.(commands|queries|facts)",
    ),
    "coffer_licensing": _service(
        LICENSING,
        writes=FACTS,
        reads=r"licensing\.(commands|queries|facts)",
    ),
    "coffer_credit_ledger": _service(
        CREDIT_LEDGER,
        writes=FACTS,
        reads=r"credit_ledger\.(queries|facts)|ledger\.shard\.[0-9]+",
    ),
    "coffer_portal": _service(
        PORTAL,
        writes=f"{LEDGER}|{COMMANDS}|{QUERIES}|{STORE}",
        reads=r"portal\.facts|facts\.stream|dead",
    ),
    "store": Permission(configure="^$", write=f"^{STORE}$", read="^$"),
    # The farm's own fleet, trusted to speak for every organization.
    NODE: node_permission(NODE),
    "operator": Permission(
        configure=r"^reply\.operator\..*$",
        write=rf"^(reply\.operator\..*|{LEDGER}|{COMMANDS}|{QUERIES})$",
        read=rf"^(reply\.operator\..*|{DEAD})$",
    ),
    "stage": Permission(configure=".*", write=".*", read=".*"),
}


async def declare(amqp_url: str) -> None:
    """Declare every exchange, queue and binding as the administrative user; safe to repeat."""
    connection = await aio_pika.connect(amqp_url)
    async with connection:
        channel = await connection.channel()
        exchanges = {
            name: await channel.declare_exchange(
                name,
                kind,
                durable=True,
                arguments={"hash-header": OWNER_HEADER} if name == LEDGER_SHARDS else None,
            )
            for name, kind in type_of_exchange.items()
        }
        for feeder in (INTAKE, LEDGER):
            await exchanges[LEDGER_SHARDS].bind(exchanges[feeder], routing_key="#")
        for queue in QUEUES:
            await _declare_queue(channel, exchanges, queue)


async def _declare_queue(
    channel: AbstractChannel, exchanges: dict[str, AbstractExchange], queue: Queue
) -> None:
    declared = await channel.declare_queue(queue.name, durable=True, arguments=queue.arguments)
    for binding in queue.bindings:
        await declared.bind(exchanges[binding.exchange], routing_key=binding.key)
