"""Organizations at work: people come, get seats, change roles, go and come again, all at once."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.contracts.accounts import ShowAccount
from shared.contracts.licensing import AssignLicense
from shared.contracts.membership import AddMember, ChangeRole, RemoveMember
from shared.contracts.message import CommandData, Verdict
from shared.messaging.ask import NoAnswer
from tests.builders import (
    LUMEN,
    a_credit_line,
    a_license_line,
    a_purchase,
    an_account,
    an_id,
    in_a_year,
)
from tests.speaking import Portal, Store
from tests.waiting import eventually

SETTLE_SECONDS = 30.0
ASKED_AGAIN = 3


@dataclass
class Business:
    """One organization: its Administrator, and who was added."""

    people: Portal
    shop: Store
    administrator: UUID = field(default_factory=an_id)
    id: UUID = field(default_factory=an_id)
    added: list[UUID] = field(default_factory=list)

    async def opens(self, *, seats: int = 5, until: datetime | None = None) -> None:
        """Its Administrator registers and buys; the license makes the organization."""
        await self.registers(self.administrator)
        line = a_license_line(seats=seats, expires_at=until or in_a_year())
        await self.shop.says(a_purchase(account_id=self.administrator, lines=(line,)))

        async def appears() -> str:
            asked = ShowAccount(account_id=self.administrator)
            shown = await self._asks(asked, by=self.administrator)
            return str((shown.result or {}).get("organization_id") or "")

        self.id = UUID(await eventually(appears, bool, wait_seconds=SETTLE_SECONDS))

    async def adds(self, count: int) -> None:
        for _ in range(count):
            account_id = an_id()
            await self.registers(account_id)
            await self.lets_in(account_id)
            self.added.append(account_id)

    async def lets_in(self, account_id: UUID) -> None:
        assert (await self.does(AddMember(account_id=account_id, role="MEMBER"))).accepted

    async def seats(self, account_id: UUID) -> None:
        """Give a seat as soon as licensing knows the person."""
        await eventually(
            lambda: self.does(AssignLicense(product=LUMEN, account_id=account_id)),
            lambda verdict: verdict.accepted,
            wait_seconds=SETTLE_SECONDS,
        )

    async def removes(self, account_id: UUID) -> None:
        assert (await self.does(RemoveMember(account_id=account_id))).accepted

    async def makes_a_guest(self, account_id: UUID) -> None:
        assert (await self.does(ChangeRole(account_id=account_id, role="GUEST"))).accepted

    async def buys_credits(self, account_id: UUID) -> str:
        """Somebody buys credits of his own; tells by which order."""
        order = a_purchase(account_id=account_id, lines=(a_credit_line(),))
        await self.shop.says(order)
        return order.order_id

    async def does(self, data: CommandData) -> Verdict:
        return await self._asks(data, by=self.administrator, owner=self.id)

    async def is_busy(self, *, people: int) -> None:
        """Open, fill up, seat some; of those some go, one comes again, and one becomes a Guest.

        Beside it as many people buy credits of their own.
        """
        await self.opens()
        await self.adds(people)
        for account_id in self.added[:4]:
            await self.seats(account_id)
        for account_id in self.added[:2]:
            await self.removes(account_id)
        await self.lets_in(self.added[0])
        await self.makes_a_guest(self.added[2])
        await self.seats(self.added[2])
        for _ in range(people):
            await self.buys_credits(an_id())

    async def registers(self, account_id: UUID) -> None:
        assert (await self._asks(an_account(account_id=account_id), by=account_id)).accepted

    async def _asks(self, data: CommandData, *, by: UUID, owner: UUID | None = None) -> Verdict:
        """Whoever gets no answer in time asks the same again."""
        command = self.people.command(data, by=by, owner=owner)
        for _ in range(ASKED_AGAIN):
            with suppress(NoAnswer):
                return await self.people.asker.ask(command)
        return await self.people.asker.ask(command)


async def business(people: Portal, shop: Store, *, organizations: int, each: int) -> list[Business]:
    """So many organizations, busy at the same time."""
    opened = [Business(people, shop) for _ in range(organizations)]
    await asyncio.gather(*(one.is_busy(people=each) for one in opened))
    return opened
