"""A service is killed under open pages: what does not need it goes on, and all of it comes back."""

import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from os import kill

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from deploy.native.plan import Plan
from deploy.native.stack import Stack, owned_stack, temporary_home
from shared.contracts.licensing import AssignLicense
from shared.messaging.ask import asker
from shared.messaging.publisher import publisher
from shared.postgres.pool import open_pool
from tests.portal.site import COOKIE, Site
from tests.portal.studio import Studio, a_studio
from tests.speaking import Portal, Store
from tests.waiting import eventually

pytestmark = [pytest.mark.verify, pytest.mark.timeout(600)]
LEDGER, PORTAL = "credit_ledger-0", "portal"
# A page notices by itself after 25 seconds; it is back 15 seconds after the portal at the latest.
NOTICED, BACK = 60_000, 15_000
RESTARTED = 60_000


@pytest.fixture(scope="module")
def mortal() -> Iterator[Stack]:
    """A stack of this module's own: what is killed here would be missed by other tests."""
    plan = Plan(ephemeral=True, owned=True, demo=True, workers=1)
    with owned_stack(temporary_home(), plan, lambda _line: None) as stack:
        yield stack


@pytest.fixture
async def site(mortal: Stack) -> AsyncIterator[Site]:
    async with await open_pool(mortal.database_urls["portal"]) as pool:
        yield Site(mortal, pool, mortal.portal_url)


@pytest.fixture
async def house(mortal: Stack) -> AsyncIterator[Studio]:
    """A studio with 500 credits, whose Administrator is at her overview."""
    async with (
        asker(mortal.amqp_urls["coffer_portal"]) as asks,
        publisher(mortal.amqp_urls["store"]) as speaks,
    ):
        studio = await a_studio(Portal(asks), Store(speaks))
        await studio.buys("500")
        yield studio


@pytest.fixture
async def hers(browser: Browser, site: Site, house: Studio) -> AsyncIterator[Page]:
    """Ana's tab, at her overview, live."""
    context = await browser.new_context(base_url=site.url)
    cookie = {"name": COOKIE, "value": await site.session_of(house.ana), "url": site.url}
    await context.add_cookies([cookie])  # type: ignore[list-item]  # a typed dictionary of theirs
    page = await context.new_page()
    await page.goto(house.home)
    await expect(page.locator("#as-of-words")).to_contain_text("Live")
    await expect(page.locator("#pool .figure")).to_contain_text("500.00", timeout=RESTARTED)
    yield page
    await context.close()


@contextmanager
def down(stack: Stack, child: str) -> Iterator[None]:
    """A child that was killed, and that nobody starts again for the length of the block."""
    supervisor = stack.supervisor
    assert supervisor is not None
    kill(supervisor, signal.SIGSTOP)
    try:
        kill(stack.current_pid(child), signal.SIGKILL)
        yield
    finally:
        kill(supervisor, signal.SIGCONT)


async def test_without_the_ledger_seats_change_and_credits_say_since_when(
    mortal: Stack, house: Studio, hers: Page
) -> None:
    chloe = await house.joined_by("MEMBER")
    await expect(hers.locator("#seats")).to_contain_text("1 of 3 used", timeout=RESTARTED)
    with down(mortal, LEDGER):
        await expect(hers.locator("#pool")).to_contain_text("As of", timeout=NOTICED)
        await expect(hers.locator("#pool .figure")).to_contain_text("500.00")
        seat = AssignLicense(account_id=chloe, product="Lumen for Max")
        assert (await house.does(seat)).accepted
        await expect(hers.locator("#seats")).to_contain_text("2 of 3 used", timeout=NOTICED)
        await hers.goto(f"{house.home}/licenses")
        await expect(hers.locator("main")).to_contain_text("2 of 3")
        await hers.goto("/me")
        await expect(hers.locator("main")).to_contain_text("Credits cannot be shown now")
        await expect(hers.locator("#seats")).not_to_contain_text("cannot be shown")
    await expect(hers.locator("#spendable .figure")).to_contain_text("500.00", timeout=RESTARTED)


async def test_without_the_portal_pages_say_so_and_come_back_by_themselves(
    mortal: Stack, site: Site, house: Studio, hers: Page
) -> None:
    told = hers.locator("#as-of-words")
    with down(mortal, PORTAL):
        await expect(told).to_contain_text("Reconnecting. Numbers are as of", timeout=NOTICED)
        await expect(hers.locator("#pool .figure")).to_contain_text("500.00")
        await house.buys("70")
    await eventually(lambda: is_up(site), bool, wait_seconds=RESTARTED / 1000)

    await expect(told).to_contain_text("Live", timeout=BACK)
    await expect(hers.locator("#pool .figure")).to_contain_text("570.00", timeout=BACK)


async def is_up(site: Site) -> bool:
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(f"{site.url}/healthz")).is_success
        except httpx.HTTPError:
            return False
