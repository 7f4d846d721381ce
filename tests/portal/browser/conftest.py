"""Chromium, and tabs in which somebody is signed in; whatever the console complains of fails."""

import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from tests.portal import npm
from tests.portal.site import COOKIE, Site
from tests.waiting import WAIT_SECONDS

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
NARROW, WIDE = {"width": 320, "height": 800}, {"width": 1280, "height": 900}
PICTURES = Path("htmlcov", "portal")
# What a page that is not there, or not open, answers is no complaint.
EXPECTED = "the server responded with a status of"

OpenTab = Callable[..., AbstractAsyncContextManager[Page]]


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.fail("no Chromium: apt-get install --no-install-recommends chromium")
    # As long as elsewhere in these tests, for a busy machine.
    expect.set_options(timeout=WAIT_SECONDS * 1000)
    async with async_playwright() as playwright:
        # As root there is no sandbox to have; pages are ours.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = await playwright.chromium.launch(executable_path=found, args=arguments)
        yield chromium
        await chromium.close()


@pytest.fixture(scope="package")
async def tab(browser: Browser, portal: Site) -> OpenTab:
    """Opens a tab for an account, or for nobody."""

    @asynccontextmanager
    async def opened(
        account: UUID | None = None,
        *,
        narrow: bool = False,
        dark: bool = False,
        scripts: bool = True,
    ) -> AsyncIterator[Page]:
        context = await browser.new_context(
            base_url=portal.url,
            viewport=NARROW if narrow else WIDE,  # type: ignore[arg-type]  # a typed dictionary of theirs
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        if account is not None:
            token = await portal.session_of(account)
            await context.add_cookies([{"name": COOKIE, "value": token, "url": portal.url}])
        page = await context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.extend(_complaint(said)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        await context.close()
        assert complaints == []

    return opened


@pytest.fixture(scope="package")
def axe() -> str:
    """The rules of accessibility, as a script to be put into a page."""
    return (npm.fetched() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where pictures of pages are left."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES


def _complaint(said: ConsoleMessage) -> list[str]:
    is_expected = said.type not in {"error", "warning"} or EXPECTED in said.text
    return [] if is_expected else [said.text]
