"""What the first page costs on the wire, and that no page moves under the reader while it loads."""

import pytest
from playwright.async_api import Request, expect

from deploy.native.stack import Stack
from tests.portal.browser.conftest import OpenTab
from tests.portal.browser.larkspur import furnish
from tests.portal.studio import Studio

pytestmark = [pytest.mark.verify, pytest.mark.timeout(300)]
WIRE_BYTES_MAX = 45_000
RAW_BYTES_MAX = 100_000
MOST_USED = (
    *("", "/people", "/people/{chloe}", "/licenses", "/licenses/Lumen%20for%20Max", "/credits"),
    *("/requests", "/usage", "/audit", "/statements"),
)
# Notes what on the screen moved without anybody having touched it, from where to where.
WATCH_SHIFTS = """
window.shifted = [];
const place = (box) => [box.x, box.y, box.width, box.height].map(Math.round).join(" ");
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    for (const one of entry.sources) {
      const what = one.node?.outerHTML ?? one.node?.textContent ?? "";
      const moved = `${place(one.previousRect)} -> ${place(one.currentRect)}`;
      window.shifted.push(`${moved}: ${what.slice(0, 100)}`);
    }
  }
}).observe({ type: "layout-shift", buffered: true });
"""


async def test_the_first_page_and_all_it_loads_weigh_less_than_45_kilobytes(
    tab: OpenTab, studio: Studio, portal_stack: Stack
) -> None:
    await furnish(studio, portal_stack)
    loaded: list[Request] = []
    async with tab(studio.ana) as page:
        page.on("requestfinished", lambda each: loaded.append(each))  # noqa: PLW0108  # Playwright takes no builtin
        await page.goto(studio.home)
        await expect(page.locator("#as-of-words")).to_contain_text("Live")
        sizes = [await each.sizes() for each in loaded]
        answers = [await each.response() for each in loaded]
        raw = sum([len(await answer.body()) for answer in answers if answer is not None])

    wire = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    kinds = {each.resource_type for each in loaded}
    assert {"document", "stylesheet", "script"} <= kinds
    assert (wire <= WIRE_BYTES_MAX, raw <= RAW_BYTES_MAX) == (True, True), (wire, raw)


async def test_no_page_moves_under_the_reader_while_it_loads(
    tab: OpenTab, studio: Studio, portal_stack: Stack
) -> None:
    larkspur = await furnish(studio, portal_stack)
    shifted: dict[str, list[str]] = {}
    async with tab(studio.ana) as page:
        await page.add_init_script(WATCH_SHIFTS)
        for path in MOST_USED:
            await page.goto(studio.home + path.format(**vars(larkspur)))
            if await page.locator("#as-of-words").count():
                await expect(page.locator("#as-of-words")).to_contain_text("Live")
            shifted[path] = await page.evaluate("() => window.shifted")

    assert shifted == {path: [] for path in MOST_USED}
