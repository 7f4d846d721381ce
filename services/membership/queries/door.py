"""Membership's door for questions, and what many begin with: the organization they are about."""

from typing import TypeVar

from faststream.rabbit import RabbitRouter

from services.membership.rules.standing import Organization
from services.membership.store import organizations, owners
from shared.contracts.message import Command, CommandData, Refused
from shared.messaging import topology
from shared.messaging.doors import open_queue
from shared.postgres.pool import Connection

D = TypeVar("D", bound=CommandData)

router = RabbitRouter()
queries = open_queue(router, topology.queries_of(topology.MEMBERSHIP))


async def organization_named(connection: Connection, query: Command[D]) -> Organization | Refused:
    """Find the organization that the question names, or say what stands in its place (R4, R10)."""
    found = None
    if query.owner is not None:
        found = await organizations.find_organization(connection, query.owner)
    if found is None:
        return await owners.absent(connection, query.owner, query.on_behalf_of)
    return found
