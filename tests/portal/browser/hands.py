"""How somebody uses a page, by mouse or by the keyboard alone; clicks are counted.

What is typed or chosen costs no click; what is followed, pressed or sent costs one.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

from playwright.async_api import FilePayload, Locator, Page, expect

STEPS_MAX = 150
# What has the focus, whether it is the wanted element or of its group, and whether it is seen.
FOCUS = """
(wanted) => {
  const active = document.activeElement;
  const box = active.getBoundingClientRect();
  const above = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const is_page = active === document.body || active.id === "main";
  const is_covered = !above || !(active.contains(above) || above.contains(active));
  const is_outlined = getComputedStyle(active).outlineStyle !== "none";
  const is_group = active.type === "radio" && active.name === wanted.name;
  return {
    is_there: active === wanted || is_group,
    is_seen: is_page || (is_outlined && !is_covered),
    name: active.textContent.trim() || active.name || active.tagName,
  };
}
"""


class Hand(Protocol):
    """Somebody who uses a page."""

    clicks: int

    @property
    def page(self) -> Page: ...

    async def presses(self, target: Locator) -> None:
        """Follow a link, or press a button."""

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
    """By mouse."""

    page: Page
    clicks: int = 0

    async def presses(self, target: Locator) -> None:
        await target.click()
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
    """By the keyboard alone; `unseen` had the focus on the way and did not show it."""

    page: Page
    clicks: int = 0
    unseen: list[str] = field(default_factory=list)

    async def presses(self, target: Locator) -> None:
        await self._goes_to(target)
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


async def _option(target: Locator, words: str) -> str:
    """The whole text of the option that begins so."""
    options = target.locator("option")
    await expect(options.filter(has_text=words)).not_to_have_count(0)
    texts = [text.strip() for text in await options.all_text_contents()]
    found = [text for text in texts if text.startswith(words)]
    assert found, f"{words} is not among {texts}"
    return found[0]
