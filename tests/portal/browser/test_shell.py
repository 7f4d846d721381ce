"""What is around every page: the look, the focus, the end of a session, the way by keyboard."""

import re
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from tests.builders import an_account
from tests.portal.browser.conftest import OpenTab
from tests.portal.browser.looking import FOCUS, focused, scrolls_sideways, violations
from tests.portal.site import Site
from tests.portal.studio import Studio
from tests.speaking import Portal

pytestmark = [pytest.mark.verify, pytest.mark.timeout(300)]
ACCOUNT = "/me/account"
PAGES = ("/sign-in", "/help", "/help/roles", "/help/refusals/quota_exceeded", "/nowhere")
THEIRS = (ACCOUNT, f"{ACCOUNT}/leave")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("narrow", [False, True])
async def test_pages_around_the_others_break_no_rule_of_accessibility(
    tab: OpenTab, axe: str, studio: Studio, *, narrow: bool, dark: bool
) -> None:
    chloe = await studio.joined_by("MEMBER")
    found: dict[str, list[object]] = {}

    async with tab(narrow=narrow, dark=dark) as page:
        found |= {path: await looked_at(page, path, axe) for path in PAGES}
    async with tab(chloe, narrow=narrow, dark=dark) as page:
        found |= {path: await looked_at(page, path, axe) for path in THEIRS}

    assert {path: wrong for path, wrong in found.items() if wrong} == {}


async def test_the_look_changes_under_the_reader_and_is_remembered(tab: OpenTab) -> None:
    async with tab() as page:
        await page.goto("/help")
        await page.get_by_label("Colours").select_option("dark")
        at_once = await page.evaluate("() => document.documentElement.dataset.theme")
        await page.reload()
        later = await page.evaluate("() => document.documentElement.dataset.theme")
        ground = await page.evaluate("() => getComputedStyle(document.body).colorScheme")

    assert (at_once, later, ground) == ("dark", "dark", "dark")


async def test_the_look_changes_without_scripts_too(tab: OpenTab) -> None:
    async with tab(scripts=False) as page:
        await page.goto("/help")
        await page.get_by_label("Colours").select_option("dark")
        await page.get_by_role("button", name="Change the look").click()

        await expect(page.locator("html[data-theme=dark]")).to_have_count(1)
        await expect(page).to_have_url(re.compile("/help$"))


async def test_a_refusal_takes_the_focus_and_tells_the_title(tab: OpenTab, people: Portal) -> None:
    async with tab(await registered(people)) as page:
        await page.goto(ACCOUNT)
        await page.get_by_label("Customer number").fill("CN-1")
        await page.get_by_role("button", name="Request set-up").click()
        await expect(page.locator("#refusal")).to_be_visible()

        assert await focused(page) == "refusal"
        assert (await page.title()).startswith("Refused: ")
        await expect(page.get_by_label("Customer number")).to_have_value("CN-1")


async def test_a_session_warns_before_its_end_and_stays_when_asked(
    tab: OpenTab, people: Portal, portal: Site
) -> None:
    mona = await registered(people)

    async with tab(mona) as page:
        await portal.pool.execute(
            "UPDATE session SET ends_at = now() + interval '122 seconds' WHERE account_id = $1",
            mona,
        )
        await page.goto(ACCOUNT)
        band = page.locator("#session-ends")
        await expect(band).to_be_visible(timeout=15_000)
        told = await page.locator("#announcements").text_content()
        await portal.pool.execute(
            "UPDATE session SET ends_at = now() + interval '1 hour' WHERE account_id = $1", mona
        )
        await band.get_by_role("button", name="Stay signed in").click()

        await expect(band).to_be_hidden()
        assert told == "You will be signed out in 2 minutes."


async def test_every_page_can_be_walked_by_keyboard_with_the_focus_in_sight(
    tab: OpenTab, people: Portal
) -> None:
    async with tab(await registered(people)) as page:
        await page.goto(ACCOUNT)
        await page.keyboard.press("Tab")
        first = await focused(page)
        await page.keyboard.press("Enter")
        at_main = await focused(page)
        hidden = await walk(page)

    assert first == "Skip to the page"
    assert at_main == "main"
    assert hidden == []


async def test_twice_as_large_text_loses_nothing(tab: OpenTab, people: Portal) -> None:
    async with tab(await registered(people)) as page:
        await page.goto(ACCOUNT)
        await page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")

        assert not await scrolls_sideways(page)


async def looked_at(page: Page, path: str, axe: str) -> list[object]:
    """What is wrong with a page; the width of the screen counts as well."""
    await page.goto(path)
    wrong: list[object] = [*await violations(page, axe)]
    if await scrolls_sideways(page):
        wrong.append("scrolls sideways")
    return wrong


async def walk(page: Page, *, steps: int = 40) -> list[str]:
    """Tab through a page; what had the focus without being seen in full."""
    hidden = []
    for _ in range(steps):
        await page.keyboard.press("Tab")
        seen = await page.evaluate(FOCUS)
        if seen["name"] and not seen["is_seen"]:
            hidden.append(seen["name"])
    return hidden


async def registered(people: Portal) -> UUID:
    data = an_account(name="Mona")
    assert (await people.ask(data, by=data.account_id)).accepted
    return data.account_id
