"""What membership would say to licensing, in its dense sequences."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.clock import Clock
from shared.contracts.accounts import AccountForgotten, AccountRegistered
from shared.contracts.copies import MembershipWatermark
from shared.contracts.licensing import ListLicenses
from shared.contracts.membership import MemberAdded, MemberRemoved, RemovalAwaited
from shared.contracts.message import FactData
from shared.contracts.organizations import OrganizationActivated
from shared.contracts.people import JoinedRole
from shared.contracts.transfers import AdministratorChanged
from shared.messaging.outbox import NOBODY
from shared.messaging.publisher import NotConfirmed, Publisher
from shared.messaging.topology import FACTS
from tests.speaking import Portal, a_fact, outgoing

CLOCK = Clock()
AN_HOUR = timedelta(hours=1)


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

    async def registers(self, *account_ids: UUID) -> None:
        for account_id in account_ids:
            await self.says(AccountRegistered(account_id=account_id), account_id)

    async def forgets(self, account_id: UUID) -> None:
        forgotten = AccountForgotten(account_id=account_id, forgotten_at=CLOCK.now())
        await self.says(forgotten, account_id)

    async def adds(
        self,
        organization_id: UUID,
        account_id: UUID,
        *,
        role: JoinedRole = "MEMBER",
        at: datetime | None = None,
    ) -> None:
        added = MemberAdded(
            organization_id=organization_id,
            account_id=account_id,
            role=role,
            added_at=at or CLOCK.now(),
        )
        await self.says(added, organization_id)

    async def removes(
        self, organization_id: UUID, account_id: UUID, *, at: datetime | None = None
    ) -> datetime:
        removed_at = at or CLOCK.now()
        removed = MemberRemoved(
            organization_id=organization_id, account_id=account_id, removed_at=removed_at
        )
        await self.says(removed, organization_id)
        return removed_at

    async def changes_administrator(
        self, organization_id: UUID, former: UUID, chosen: UUID, *, role: JoinedRole = "MEMBER"
    ) -> datetime:
        changed = AdministratorChanged(
            organization_id=organization_id,
            from_account_id=former,
            to_account_id=chosen,
            from_role=role,
            changed_at=CLOCK.now(),
        )
        await self.says(changed, organization_id)
        return changed.changed_at

    async def awaits(self, organization_id: UUID, account_id: UUID, removed_at: datetime) -> None:
        """Membership waits for a removal to be confirmed; outside the sequences."""
        awaited = RemovalAwaited(
            organization_id=organization_id, account_id=account_id, removed_at=removed_at
        )
        await self.announces(awaited, organization_id)

    async def has_said_all_until(self, at: datetime) -> None:
        """A watermark: copies reach as far as that, a moment later."""
        await self.announces(MembershipWatermark(at=at), NOBODY)

    async def keeps_saying_that_all_is_said(self) -> None:
        """Let no order wait, but those of a later hour.

        What is under way while a test without a loop keeps this one still is taken for lost.
        """
        while True:
            with suppress(NotConfirmed):
                await self.has_said_all_until(CLOCK.now() + AN_HOUR)
            await asyncio.sleep(1)  # sleep: a watermark each second, as membership says it

    async def announces(self, data: FactData, subject: UUID) -> None:
        await self.publisher.publish(outgoing(a_fact(data, subject=subject), exchange=FACTS))

    async def says(self, data: FactData, subject: UUID) -> None:
        self.last[subject] += 1
        fact = a_fact(data, subject=subject, sequence=self.last[subject])
        await self.publisher.publish(outgoing(fact, exchange=FACTS))


async def licenses(portal: Portal, owner: UUID, *, by: UUID | None = None) -> dict[str, Any]:
    """What licensing shows of an owner: its verdict's result, empty when it refuses."""
    verdict = await portal.ask(ListLicenses(), by=by or owner, owner=owner)
    return dict(verdict.result or {})
