"""Membership's door for commands, and what most of them begin with: the organization."""

from typing import TypeVar

from faststream.rabbit import RabbitRouter

from services.membership.rules import operators
from services.membership.rules import organizations as rules
from services.membership.rules.standing import Organization
from services.membership.store import organizations, owners
from shared.contracts.message import Command, CommandData, Refused
from shared.messaging import topology
from shared.messaging.doors import open_queue
from shared.messaging.inbox import Act

D = TypeVar("D", bound=CommandData)

router = RabbitRouter()
commands = open_queue(router, topology.commands_of(topology.MEMBERSHIP))


async def organization_of(change: Act, command: Command[D]) -> Organization | Refused:
    """Lock the organization that the command names and let only its Administrator through."""
    found = await organization_named(change, command)
    if isinstance(found, Refused):
        return found
    return rules.administer(found, command.on_behalf_of)


async def organization_operated(change: Act, command: Command[D]) -> Organization | Refused:
    """Lock the organization that the command names and let only operators through (A17)."""
    refused = operators.operate(command.actor)
    if refused is not None:
        return refused
    return await organization_named(change, command)


async def organization_named(change: Act, command: Command[D]) -> Organization | Refused:
    """Lock the organization that the command names, or say what stands in its place (R4, R10)."""
    found = None
    if command.owner is not None:
        found = await organizations.lock_organization(change.connection, command.owner)
    if found is None:
        return await owners.absent(change.connection, command.owner, command.on_behalf_of)
    return found
