"""Licensing's door for commands, and what most of them begin with: the organization."""

from typing import TypeVar

from faststream.rabbit import RabbitRouter

from services.licensing.rules.organizations import Organization
from services.licensing.store import people
from shared.contracts.message import Command, CommandData, Refused
from shared.messaging import topology
from shared.messaging.doors import open_queue
from shared.messaging.inbox import Act

D = TypeVar("D", bound=CommandData)

router = RabbitRouter()
commands = open_queue(router, topology.commands_of(topology.LICENSING))


async def organization_of(change: Act, command: Command[D]) -> Organization | Refused:
    """Find the organization that the command names and let only its Administrator through."""
    return await people.administered(change.connection, command.owner, command.on_behalf_of)
