"""Nodes that work for single organizations, as membership tells the ledger; valid by default."""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from services.credit_ledger.rules.acts import Act
from services.credit_ledger.store import enrolments
from shared.contracts.nodes import NodeEnrolled, NodeWithdrawn
from tests.ledger.acts import CLOCK
from tests.ledger.desk import Desk

NODE = "rn-01"


def spoken(act: Act, node: str = NODE) -> Act:
    """The same act, when a node says it that works for single organizations alone."""
    return replace(act, speaker=node)


async def enrol(desk: Desk, organization: UUID, node: str = NODE) -> None:
    """Have the ledger's copy say that a node works for an organization, as if it had been heard."""
    told = NodeEnrolled(organization_id=organization, node=node, enrolled_at=CLOCK.now())
    await enrolments.keep_enrolled(desk.connection, told)


async def withdraw(
    desk: Desk, organization: UUID, node: str = NODE, *, at: datetime | None = None
) -> None:
    told = NodeWithdrawn(
        organization_id=organization, node=node, withdrawn_at=at or desk.clock.now()
    )
    await enrolments.keep_withdrawn(desk.connection, told)
