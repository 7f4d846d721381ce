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
# What has the focus, whether it is the wanted element or of its group, and whether it is in sight.
FOCUS = """
(wanted) => {
  const active = document.activeElement;
  const is_page = active === document.body || active === document.documentElement;
  if (!active || is_page) return { name: "", is_there: false, is_seen: true };
  const box = active.getBoundingClientRect();
  const above = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const is_covered = !above || !(active.contains(above) || above.contains(active));
  const is_outlined = getComputedStyle(active).outlineStyle !== "none";
  const fits = box.height <= innerHeight;
  const is_inside = !fits || (box.bottom <= innerHeight + 1 && box.top >= -1);
  const is_group = wanted && active.type === "radio" && active.name === wanted.name;
  return {
    name: active.textContent.trim() || active.name || active.tagName,
    is_there: active === wanted || is_group,
    is_seen: active.id === "main" || (is_outlined && is_inside && !is_covered),
  };
}
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
