"""The pages of the vendor's staff."""

from playwright.async_api import expect

from tests.portal.browser.hands import PATIENCE, Visitor


class StaffPages(Visitor):
    """An operator at the work list and what is done from it."""

    title = "Work list"

    async def finds(self, search: str) -> None:
        """Find an account by its address, its number or its id, from the work list."""
        await self.types("Find by name, e-mail, customer number or id", search)
        await self.presses("Search")
        await self.is_at("Organizations")

    async def corrects(self, amount: str, reason: str) -> None:
        """Fill in a correction that adds credits, and go on to its consequences."""
        await self.types("Credits", amount)
        await self.ticks("Add them")
        await self.types("Reason", reason)
        await self.presses("Go on to check it")
        await self.is_at("Is this right?")

    async def has_on_it(self, subject: str, name: str) -> None:
        """The row of a subject says who is on it."""
        row = self.page.get_by_role("row").filter(has_text=subject)
        await expect(row.locator(".owner")).to_contain_text(name, timeout=PATIENCE)


class OpsScreen(Visitor):
    """The screen for a wall."""

    title = "Ops"
