"""Somebody at a page, by mouse or by the keyboard alone, and what he does and reads there.

What is typed or chosen costs no click; what is followed, pressed or sent costs one.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TypeVar
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from playwright.async_api import FilePayload, Locator, Page, expect

from tests.portal.browser.conftest import OpenTab
from tests.portal.browser.looking import FOCUS
from tests.portal.site import COOKIE, Site
from tests.waiting import eventually

# What another service does, or a live page, on a busy machine.
PATIENCE = 20_000
STEPS_MAX = 150


class Hand(Protocol):
    """What somebody uses a page with; `unseen` had the focus on the way and did not show it."""

    clicks: int
    unseen: list[str]

    async def presses(self, target: Locator, *, times: int = 1) -> None:
        """Follow a link, or press a button; twice at once is what impatient people do."""

    async def types(self, target: Locator, text: str) -> None:
        """Type into a field, over what it held."""

    async def chooses(self, target: Locator, option: str) -> None:
        """Choose from a list the option that begins so."""

    async def ticks(self, target: Locator) -> None:
        """Tick a box, or choose one of several."""

    async def picks(self, target: Locator, file: FilePayload) -> None:
        """Choose a file."""


@dataclass
class Mouse:
    """By mouse, which does not ask for the focus."""

    page: Page
    clicks: int = 0
    unseen: list[str] = field(default_factory=list)

    async def presses(self, target: Locator, *, times: int = 1) -> None:
        await target.click(click_count=times)
        self.clicks += 1

    async def types(self, target: Locator, text: str) -> None:
        await target.fill(text)

    async def chooses(self, target: Locator, option: str) -> None:
        await target.select_option(label=await _option(target, option))

    async def ticks(self, target: Locator) -> None:
        await target.check()

    async def picks(self, target: Locator, file: FilePayload) -> None:
        await target.set_input_files(file)


@dataclass
class Keyboard:
    """By the keyboard alone."""

    page: Page
    clicks: int = 0
    unseen: list[str] = field(default_factory=list)

    async def presses(self, target: Locator, *, times: int = 1) -> None:
        await self._goes_to(target)
        for _ in range(times):
            await self.page.keyboard.press("Enter")
        self.clicks += 1

    async def types(self, target: Locator, text: str) -> None:
        await self._goes_to(target)
        await self.page.keyboard.press("ControlOrMeta+a")
        await self.page.keyboard.type(text)

    async def chooses(self, target: Locator, option: str) -> None:
        await self._goes_to(target)
        await self.page.keyboard.type(await _option(target, option))

    async def ticks(self, target: Locator) -> None:
        await self._goes_to(target)
        if await target.get_attribute("type") == "checkbox":
            await self.page.keyboard.press("Space")
        for _ in range(STEPS_MAX):
            if await target.is_checked():
                return
            await self.page.keyboard.press("ArrowDown")

    async def picks(self, target: Locator, file: FilePayload) -> None:
        await self._goes_to(target)
        async with self.page.expect_file_chooser() as choosing:
            await self.page.keyboard.press("Enter")
        await (await choosing.value).set_files(file)

    async def _goes_to(self, target: Locator) -> None:
        await target.wait_for()
        for _ in range(STEPS_MAX):
            found: dict[str, Any] = await target.evaluate(FOCUS)
            if not found["is_seen"]:
                self.unseen.append(found["name"])
            if found["is_there"]:
                return
            await self.page.keyboard.press("Tab")
        message = f"{target} cannot be reached by keyboard"
        raise AssertionError(message)


class Visitor:
    """Somebody at one tab; pages that have more to do build on it."""

    home = "/"
    title = ""

    def __init__(self, page: Page, by: type[Mouse] | type[Keyboard] = Mouse) -> None:
        """Sit down at a page, by mouse unless told otherwise."""
        self.page = page
        self.hand: Hand = by(page)

    @property
    def clicks(self) -> int:
        return self.hand.clicks

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    async def opens(self, path: str) -> None:
        await self.page.goto(path)

    async def comes_home(self) -> Self:
        """Come in by the front door; nothing is clicked for what stands there."""
        await self.opens(self.home)
        await self.is_at(self.title)
        self.hand.clicks = 0
        return self

    async def follows(self, words: str, *, within: Locator | None = None) -> None:
        """Follow a link of the page itself whose words begin so."""
        links = (within or self.main).get_by_role("link", name=words)
        await self.hand.presses(links.locator("visible=true").first)

    async def turns_to(self, name: str) -> None:
        """Go to another page by the menu."""
        links = self.page.get_by_role("navigation").get_by_role("link", name=name)
        await self.hand.presses(links.first)

    async def presses(self, words: str, *, within: Locator | None = None, times: int = 1) -> None:
        """Press a button whose words begin so; twice at once counts once."""
        buttons = (within or self.page.locator("body")).get_by_role("button", name=words)
        await self.hand.presses(buttons.first, times=times)

    async def types(self, label: str, text: str) -> None:
        await self.hand.types(self.field(label), text)

    async def chooses(self, label: str, option: str) -> None:
        await self.hand.chooses(self.field(label), option)

    async def ticks(self, label: str) -> None:
        await self.hand.ticks(self.field(label))

    async def picks(self, label: str, file: FilePayload) -> None:
        await self.hand.picks(self.field(label), file)

    def field(self, label: str) -> Locator:
        return self.main.get_by_label(label).locator("visible=true").first

    def part(self, id: str) -> Locator:
        return self.page.locator(f"#{id}")

    async def reads(self, *texts: str) -> None:
        """The page shows all of it, now or once the other end has done its part."""
        for text in texts:
            await expect(self.main).to_contain_text(text, timeout=PATIENCE)

    async def is_at(self, heading: str) -> None:
        """The page of this heading, which its title begins with unless something was refused."""
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        await expect(self.page).to_have_title(re.compile(re.escape(heading)))

    async def is_refused(self, code: str, *words: str) -> None:
        """The refusal stands where the act was tried, and the title says so first."""
        for each in (code, "Who can change this:", *words):
            await expect(self.part("refusal")).to_contain_text(each)
        assert (await self.page.title()).startswith("Refused: ")

    async def comes_back_in(self, portal: Site, account: UUID) -> None:
        """Sign in anew, as somebody does whose session was over, and go where the door leads."""
        await self.is_at("You are signed out")
        await self.follows("Sign in")
        await self.is_at("Sign in")
        kept = parse_qs(urlsplit(self.page.url).query)["next"][0]
        token = await portal.session_of(account)
        cookie = {"name": COOKIE, "value": token, "url": portal.url}
        await self.page.context.add_cookies([cookie])  # type: ignore[list-item]  # a typed dictionary of theirs
        await self.page.goto(kept)

    async def finds_it_anew(self, *texts: str, scripts: bool) -> None:
        """What somebody else changed shows by itself with scripts, and by a reload without."""
        if not scripts:
            await eventually(self._reloaded, lambda shown: all(text in shown for text in texts))
        await self.reads(*texts)

    async def heard(self, text: str) -> None:
        """What a screen reader is told, in the one place that speaks."""
        place = self.page.get_by_role("status")
        await expect(place).to_have_id("announcements")
        await expect(place).to_contain_text(text, timeout=PATIENCE)

    async def _reloaded(self) -> str:
        await self.page.reload()
        return " ".join((await self.main.inner_text()).split())


Visiting = TypeVar("Visiting", bound=Visitor)


@asynccontextmanager
async def at_home(
    tab: OpenTab,
    account: UUID,
    pages: type[Visiting],
    *,
    scripts: bool = True,
    by: type[Mouse] | type[Keyboard] = Mouse,
) -> AsyncIterator[Visiting]:
    """Open a tab for somebody who comes in by the front door."""
    async with tab(account, scripts=scripts) as page:
        yield await pages(page, by).comes_home()


async def _option(target: Locator, words: str) -> str:
    """The whole text of the option that begins so."""
    options = target.locator("option")
    await expect(options.filter(has_text=words)).not_to_have_count(0)
    texts = [text.strip() for text in await options.all_text_contents()]
    found = [text for text in texts if text.startswith(words)]
    assert found, f"{words} is not among {texts}"
    return found[0]
