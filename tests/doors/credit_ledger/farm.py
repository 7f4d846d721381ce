"""A farm at the ledger's door: an organization with people, and messages as they are sent there."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.contracts.copies import MembershipWatermark
from shared.contracts.credit_queries import ShowPool
from shared.contracts.credits import SetCreditAccess
from shared.contracts.membership import MemberAdded, MemberRemoved
from shared.contracts.message import Command, CommandData, FactData, Verdict
from shared.contracts.organizations import OrganizationActivated
from shared.messaging.ask import NoAnswer
from shared.messaging.outbox import NOBODY
from shared.messaging.publisher import Outgoing, Publisher
from shared.messaging.topology import FACTS, LEDGER
from tests.builders import CLOCK, a_credit_line, a_purchase, an_id
from tests.speaking import Portal, Store, a_fact, outgoing
from tests.waiting import WAIT_SECONDS, eventually

CREDIT = 1_000_000


@dataclass
class Farm:
    """Larkspur with 500 credits: Ana administers it, Ben's access is unlimited."""

    portal: Portal
    store: Store
    membership: Publisher
    id: UUID
    ana: UUID
    ben: UUID

    async def opens(self, *, backwards: bool = False) -> None:
        await self.memberships_are_known()
        await self.store.says(a_purchase(account_id=self.ana, lines=(a_credit_line(),)))
        opened = OrganizationActivated(
            organization_id=self.id, administrator_id=self.ana, activated_at=CLOCK.now()
        )
        joined = MemberAdded(
            organization_id=self.id, account_id=self.ben, role="MEMBER", added_at=CLOCK.now()
        )
        numbered = [(1, opened), (2, joined)]
        for sequence, data in reversed(numbered) if backwards else numbered:
            await self.membership_says(data, sequence)
        await eventually(self._ben_has_access, bool)
        await eventually(self.available, lambda available: available == "500")

    async def memberships_are_known(self, until: datetime | None = None) -> None:
        """Say as membership does each second how far it has spoken; here for an hour ahead."""
        at = until or CLOCK.now() + timedelta(hours=1)
        fact = a_fact(MembershipWatermark(at=at), subject=NOBODY)
        await self.membership.publish(outgoing(fact, exchange=FACTS))

    async def removes_ben(self) -> None:
        await self.membership_says(
            MemberRemoved(organization_id=self.id, account_id=self.ben, removed_at=CLOCK.now()), 3
        )

    def another(self) -> "Farm":
        return a_farm(self.portal, self.store, self.membership)

    async def membership_says(self, data: FactData, sequence: int | None) -> None:
        fact = a_fact(data, subject=self.id, sequence=sequence)
        await self.membership.publish(outgoing(fact, exchange=FACTS))

    async def asks(self, data: CommandData, *, by: UUID | None = None) -> Verdict:
        """Ask as the portal does: what is not answered is asked again, under the same id."""
        command = self.portal.command(data, by=by or self.ben, owner=self.id)
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                with suppress(NoAnswer):
                    return await self.portal.asker.ask(command)

    def command(self, data: CommandData) -> Command[CommandData]:
        return self.portal.command(data, by=self.ben, owner=self.id)

    async def available(self) -> str | None:
        shown = await self.asks(ShowPool())
        return str((shown.result or {}).get("available"))

    def message(
        self, command: Command[CommandData], *, body: bytes | None = None, owner: str | None = None
    ) -> Outgoing:
        """A message for the shards; body and header can be made to lie."""
        return Outgoing(
            exchange=LEDGER,
            routing_key=command.data.ROUTING_KEY,
            body=body or command.model_dump_json(exclude_none=True).encode(),
            message_id=command.id,
            type=command.type,
            reply_to=self.portal.asker.reply_queue,
            headers={"owner": owner or str(self.id)},
        )

    async def sends(self, message: Outgoing, *answered_as: UUID) -> list[Verdict]:
        expected = answered_as or (message.message_id,)
        return await self.portal.asker.send_many(message, expected, answer_seconds=WAIT_SECONDS)

    async def _ben_has_access(self) -> bool:
        verdict = await self.asks(
            SetCreditAccess(account_id=self.ben, mode="unlimited"), by=self.ana
        )
        return verdict.accepted


def a_farm(portal: Portal, store: Store, membership: Publisher) -> Farm:
    return Farm(portal, store, membership, an_id(), an_id(), an_id())
