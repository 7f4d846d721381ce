"""Pictures of pages, left for people to look at: each in light, dark, on a phone and on paper."""

from dataclasses import dataclass
from typing import Literal

from playwright.async_api import Page

from tests.portal.browser.conftest import PICTURES, WIDE
from tests.portal.browser.looking import cut_off

PHONE = {"width": 360, "height": 780}


@dataclass(frozen=True)
class Look:
    """One way in which a page is seen."""

    name: str
    scheme: Literal["light", "dark"] = "light"
    media: Literal["screen", "print"] = "screen"
    is_phone: bool = False


LOOKS = (
    Look("light"),
    Look("dark", scheme="dark"),
    Look("360", is_phone=True),
    Look("print", media="print"),
)


async def take(page: Page, name: str) -> None:
    """Leave four pictures of the page as it is, by its name; the tab is then as it was before."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    for look in LOOKS:
        await page.set_viewport_size(PHONE if look.is_phone else WIDE)  # type: ignore[arg-type]  # a typed dictionary of theirs
        await page.emulate_media(color_scheme=look.scheme, media=look.media)
        assert look.is_phone or not await cut_off(page), name
        await page.screenshot(path=PICTURES / f"{name}-{look.name}.png", full_page=True)
    await page.emulate_media(color_scheme="light", media="screen")
    if before is not None:
        await page.set_viewport_size(before)
