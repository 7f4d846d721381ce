"""The pages of somebody's own: /me and what belongs to it."""

from playwright.async_api import expect

from tests.portal.browser.hands import PATIENCE, Visitor
from tests.waiting import eventually


class OwnPages(Visitor):
    """Somebody who has no organization of his own, or does not look at it."""

    title = "Your licenses and credits"

    async def may_spend(self, figure: str, *, of: str = "pool", why: str = "") -> None:
        """The first card says how much, and what keeps it from being more."""
        card = self.page.locator(f"#wallet-{of}")
        await expect(card.locator(".figure")).to_contain_text(figure, timeout=PATIENCE)
        await expect(card).to_contain_text(why)

    async def draws_on(self, of: str) -> None:
        """One of two wallets side by side is the one that pays; the other one is closed."""
        other = {"pool": "own", "own": "pool"}[of]
        here = self.page.locator(f"#wallet-{of}")
        await expect(here).to_contain_text("You draw on this one", timeout=PATIENCE)
        await expect(self.page.locator(f"#wallet-{other}")).to_contain_text("Closed")

    async def begins_to_ask(self, limit: str, reason: str) -> None:
        """Fill in a request, without sending it."""
        await self.follows("Ask for more")
        await self.types("Quota in credits, all in all", limit)
        await self.types("What for", reason)

    async def asks_for(self, limit: str, reason: str, *, times: int = 1) -> None:
        await self.begins_to_ask(limit, reason)
        await self.presses("Send the request", times=times)

    async def checks_until_known(self) -> None:
        """Ask what became of a form until somebody knows, as one without scripts does."""

        async def checked() -> str:
            await self.presses("Check again")
            return await self.page.title()

        await eventually(checked, lambda title: "What became of it" not in title)

    async def has_asked(self, *wishes: str) -> None:
        """Exactly this was asked for, the newest first."""
        rows = self.page.locator("#mine tbody th")
        await expect(rows).to_have_count(len(wishes))
        for number, wish in enumerate(wishes):
            await expect(rows.nth(number)).to_contain_text(wish)
