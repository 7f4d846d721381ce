"""What the ledger does when membership speaks of nodes: it keeps which work for whom (A17)."""

from services.credit_ledger.store import enrolments
from shared.contracts.message import FactData
from shared.contracts.nodes import NodeEnrolled, NodeWithdrawn
from shared.postgres.pool import Connection


async def keep_enrolment(connection: Connection, said: FactData) -> None:
    """Write down what is said of a node; of anything else there is nothing to keep here."""
    match said:
        case NodeEnrolled():
            await enrolments.keep_enrolled(connection, said)
        case NodeWithdrawn():
            await enrolments.keep_withdrawn(connection, said)
