"""A page without a mouse: keys alone, and the focus always in sight."""

from dataclasses import dataclass

from playwright.async_api import Page

from tests.portal.browser.test_shell import SEEN

STOPS_MAX = 400


@dataclass
class Keyboard:
    """Somebody who presses keys at one tab."""

    page: Page

    async def reaches(self, name: str) -> None:
        """Tab to what is called so; each stop on the way is in sight and outlined."""
        passed = []
        for _ in range(STOPS_MAX):
            await self.page.keyboard.press("Tab")
            seen = await self.page.evaluate(SEEN)
            assert seen["is_seen"], f"{seen['name']} has the focus unseen"
            passed.append(seen["name"])
            if seen["name"].startswith(name):
                return
        raise AssertionError(f"{name} is not reached, only {passed}")

    async def goes_to(self, name: str) -> None:
        """Follow a link, or press a button, and wait for where that leads."""
        await self.reaches(name)
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")

    async def types(self, name: str, text: str) -> None:
        await self.reaches(name)
        await self.page.keyboard.type(text)
