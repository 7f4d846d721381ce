"""docs/messages.md: every message, exchange, queue and permission, from the code that uses them."""

import inspect
from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from deploy.operator.catalogue import fields
from shared.contracts.catalogue import COMMANDS, FACTS, QUERIES, fact_type
from shared.contracts.credits import INTAKE_EXCHANGE, LedgerCommand
from shared.contracts.message import CommandData, FactData
from shared.contracts.refusals import EXPLANATIONS
from shared.messaging import topology
from shared.messaging.topology import (
    INTAKE,
    LEDGER,
    LEDGER_SHARDS,
    MESSAGE_BYTES_MAX,
    OWNER_HEADER,
    PERMISSIONS,
    QUEUES,
    SHARDS,
    STORE,
    Binding,
    Queue,
    node_topic,
    node_user,
    shard,
    type_of_exchange,
)

SHARD_NAMES = {shard(number) for number in range(SHARDS)}

HEAD = f"""\
# Messages

Every message that crosses a border, and where it travels. Written by `make docs` from
`shared/contracts` and `shared/messaging/topology.py`; `make check` fails when it is stale.

Bodies are JSON, at most {MESSAGE_BYTES_MAX:,} bytes. Credits are decimal strings with at most six
places (`"0.25"`), never numbers; times are RFC 3339 in UTC with microseconds; ids are UUIDv7.

- A command or query carries `id`, `type`, `actor` (the broker user), `on_behalf_of` (who acts or
  spends), `owner` (organization, or the account itself), `sent_at` and `data`, whose fields are
  listed here. AMQP: `message_id` = `id`, `type`, `reply_to`, `user_id`, and for the ledger the
  header `{OWNER_HEADER}`. An unknown field is refused.
- A fact is a CloudEvent 1.0 in structured JSON; `sequence` is dense per source and subject. Unknown
  fields are ignored.
- An answer is one frame `{{"verdicts": [{{"id", "result"}} or {{"id", "refused"}}]}}`; the same id
  again gets the same verdict.
"""


def page() -> str:
    """Write the page."""
    return "\n".join(
        (
            HEAD,
            *_section("Commands", COMMANDS),
            *_section("Queries", QUERIES),
            *_section("Facts", FACTS),
            *_parts(),
            *_exchanges(),
            *_queues(),
            *_permissions(),
            *_refusals(),
        )
    )


def _section(title: str, contracts: Sequence[type[CommandData | FactData]]) -> Iterator[str]:
    yield f"## {title}\n"
    for contract in contracts:
        yield f"### {contract.__name__}\n"
        yield f"{_words(contract)}\n"
        yield from (f"- {line}" for line in _ways(contract))
        yield ""
        yield from fields.table(contract)
        yield ""


def _ways(contract: type[CommandData | FactData]) -> Iterator[str]:
    if issubclass(contract, FactData):
        exchange = STORE if contract.SERVICE == STORE else topology.FACTS
        yield f"type `{fact_type(contract)}`"
        yield f"exchange `{exchange}`, routing key `{contract.ROUTING_KEY}`"
        return
    yield f"type `{contract.TYPE}`"
    yield f"exchange `{contract.EXCHANGE}`, routing key `{contract.ROUTING_KEY}`"
    if issubclass(contract, LedgerCommand) and contract.INTAKE_NOUN:
        key = f"{contract.INTAKE_NOUN}.<node>.<owner>"
        yield f"from render nodes: exchange `{INTAKE_EXCHANGE}`, routing key `{key}`"


def _parts() -> Iterator[str]:
    found: dict[str, type[BaseModel]] = {}
    for contract in (*COMMANDS, *QUERIES, *FACTS):
        found |= fields.parts(contract)
    yield "## Parts of messages\n"
    for name in sorted(found):
        yield f"### {name}\n"
        yield f"{_words(found[name])}\n"
        yield from fields.table(found[name])
        yield ""


def _exchanges() -> Iterator[str]:
    yield "## Exchanges\n"
    yield "| exchange | type |"
    yield "|---|---|"
    for name, kind in type_of_exchange.items():
        yield f"| `{name}` | {kind.value} |"
    yield f"\n`{INTAKE}` and `{LEDGER}` both feed `{LEDGER_SHARDS}`, which chooses the shard by the"
    yield f"header `{OWNER_HEADER}`: one organization's commands stay in one queue.\n"


def _queues() -> Iterator[str]:
    yield "## Queues\n"
    yield "| queue | hears | limits |"
    yield "|---|---|---|"
    for queue in QUEUES:
        if queue.name in SHARD_NAMES and queue.name != shard(0):
            continue
        name = f"`{queue.name}`"
        if queue.name == shard(0):
            name = f"{name} to `{shard(SHARDS - 1)}`"
        heard = ", ".join(_binding(each) for each in queue.bindings)
        yield f"| {name} | {heard} | {_arguments(queue)} |"
    yield "\nA key of a binding to the shards is a weight."
    yield "Reply queues `reply.<user>.<instance>` are declared by the user who waits on them.\n"


def _binding(binding: Binding) -> str:
    return f"`{binding.exchange}` `{binding.key}`" if binding.key else f"`{binding.exchange}`"


def _arguments(queue: Queue) -> str:
    return ", ".join(
        f"{name.removeprefix('x-')} {value!s}" for name, value in queue.arguments.items()
    )


def _permissions() -> Iterator[str]:
    yield "## Users of the broker\n"
    yield "| user | configures | writes | reads |"
    yield "|---|---|---|---|"
    for user, permission in PERMISSIONS.items():
        allowed = " | ".join(f"`{each}`".replace("|", "\\|") for each in permission)
        yield f"| `{user}` | {allowed} |"
    yield "\n`stage` may assert anybody; it exists only in demo and ephemeral stacks.\n"
    yield (
        "`node` is the farm's own fleet. Nodes that work for single organizations (A17) have users"
        f" of their own, `{node_user('<name>')}`, which may what `node` may, and publish to"
        f" `{INTAKE}` under `{node_topic(node_user('<name>')).write}` alone.\n"
    )


def _refusals() -> Iterator[str]:
    yield "## Refusal codes\n"
    yield "What each means and who can lift it: [refusals.md](refusals.md).\n"
    yield ", ".join(f"`{code}`" for code in EXPLANATIONS) + "\n"


def _words(contract: type[BaseModel]) -> str:
    return inspect.cleandoc(contract.__doc__ or "")
