"""The pages of the vendor's staff."""

from dataclasses import dataclass

from playwright.async_api import expect

from tests.portal.browser.hand import PATIENCE, Hand


@dataclass
class StaffPages(Hand):
    """An operator at the work list and what is done from it."""

    async def comes_home(self) -> None:
        await self.opens("/")
        await self.is_at("Work list")
        self.clicks = 0

    async def finds(self, search: str) -> None:
        """Find an account by its address, its number or its id, from the work list."""
        await self.types("Find by name, e-mail, customer number or id", search)
        await self.presses("Search")
        await self.is_at("Organizations")

    async def corrects(self, amount: str, reason: str) -> None:
        """Fill in a correction that adds credits, and go on to its consequences."""
        await self.types("Credits", amount)
        await self.page.get_by_label("Add them").check()
        await self.types("Reason", reason)
        await self.presses("Go on to check it")
        await self.is_at("Is this right?")

    async def has_on_it(self, subject: str, name: str) -> None:
        """The row of a subject says who is on it."""
        row = self.page.get_by_role("row").filter(has_text=subject)
        await expect(row.locator(".owner")).to_contain_text(name, timeout=PATIENCE)


@dataclass
class OpsScreen(Hand):
    """The screen for a wall."""

    async def comes_home(self) -> None:
        await self.opens("/")
        await self.is_at("Ops")
        self.clicks = 0
