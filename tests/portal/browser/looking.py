"""What is looked for on every page that a browser shows."""

import json
from typing import Any

from playwright.async_api import Page

SHOWN = """
() => axe
  .run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
  .then((found) => found.violations.map((rule) => ({
    rule: rule.id,
    help: rule.help,
    at: rule.nodes.map((node) => node.target.join(" ")).slice(0, 5),
  })))
"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

CUT_OFF = """
() => [...document.querySelectorAll(".table-region")]
  .filter((region) => region.scrollWidth > region.clientWidth + 1)
  .map((region) => region.getAttribute("aria-label"))
"""


async def violations(page: Page, axe: str) -> list[dict[str, Any]]:
    """The rules of accessibility that a page breaks."""
    await page.evaluate(axe)
    found: list[dict[str, Any]] = json.loads(json.dumps(await page.evaluate(SHOWN)))
    return found


async def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than the screen."""
    return bool(await page.evaluate(SIDEWAYS) > 0)


async def cut_off(page: Page) -> list[str]:
    """The tables that show less than they hold."""
    tables: list[str] = await page.evaluate(CUT_OFF)
    return tables


async def focused(page: Page) -> str:
    """What has the focus, by its id or its words."""
    named: str = await page.evaluate(
        "() => document.activeElement.id || document.activeElement.textContent.trim()"
    )
    return named
