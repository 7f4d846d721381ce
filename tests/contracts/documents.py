"""AsyncAPI documents read off the doors: `python -m tests.contracts.documents` writes them anew."""

import json
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

from faststream.rabbit import ExchangeType, RabbitBroker, RabbitExchange, RabbitQueue, RabbitRouter
from faststream.specification import AsyncAPI

from services.credit_ledger import commands as ledger_commands
from services.credit_ledger.queries import questions as ledger_questions
from services.credit_ledger.reactions import voices as ledger_voices
from services.licensing.commands import doors as licensing_commands
from services.licensing.queries import questions as licensing_queries
from services.licensing.reactions import voices as licensing_reactions
from services.membership.commands import doors as membership_commands
from services.membership.queries import questions as membership_queries
from services.membership.reactions import voices as membership_reactions
from shared.contracts.catalogue import FACT_BY_TYPE, FACTS, fact_type
from shared.contracts.message import Fact
from shared.messaging import topology

FOLDER = Path(__file__).parents[2] / "docs" / "asyncapi"
VERSION = "1"
PLACEHOLDER = "amqp://localhost:5672/"
ROUTERS: dict[str, tuple[RabbitRouter, ...]] = {
    topology.MEMBERSHIP: (
        membership_commands.router,
        membership_reactions.router,
        membership_queries.router,
    ),
    topology.LICENSING: (
        licensing_commands.router,
        licensing_reactions.router,
        licensing_queries.router,
    ),
    topology.CREDIT_LEDGER: (ledger_voices.router, ledger_questions.router),
}


def document(service: str) -> str:
    """What a service hears by its doors, and every fact it says."""
    broker = RabbitBroker(PLACEHOLDER)
    for router in ROUTERS[service]:
        broker.include_router(router)
    if service == topology.CREDIT_LEDGER:
        _describe_the_hot_door(broker)
    facts = RabbitExchange(topology.FACTS, type=ExchangeType.TOPIC, durable=True)
    for data in FACTS:
        if service == data.SERVICE:
            said: type[Fact[Any]] = FACT_BY_TYPE[fact_type(data)]
            broker.publisher(
                exchange=facts, routing_key=data.ROUTING_KEY, title=data.ROUTING_KEY, schema=said
            )
    specification = AsyncAPI(broker, title=f"Coffer {service}", version=VERSION)
    described = json.loads(specification.to_specification().to_json())
    return json.dumps(described, indent=1, sort_keys=True) + "\n"


def paths() -> dict[str, Path]:
    """Where each document is kept."""
    return {service: FOLDER / f"{service}.json" for service in ROUTERS}


def _describe_the_hot_door(broker: RabbitBroker) -> None:
    """The ledger takes its commands in batches beside FastStream; the contract is the same."""

    async def decide(command: Any) -> None:  # noqa: ANN401  # the annotation is set below
        """Decide ledger commands; each organization's stay in one of the shard queues."""

    decide.__annotations__["command"] = reduce(or_, ledger_commands.LEDGER_TYPES.values())
    broker.subscriber(RabbitQueue(topology.shard(0), declare=False), title="ledger.shard")(decide)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, path in paths().items():
        path.write_text(document(name), encoding="utf-8")
