"""The ledger's door for questions, and what every answer begins with: the wallet it is about."""

from typing import Any

from faststream.rabbit import RabbitRouter

from services.credit_ledger.store import reading
from services.credit_ledger.store.reading import WalletShown
from shared.contracts.message import Command, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging import topology
from shared.messaging.doors import open_queue
from shared.postgres.pool import Connection

router = RabbitRouter()
queries = open_queue(router, topology.queries_of(topology.CREDIT_LEDGER))


async def find_wallet(connection: Connection, command: Command[Any]) -> WalletShown | None:
    """Find the wallet that a question names as its owner's."""
    return await reading.find_wallet(connection, command.owner) if command.owner else None


def unknown(command: Command[Any]) -> Verdict:
    """Say that nothing is kept for the owner."""
    return Verdict(id=command.id, refused=refuse(RefusalCode.UNKNOWN_ORGANIZATION))
