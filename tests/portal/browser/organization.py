"""The pages of an organization, as its Administrator uses them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Locator, expect

from tests.portal.browser.hands import Hand
from tests.waiting import eventually


def read(path: Path) -> str:
    """Read a table as spreadsheets do."""
    return path.read_text(encoding="utf-8-sig")


@dataclass(frozen=True)
class Organization:
    """An organization before somebody; `home` is its overview."""

    hand: Hand
    home: str

    async def opens(self, path: str = "") -> None:
        await self.hand.page.goto(f"{self.home}{path}")

    @asynccontextmanager
    async def task(self, number: int, *, clicks: int) -> AsyncIterator[None]:
        """Begin at the overview; the task must end after so many clicks."""
        await self.opens()
        before = self.hand.clicks
        yield
        assert self.hand.clicks - before == clicks, f"task {number}"

    async def goes_to(self, name: str) -> None:
        """Follow a link of the navigation."""
        nav = self.hand.page.get_by_role("navigation", name="Organization")
        await self.hand.presses(nav.get_by_role("link", name=name, exact=True))
        await self.is_at(name)

    async def follows(self, words: str, *, within: Locator | None = None) -> None:
        """Follow a link whose words begin so."""
        links = (within or self.hand.page.locator("main")).get_by_role("link", name=words)
        await self.hand.presses(links.locator("visible=true").first)

    async def presses(self, words: str, *, within: Locator | None = None) -> None:
        """Send a form by the button whose words begin so; the page that answers is there then."""
        buttons = (within or self.hand.page.locator("main")).get_by_role("button", name=words)
        async with self.hand.page.expect_navigation():
            await self.hand.presses(buttons.first)

    async def types(self, label: str, text: str) -> None:
        await self.hand.types(self.field(label), text)

    async def chooses(self, label: str, option: str) -> None:
        await self.hand.chooses(self.field(label), option)

    async def ticks(self, label: str) -> None:
        await self.hand.ticks(self.field(label))

    def field(self, label: str) -> Locator:
        return self.hand.page.locator("main").get_by_label(label).locator("visible=true").first

    def row(self, name: str) -> Locator:
        """The row of a table that is about somebody."""
        heads = self.hand.page.get_by_role("rowheader", name=name)
        return self.hand.page.locator("tr").filter(has=heads)

    def part(self, id: str) -> Locator:
        return self.hand.page.locator(f"#{id}")

    async def is_at(self, title: str) -> None:
        await expect(self.hand.page.get_by_role("heading", level=1)).to_have_text(title)

    async def was_told(self, words: str) -> None:
        """What was done stands in the band under the title."""
        await expect(self.part("receipt")).to_contain_text(words)

    async def was_refused(self, code: str, *words: str) -> None:
        """The refusal stands where the act was tried, and the title says so."""
        panel = self.part("refusal")
        for each in (code, "Who can change this:", *words):
            await expect(panel).to_contain_text(each)
        assert (await self.hand.page.title()).startswith("Refused: ")

    async def downloads(self, words: str) -> str:
        """Follow a link to a table; what it holds."""
        async with self.hand.page.expect_download() as downloading:
            await self.follows(words)
        return read(await (await downloading.value).path())

    async def reads_when_done(self, words: str) -> None:
        """Look at an import until it is through; without scripts that takes a reload."""
        place = self.part("progress")

        async def seen() -> str:
            await self.hand.page.reload()
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
