"""Render nodes that work for some organizations alone: enrolled, withdrawn, listed (A17)."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.message import CommandData, Contract, FactData, Moment

NodeName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,60}$")]


class EnrolNode(CommandData):
    """The Administrator or an operator lets a node work for the organization `owner` (A17).

    From then on the broker user `node-<node>` may spend from its pool, under every other limit.
    Answers `NodeEnrolled`; for one that is enrolled, since when it is. Refused `not_administrator`.
    """

    TYPE: ClassVar[str] = "coffer.membership.enrol_node.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.enrol_node"

    node: NodeName


class WithdrawNode(CommandData):
    """The Administrator or an operator lets a node work for the organization `owner` no more (A17).

    It may begin nothing from then on; the holds that are open it may finish. Answers
    `NodeWithdrawn`. Refused `not_administrator, not_enrolled`.
    """

    TYPE: ClassVar[str] = "coffer.membership.withdraw_node.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.withdraw_node"

    node: NodeName


class ListNodes(CommandData):
    """List the nodes enrolled in the organization `owner`, at most `limit` after the node `after`.

    For its Administrator and operators; answers `NodeList`. Refused `not_administrator`.
    """

    TYPE: ClassVar[str] = "coffer.membership.list_nodes.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "membership.list_nodes"

    after: NodeName | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class EnrolledNode(Contract):
    """A node that works for an organization, and since when."""

    node: str
    enrolled_at: Moment


class NodeList(Contract):
    """The answer to `ListNodes`; `after` leads to the next page, absent on the last."""

    organization_id: UUID
    nodes: tuple[EnrolledNode, ...]
    after: str | None = None


class NodeEnrolled(FactData):
    """A node works for the organization from now on (A17); the subject is the organization."""

    ROUTING_KEY: ClassVar[str] = "membership.node.enrolled"
    SERVICE: ClassVar[str] = "membership"

    organization_id: UUID
    node: str
    enrolled_at: Moment


class NodeWithdrawn(FactData):
    """A node works for the organization no more (A17); the subject is the organization."""

    ROUTING_KEY: ClassVar[str] = "membership.node.withdrawn"
    SERVICE: ClassVar[str] = "membership"

    organization_id: UUID
    node: str
    withdrawn_at: Moment
