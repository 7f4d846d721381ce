"""A hand at a page: what it clicks is counted, what it types is not."""

from dataclasses import dataclass
from uuid import UUID

from playwright.async_api import Page, expect

from tests.portal.site import COOKIE, Site
from tests.waiting import eventually

# What another service does, or a live page, on a busy machine.
PATIENCE = 20_000


@dataclass
class Hand:
    """Somebody's hand at one tab; pages that have more to do build on it."""

    page: Page
    clicks: int = 0

    async def opens(self, path: str) -> None:
        await self.page.goto(path)

    async def presses(self, name: str, *, times: int = 1) -> None:
        """Press a button; twice at once is what impatient people do, and counts once."""
        button = self.page.get_by_role("button", name=name)
        await button.first.click(click_count=times)
        self.clicks += 1

    async def follows(self, name: str) -> None:
        """Follow a link of the page itself."""
        await self.page.get_by_role("main").get_by_role("link", name=name).first.click()
        self.clicks += 1

    async def turns_to(self, name: str) -> None:
        """Go to another page by the menu."""
        await self.page.get_by_role("navigation").get_by_role("link", name=name).first.click()
        self.clicks += 1

    async def types(self, label: str, text: str) -> None:
        await self.page.get_by_label(label).fill(text)

    async def reads(self, *texts: str) -> None:
        """The page shows all of it, now or once the other end has done its part."""
        for text in texts:
            await expect(self.page.locator("main")).to_contain_text(text, timeout=PATIENCE)

    async def is_at(self, heading: str) -> None:
        """The page of this heading, which its title begins with unless something was refused."""
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        assert heading in await self.page.title()

    async def is_refused(self, code: str) -> None:
        """The panel stands where the act was attempted, and the title says so first."""
        await expect(self.page.locator("#refusal")).to_contain_text(code)
        assert (await self.page.title()).startswith("Refused: ")

    async def comes_back_in(self, portal: Site, account: UUID) -> None:
        """Sign in anew, as somebody does whose session was over, and go where the door leads."""
        next_page = self.page.url.partition("next=")[2]
        token = await portal.session_of(account)
        cookie = {"name": COOKIE, "value": token, "url": portal.url}
        await self.page.context.add_cookies([cookie])  # type: ignore[list-item]  # a typed dictionary of theirs
        await self.page.goto(next_page.replace("%2F", "/"))

    async def finds_it_anew(self, *texts: str, scripts: bool) -> None:
        """What somebody else changed shows by itself with scripts, and by a reload without."""
        if not scripts:
            await eventually(self._reloaded, lambda shown: all(text in shown for text in texts))
        await self.reads(*texts)

    async def _reloaded(self) -> str:
        await self.page.reload()
        return " ".join((await self.page.locator("main").inner_text()).split())


async def heard(page: Page, text: str) -> None:
    """What a screen reader is told, in the one place that speaks."""
    place = page.get_by_role("status")
    await expect(place).to_have_id("announcements")
    await expect(place).to_contain_text(text, timeout=PATIENCE)
