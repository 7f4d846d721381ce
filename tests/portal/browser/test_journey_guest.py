"""A Guest, with scripts and without: which of two wallets pays, and what opens the other one."""

from uuid import UUID

import pytest
from playwright.async_api import expect

from shared.contracts.credits import SetCreditAccess
from shared.contracts.money import parse_credits
from tests.builders import a_credit_line, a_purchase
from tests.portal.browser.conftest import OpenTab
from tests.portal.browser.hands import at_home
from tests.portal.browser.own_pages import OwnPages
from tests.portal.studio import Studio

pytestmark = [pytest.mark.verify, pytest.mark.timeout(300)]
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])


@BOTH
async def test_own_credits_pay_first_and_the_pool_says_what_opens_it(
    tab: OpenTab, studio: Studio, *, scripts: bool
) -> None:
    dora = await studio.joined_by("GUEST", name="Dora")
    await studio.buys("500")
    await buys_own(studio, dora, "40")
    async with at_home(tab, dora, OwnPages, scripts=scripts) as hers:
        await hers.finds_it_anew("40.00", scripts=scripts)
        await hers.draws_on("own")
        await hers.may_spend("40.00", of="own")
        await hers.may_spend("0.00", why="Opens when your own 40.00 are used up or expire")
        await hers.reads("and Ana turns it on")
        assert hers.clicks == 0
        buy = hers.page.get_by_role("main").get_by_role("link", name="Buy credits")
        await expect(buy).to_have_attribute("href", "/help#store")


@BOTH
async def test_the_pool_pays_while_it_is_open_and_asking_for_more_takes_two_clicks(
    tab: OpenTab, studio: Studio, *, scripts: bool
) -> None:
    dora = await a_guest_on_the_pool(studio)
    async with at_home(tab, dora, OwnPages, scripts=scripts) as hers:
        await hers.draws_on("pool")
        await hers.may_spend("100.00", why="limited by quota")
        await hers.may_spend("0.00", of="own", why="s pool is open to you.")

        await hers.asks_for("150", "The shots of reel 3.", times=2)

        await hers.reads("Request sent", "Waits for an answer")
        await hers.has_asked("Quota 150.00")
        assert hers.clicks == 2


@BOTH
async def test_what_a_guest_buys_meanwhile_waits_with_its_clock_stopped(
    tab: OpenTab, studio: Studio, *, scripts: bool
) -> None:
    dora = await a_guest_on_the_pool(studio)
    await buys_own(studio, dora, "40")
    async with at_home(tab, dora, OwnPages, scripts=scripts) as hers:
        await hers.finds_it_anew("40.00 wait", scripts=scripts)
        await hers.draws_on("pool")
        await hers.may_spend("0.00", of="own", why="their clock is stopped")


@BOTH
async def test_whoever_gives_up_the_pool_spends_credits_of_his_own_again(
    tab: OpenTab, studio: Studio, *, scripts: bool
) -> None:
    dora = await a_guest_on_the_pool(studio)
    async with at_home(tab, dora, OwnPages, scripts=scripts) as hers:
        await hers.turns_to("My credits")
        await hers.follows("Give up access to the pool")
        await hers.reads("New jobs of yours draw on the pool no more.")
        await hers.presses("Give up access", times=2)

        await hers.reads("You gave up access to the pool")
        await hers.finds_it_anew("Ana has not turned it on for you", scripts=scripts)
        await hers.draws_on("own")
        await hers.page.go_back()
        await hers.reads("New jobs of yours draw on the pool no more.")


async def a_guest_on_the_pool(studio: Studio) -> UUID:
    """Dora, a Guest with a quota of 100 of a pool of 500 and nothing of her own."""
    dora = await studio.joined_by("GUEST", name="Dora")
    await studio.buys("500")
    access = SetCreditAccess(account_id=dora, mode="quota", limit=100_000_000)
    assert (await studio.does(access)).accepted
    return dora


async def buys_own(studio: Studio, account: UUID, credits: str) -> None:
    """Somebody pays for credits of his own; the page shows when they are there."""
    line = a_credit_line(credits=parse_credits(credits))
    await studio.shop.says(a_purchase(account_id=account, lines=(line,)))
