"""Every page of an organization as people see it: pictures to look at, and rules that hold."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect

from deploy.native.stack import Stack
from shared.clock import Clock
from tests.builders import LUMEN
from tests.portal.browser.conftest import PICTURES, OpenTab
from tests.portal.browser.larkspur import Larkspur, furnish
from tests.portal.browser.looking import scrolls_sideways, violations
from tests.portal.browser.pictures import LOOKS, take
from tests.portal.studio import Studio, a_studio
from tests.speaking import Portal, Store

pytestmark = [pytest.mark.verify, pytest.mark.timeout(900)]
PRODUCT = quote(LUMEN)
# By the name of its picture: where each page is, below the organization's own address.
PAGES = {
    "overview": "",
    "people": "/people",
    "people-none": "/people?search=nobody",
    "people-new": "/people/new",
    "person": "/people/{chloe}",
    "person-unlimited": "/people/{ben}",
    "access": "/people/{chloe}/access",
    "restart": "/people/{chloe}/restart",
    "remove": "/people/{eva}/remove",
    "role": "/people/{dan}/role",
    "import": "/bulk",
    "licenses": "/licenses",
    "product": f"/licenses/{PRODUCT}",
    "product-move": f"/licenses/{PRODUCT}?move={{dan}}",
    "credits": "/credits",
    "requests": "/requests",
    "usage": "/usage",
    "usage-by-person": "/usage?by=person",
    "usage-none": "/usage?from=2020-01-01&to=2020-01-31",
    "statements": "/statements",
    "statement": "/statements/{month}",
    "audit": "/audit",
    "audit-none": "/audit?act=set_rate",
    "transfer": "/transfer",
    "transfer-confirm": "/transfer/to/{ben}",
    "settings": "/settings",
    "token-new": "/settings/tokens/new",
    "webhook-new": "/settings/webhooks/new",
}
# What pages of an organization say that has nothing yet but seats.
NEW = {
    "": "The pool is empty. Credits you buy arrive here.",
    "/people": "Only you so far. Add one person or import a list.",
    f"/licenses/{PRODUCT}": "2 free of 3",
    "/credits": "The pool is empty. Credits you buy arrive here.",
    "/requests": "Nothing waits for you.",
    "/usage": "Widen the range.",
    "/bulk": "No imports yet. Download the template.",
    "/transfer": "Nobody here can take over now.",
    "/settings": "No webhook. Paste an address to get events.",
}
# Text that is cut off, or beyond the edge with no way to scroll there.
LOST = """
() => [...document.querySelectorAll("main *, header *, footer *")].filter((element) => {
  if (!element.checkVisibility()) return false;
  if (element.closest(".unseen, svg, .table-region, pre")) return false;
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const is_cut = style.overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1;
  return is_cut || box.right > innerWidth + 1 || box.left < -1;
}).map((element) => element.outerHTML.slice(0, 120))
"""


@pytest.fixture(scope="module")
async def larkspur(people: Portal, shop: Store, portal_stack: Stack) -> Larkspur:
    """One for all: looking changes nothing."""
    return await furnish(await a_studio(people, shop), portal_stack)


def addresses(larkspur: Larkspur) -> Iterator[tuple[str, str]]:
    """Every page by its name."""
    found: dict[str, Any] = {**vars(larkspur), "month": f"{Clock().now():%Y-%m}"}
    for name, path in PAGES.items():
        yield name, larkspur.studio.home + path.format(**found)


async def words_of(page: Page) -> str:
    """What a page says, but for the second that runs on while it is read."""
    return re.sub(r"\d\d:\d\d:\d\d", "", await page.locator("main").inner_text())


async def opens(page: Page, address: str) -> None:
    """Go there, and wait until what is live has had its first look."""
    answer = await page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    words = page.locator("#as-of-words")
    if await words.count():
        await expect(words).to_contain_text("Live")


async def test_every_page_is_left_in_every_look(tab: OpenTab, larkspur: Larkspur) -> None:
    async with tab(larkspur.studio.ana) as page:
        for name, address in addresses(larkspur):
            await opens(page, address)
            await take(page, name)

    left = {path.name for path in PICTURES.iterdir()}
    assert {f"{name}-{look.name}.png" for name in PAGES for look in LOOKS} <= left


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("narrow", [False, True])
async def test_no_page_breaks_a_rule_of_accessibility_or_scrolls_sideways(
    tab: OpenTab, axe: str, larkspur: Larkspur, *, narrow: bool, dark: bool
) -> None:
    wrong: dict[str, object] = {}
    async with tab(larkspur.studio.ana, narrow=narrow, dark=dark) as page:
        for name, address in addresses(larkspur):
            await opens(page, address)
            if found := await violations(page, axe):
                wrong[name] = found
            if await scrolls_sideways(page):
                wrong[f"{name}, sideways"] = await page.evaluate(LOST)
            await expect(page.locator("h1")).to_have_count(1)
            if await page.locator("main .button.primary").count() > 1:
                wrong[f"{name}, primary"] = "more than one"

    assert wrong == {}


async def test_large_text_forced_colours_and_less_motion_lose_nothing(
    tab: OpenTab, larkspur: Larkspur
) -> None:
    lost: dict[str, object] = {}
    async with tab(larkspur.studio.ana, narrow=True) as page:
        for name, address in addresses(larkspur):
            await opens(page, address)
            plain = await words_of(page)
            await page.emulate_media(forced_colors="active", reduced_motion="reduce")
            if await words_of(page) != plain:
                lost[f"{name}, forced colours"] = "words"
            await page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
            if found := await page.evaluate(LOST):
                lost[f"{name}, large"] = found
            await page.emulate_media(forced_colors="none")

    assert lost == {}


async def test_a_new_organization_says_what_comes_first(tab: OpenTab, studio: Studio) -> None:
    async with tab(studio.ana) as page:
        for path, sentence in NEW.items():
            await opens(page, studio.home + path)
            await expect(page.locator("main")).to_contain_text(sentence)
            await take(page, f"new-{re.sub('[^a-z]+', '-', path.lower()).strip('-') or 'overview'}")
