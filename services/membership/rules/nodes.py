"""For which organizations a render node works: who says so, and what comes of it (A17)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.membership.rules import operators
from services.membership.rules.organizations import administer
from services.membership.rules.standing import Organization
from shared.contracts.message import Refused, refuse
from shared.contracts.nodes import NodeEnrolled, NodeWithdrawn
from shared.contracts.refusals import RefusalCode


@dataclass(frozen=True)
class Enrolment:
    """A node's enrolment in an organization, the last one if there were several."""

    organization_id: UUID
    node: str
    enrolled_at: datetime
    withdrawn_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether the node works for the organization now."""
        return self.withdrawn_at is None

    def told(self) -> NodeEnrolled:
        """Say since when it does."""
        return NodeEnrolled(
            organization_id=self.organization_id, node=self.node, enrolled_at=self.enrolled_at
        )


def administer_nodes(
    organization: Organization, asked_by: UUID | None, actor: str
) -> Organization | Refused:
    """Let through its Administrator, and operators, who set up nodes for others."""
    if operators.operate(actor) is None:
        return organization
    return administer(organization, asked_by)


def enrol(organization: Organization, node: str, *, now: datetime) -> NodeEnrolled:
    """Let a node work for an organization; one may work for several."""
    return NodeEnrolled(organization_id=organization.id, node=node, enrolled_at=now)


def withdraw(enrolment: Enrolment | None, *, now: datetime) -> NodeWithdrawn | Refused:
    """Let a node that works for an organization do so no more."""
    if enrolment is None or not enrolment.stands:
        return refuse(RefusalCode.NOT_ENROLLED)
    return NodeWithdrawn(
        organization_id=enrolment.organization_id,
        node=enrolment.node,
        withdrawn_at=max(now, enrolment.enrolled_at),
    )
