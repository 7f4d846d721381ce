"""A studio of a test's own: an Administrator with seats and credits, and people who join."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.contracts.accounts import ShowAccount
from shared.contracts.credit_queries import ListCreditAccess, ShowPool
from shared.contracts.membership import AddMember
from shared.contracts.message import CommandData, Verdict
from shared.contracts.money import parse_credits
from tests.builders import a_credit_line, a_license_line, a_purchase, an_account
from tests.speaking import Portal, Store
from tests.waiting import eventually


@dataclass(frozen=True)
class Studio:
    """Who runs it, and what it is called."""

    people: Portal
    shop: Store
    ana: UUID
    id: UUID

    @property
    def home(self) -> str:
        return f"/o/{self.id}"

    async def does(self, data: CommandData, *, by: UUID | None = None) -> Verdict:
        """Ask as its Administrator, or as somebody else in it."""
        return await self.people.ask(data, by=by or self.ana, owner=self.id)

    async def joined_by(self, role: str, *, name: str = "Chloe") -> UUID:
        """Register somebody and add him; wait until the ledger knows him."""
        data = an_account(name=name)
        assert (await self.people.ask(data, by=data.account_id)).accepted
        added = await self.does(AddMember(account_id=data.account_id, role=role))
        assert added.accepted, added
        await eventually(self.drawers, lambda seen: str(data.account_id) in seen)
        return data.account_id

    async def registered(self, name: str) -> UUID:
        """Register somebody who is in no organization."""
        data = an_account(name=name)
        assert (await self.people.ask(data, by=data.account_id)).accepted
        return data.account_id

    async def drawers(self) -> set[str]:
        """Whom the ledger takes for people of this studio."""
        listed = ((await self.does(ListCreditAccess())).result or {}).get("people")
        rows: list[Any] = listed if isinstance(listed, list) else []
        return {row["account_id"] for row in rows}

    async def buys(self, credits: str) -> None:
        """Credits are paid and in the pool."""
        line = a_credit_line(credits=parse_credits(credits))
        before = await self.available()
        await self.shop.says(a_purchase(account_id=self.ana, lines=(line,)))
        await eventually(self.available, lambda seen: seen != before)

    async def available(self) -> str:
        return str(((await self.does(ShowPool())).result or {}).get("available"))


async def a_studio(people: Portal, shop: Store, *, name: str = "Ana", seats: int = 3) -> Studio:
    """Found one: its Administrator registers and buys seats, with which it arises."""
    data = an_account(name=name)
    ana = data.account_id
    assert (await people.ask(data, by=ana)).accepted
    await shop.says(a_purchase(account_id=ana, lines=(a_license_line(seats=seats),)))

    async def organization() -> str:
        shown = await people.ask(ShowAccount(account_id=ana), by=ana)
        return str((shown.result or {}).get("organization_id") or "")

    found = UUID(await eventually(organization, bool))
    studio = Studio(people, shop, ana, found)
    await eventually(studio.drawers, bool)
    return studio
