"""Open pages in a real browser: they change by themselves, and never under the reader's hands."""

import re

import pytest
from playwright.async_api import Browser, expect

from shared.contracts.credit_access import RequestCredits
from shared.contracts.credits import SetCreditAccess
from tests.portal.browser.conftest import OpenTab
from tests.portal.browser.looking import focused, scrolls_sideways, violations
from tests.portal.operator.conftest import an_operator
from tests.portal.site import COOKIE, Site
from tests.portal.studio import Studio
from tests.speaking import Portal

pytestmark = [pytest.mark.verify, pytest.mark.timeout(300)]
OF_STAFF = (
    "/operator",
    "/operator/messages",
    "/operator/organizations",
    "/operator/reconcile",
    "/ops",
)
# Two seconds by the issue, and as much again for a busy machine.
SOON = 4_000
BACK = 20_000


async def test_two_browsers_see_one_change_without_a_reload(tab: OpenTab, studio: Studio) -> None:
    eva = await studio.joined_by("MEMBER", name="Eva")
    async with tab(studio.ana) as hers, tab(eva) as evas:
        await hers.goto(studio.home)
        await evas.goto("/me")
        for page in (hers, evas):
            await expect(page.locator("#as-of-words")).to_contain_text("Live")

        await studio.buys("500")
        await expect(hers.locator("#pool .figure")).to_contain_text("500.00", timeout=SOON)
        await studio.does(SetCreditAccess(account_id=eva, mode="quota", limit=120_000_000))
        await expect(evas.locator("#spendable")).to_contain_text("120.00", timeout=SOON)


async def test_what_is_half_typed_and_where_the_focus_is_stay(tab: OpenTab, studio: Studio) -> None:
    async with tab(studio.ana) as page:
        await page.goto(studio.home)
        await expect(page.locator("#as-of-words")).to_contain_text("Live")
        await page.locator("#pool a").first.focus()
        before = await focused(page)

        await studio.buys("70")
        await expect(page.locator("#pool .figure")).to_contain_text("70.00", timeout=SOON)

        assert await focused(page) == before


async def test_requests_are_offered_and_never_pushed_under_the_reader(
    tab: OpenTab, studio: Studio
) -> None:
    eva = await studio.joined_by("MEMBER", name="Eva")
    async with tab(studio.ana) as page:
        await page.goto(f"{studio.home}/requests")
        await expect(page.locator("#as-of-words")).to_contain_text("Live")
        await expect(page.locator("#news")).to_be_hidden()

        wish = RequestCredits(mode="quota", limit=50_000_000, reason="A big job.")
        assert (await studio.does(wish, by=eva)).accepted
        await expect(page.locator("#news a")).to_have_text("1 change - Show", timeout=SOON)
        await expect(page.locator("#waiting")).not_to_contain_text("Eva")
        await page.locator("#news a").click()

        await expect(page.locator("#waiting")).to_contain_text("Eva asks for")


async def test_a_pause_holds_the_page_still_and_is_remembered(tab: OpenTab, studio: Studio) -> None:
    async with tab(studio.ana) as page:
        await page.goto(studio.home)
        await expect(page.locator("#as-of-words")).to_contain_text("Live")
        await page.get_by_role("button", name="Pause updates").click()
        await expect(page.locator("#as-of-words")).to_contain_text("Paused")

        await page.reload()
        await expect(page.locator("#as-of-words")).to_contain_text("Paused")
        await studio.buys("90")
        await page.get_by_role("button", name="Resume updates").click()

        await expect(page.locator("#pool .figure")).to_contain_text("90.00", timeout=SOON)


async def test_who_signs_out_elsewhere_is_told_so(
    tab: OpenTab, studio: Studio, portal: Site
) -> None:
    async with tab(studio.ana) as page:
        await page.goto(studio.home)
        await expect(page.locator("#as-of-words")).to_contain_text("Live")
        await portal.pool.execute("DELETE FROM session WHERE account_id = $1", studio.ana)

        told = page.locator("#as-of-words")
        await expect(told).to_contain_text("You are signed out", timeout=BACK)
        await expect(page.get_by_role("link", name="Reload")).to_be_visible()


async def test_a_lost_connection_heals_with_what_happened_meanwhile(
    browser: Browser, studio: Studio, portal: Site
) -> None:
    context = await browser.new_context(base_url=portal.url)
    cookie = {"name": COOKIE, "value": await portal.session_of(studio.ana), "url": portal.url}
    await context.add_cookies([cookie])  # type: ignore[list-item]  # a typed dictionary of theirs
    page = await context.new_page()
    await page.goto(studio.home)
    await expect(page.locator("#as-of-words")).to_contain_text("Live")

    await context.set_offline(True)
    await studio.buys("33")
    await context.set_offline(False)

    await expect(page.locator("#pool .figure")).to_contain_text("33.00", timeout=BACK)
    await context.close()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("narrow", [False, True])
async def test_pages_of_the_staff_break_no_rule_of_accessibility(
    tab: OpenTab, axe: str, people: Portal, *, narrow: bool, dark: bool
) -> None:
    oz = await an_operator(people)
    wrong: dict[str, object] = {}
    async with tab(oz, narrow=narrow, dark=dark) as page:
        for path in OF_STAFF:
            await page.goto(path)
            if await page.locator("#as-of-words").count() and path != "/operator/messages":
                await expect(page.locator("#as-of-words")).to_contain_text(re.compile("Live"))
            wrong[path] = await violations(page, axe)
            assert not await scrolls_sideways(page), path

    assert {path: found for path, found in wrong.items() if found} == {}
