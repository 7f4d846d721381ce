"""What membership would say to licensing, in its dense sequences."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.clock import Clock
from shared.contracts.licensing import ListLicenses
from shared.contracts.membership import MemberAdded, MemberRemoved, OrganizationActivated
from shared.contracts.message import FactData
from shared.messaging.publisher import Publisher
from shared.messaging.topology import FACTS
from tests.speaking import Portal, a_fact, outgoing

CLOCK = Clock()


@dataclass
class Membership:
    """Speaks in membership's name, while the service itself does not run."""

    publisher: Publisher
    last: Counter[UUID] = field(default_factory=Counter)

    async def activates(self, organization_id: UUID, administrator_id: UUID) -> None:
        activated = OrganizationActivated(
            organization_id=organization_id,
            administrator_id=administrator_id,
            activated_at=CLOCK.now(),
        )
        await self.says(activated, organization_id)

    async def adds(self, organization_id: UUID, account_id: UUID) -> None:
        added = MemberAdded(
            organization_id=organization_id,
            account_id=account_id,
            role="MEMBER",
            added_at=CLOCK.now(),
        )
        await self.says(added, organization_id)

    async def removes(self, organization_id: UUID, account_id: UUID) -> None:
        removed = MemberRemoved(
            organization_id=organization_id, account_id=account_id, removed_at=CLOCK.now()
        )
        await self.says(removed, organization_id)

    async def says(self, data: FactData, subject: UUID) -> None:
        self.last[subject] += 1
        fact = a_fact(data, subject=subject, sequence=self.last[subject])
        await self.publisher.publish(outgoing(fact, exchange=FACTS))


async def licenses(portal: Portal, owner: UUID, *, by: UUID | None = None) -> dict[str, Any]:
    """What licensing shows of an owner: its verdict's result, empty when it refuses."""
    verdict = await portal.ask(ListLicenses(), by=by or owner, owner=owner)
    return dict(verdict.result or {})
