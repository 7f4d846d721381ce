"""Several pages open at once: ten of one browser, and two browsers that wait for each other."""

import pytest
from playwright.async_api import expect

from tests.portal.browser.conftest import OpenTab
from tests.portal.browser.hands import PATIENCE, Visitor
from tests.portal.browser.own_pages import OwnPages
from tests.portal.browser.test_journey_member import a_member
from tests.portal.studio import Studio

pytestmark = [pytest.mark.verify, pytest.mark.timeout(300)]


async def test_ten_open_tabs_of_one_browser_all_work(tab: OpenTab, studio: Studio) -> None:
    async with tab(studio.ana) as first:
        tabs = [first, *[await first.context.new_page() for _ in range(9)]]
        for page in tabs:
            await page.goto(studio.home)
            await expect(page.locator("#as-of-words")).to_contain_text("Live")
            await page.evaluate(LEFT)
        await studio.buys("70")
        for page in tabs:
            await page.evaluate(LOOKED_AT)
            await expect(page.locator("#pool .figure")).to_contain_text("70.00", timeout=PATIENCE)
            await page.evaluate(LEFT)


async def test_a_request_and_its_answer_meet_without_a_reload(tab: OpenTab, studio: Studio) -> None:
    eva = await a_member(studio)
    async with tab(studio.ana) as one, tab(eva) as other:
        hers, evas = Visitor(one), OwnPages(other)
        await hers.opens(f"{studio.home}/requests")
        await expect(one.locator("#as-of-words")).to_contain_text("Live")
        await evas.comes_home()
        await evas.asks_for("150", "The big job.")
        await expect(other.locator("#as-of-words")).to_contain_text("Live")

        await hers.follows("1 change - Show")
        await hers.reads("Eva", "The big job.")
        await hers.presses("Approve")

        await evas.reads("Approved")
        await evas.heard("Your request was approved.")
        await evas.turns_to("Overview")
        await evas.may_spend("150.00", why="limited by quota")


# A browser without a screen shows all of its tabs at once: told what one with a screen knows.
LEFT, LOOKED_AT = (
    f"""() => {{
      Object.defineProperty(document, "hidden", {{ configurable: true, get: () => {hidden} }});
      document.dispatchEvent(new Event("visibilitychange"));
    }}"""
    for hidden in ("true", "false")
)
