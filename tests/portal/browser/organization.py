"""The pages of an organization, as its Administrator uses them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.portal.browser.hands import Keyboard, Mouse, Visitor
from tests.portal.browser.larkspur import Larkspur
from tests.waiting import eventually


def read(path: Path) -> str:
    """Read a table as spreadsheets do."""
    return path.read_text(encoding="utf-8-sig")


class Organization(Visitor):
    """An organization before somebody; `home` is its overview."""

    def __init__(self, page: Page, home: str, by: type[Mouse] | type[Keyboard] = Mouse) -> None:
        """Sit down at an organization's pages."""
        super().__init__(page, by)
        self.home = home

    async def opens(self, path: str = "") -> None:
        await super().opens(f"{self.home}{path}")

    @asynccontextmanager
    async def task(self, number: int, *, clicks: int) -> AsyncIterator[None]:
        """Begin at the overview; the task must end after so many clicks."""
        await self.opens()
        before = self.clicks
        yield
        assert self.clicks - before == clicks, f"task {number}"

    async def goes_to(self, name: str) -> None:
        """Follow a link of the navigation."""
        nav = self.page.get_by_role("navigation", name="Organization")
        await self.hand.presses(nav.get_by_role("link", name=name, exact=True))
        await self.is_at(name)

    async def presses(self, words: str, *, within: Locator | None = None, times: int = 1) -> None:
        """Send a form by the button whose words begin so; the page that answers is there then."""
        async with self.page.expect_navigation():
            await super().presses(words, within=within or self.main, times=times)

    def row(self, name: str) -> Locator:
        """The row of a table that is about somebody."""
        heads = self.page.get_by_role("rowheader", name=name)
        return self.page.locator("tr").filter(has=heads)

    async def was_told(self, words: str) -> None:
        """What was done stands in the band under the title."""
        await expect(self.part("receipt")).to_contain_text(words)

    async def downloads(self, words: str) -> str:
        """Follow a link to a table; what it holds."""
        async with self.page.expect_download() as downloading:
            await self.follows(words)
        return read(await (await downloading.value).path())

    async def reads_when_done(self, words: str) -> None:
        """Look at an import until it is through; without scripts that takes a reload."""
        place = self.part("progress")

        async def seen() -> str:
            await self.page.reload()
            return str(await place.text_content())

        if words not in str(await place.text_content()):
            await eventually(seen, lambda text: words in text)
        await expect(place).to_contain_text(words)

    async def offers_to(self, name: str) -> None:
        """Offer the organization to somebody in it."""
        await self.opens()
        await self.goes_to("Settings")
        await self.follows("Hand it over")
        await self.chooses("To whom", name)
        await self.presses("See what changes")
        await self.is_at(f"Offer the organization to {name}")
        await self.presses(f"Offer to {name}")
        await self.was_told(f"Offered to {name}")


async def is_late_for_a_seat(at: Organization, larkspur: Larkspur) -> None:
    """Give Eva a seat that is free on a page which stands still, and taken meanwhile."""
    await larkspur.leaves_a_seat_free()
    await at.opens(f"/people/{larkspur.eva}")
    pause = at.part("pause")
    changes_by_itself = await pause.is_visible()
    if changes_by_itself:
        await at.hand.presses(pause)
    await larkspur.takes_that_seat()
    await at.presses("Assign", within=at.part("person-seats"))
    if changes_by_itself:
        await at.hand.presses(pause)
