"""Whoever watches the machines, with scripts and without: comes late and still sees all."""

from uuid import UUID

import pytest
from playwright.async_api import expect

from shared.contracts.credits import AuthorizeHold
from tests.portal.browser.conftest import OpenTab
from tests.portal.browser.hands import PATIENCE, at_home
from tests.portal.browser.staff_pages import OpsScreen
from tests.portal.operator.conftest import an_operator
from tests.portal.studio import Studio
from tests.speaking import Portal

pytestmark = [pytest.mark.verify, pytest.mark.timeout(300)]
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])


@pytest.fixture
async def quin(people: Portal) -> UUID:
    return await an_operator(people, name="Quin")


@BOTH
async def test_what_happened_before_is_there_and_what_happens_is_told(
    tab: OpenTab, studio: Studio, quin: UUID, *, scripts: bool
) -> None:
    await studio.buys("77.125")
    async with at_home(tab, quin, OpsScreen, scripts=scripts) as screen:
        await screen.finds_it_anew("Stream position", "amount 77.125", scripts=scripts)

        await studio.does(AuthorizeHold(amount=900_000_000))
        await screen.finds_it_anew("pool_insufficient", scripts=scripts)
        await screen.finds_it_anew("Ledger", "answers in", "ledger.shards", scripts=scripts)
        assert screen.clicks == 0


async def test_a_pause_holds_the_feed_still_for_reading(
    tab: OpenTab, studio: Studio, quin: UUID
) -> None:
    async with at_home(tab, quin, OpsScreen) as screen:
        await expect(screen.page.locator("#as-of-words")).to_contain_text("Live", timeout=PATIENCE)
        await screen.presses("Pause updates")
        await expect(screen.page.locator("#as-of-words")).to_contain_text("Paused")

        await studio.buys("88.375")
        await expect(screen.page.locator("#feed")).not_to_contain_text("88.375")
        await screen.presses("Resume updates")
        await screen.reads("amount 88.375")


@BOTH
async def test_a_code_leads_to_its_meaning_and_other_pages_are_not_his(
    tab: OpenTab, studio: Studio, quin: UUID, *, scripts: bool
) -> None:
    await studio.does(AuthorizeHold(amount=900_000_000))
    async with at_home(tab, quin, OpsScreen, scripts=scripts) as screen:
        await screen.finds_it_anew("pool_insufficient", scripts=scripts)
        if scripts:
            await screen.presses("Pause updates")
        await screen.follows("pool_insufficient")
        await screen.reads("Who can change this")
        for page_of_others in ("/operator", "/operator/messages", studio.home):
            await screen.opens(page_of_others)
            await screen.reads("There is no page at this address, or it is not open to you.")
