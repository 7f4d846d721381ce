"""Somebody without an organization, with scripts and without: asks for one, buys, tries."""

from uuid import UUID

import pytest
from playwright.async_api import expect

from shared.contracts.trials import SetOffer
from shared.messaging.ask import asker
from tests.builders import an_account, an_id
from tests.portal.browser.conftest import OpenTab
from tests.portal.browser.hands import at_home
from tests.portal.browser.own_pages import OwnPages
from tests.portal.browser.test_journey_guest import buys_own
from tests.portal.operator.conftest import an_operator
from tests.portal.site import Site
from tests.portal.studio import Studio
from tests.speaking import Portal

pytestmark = [pytest.mark.verify, pytest.mark.timeout(300)]
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])


@pytest.fixture
async def mona(people: Portal) -> UUID:
    data = an_account(name="Mona")
    assert (await people.ask(data, by=data.account_id)).accepted
    return data.account_id


@BOTH
async def test_an_organization_is_asked_for_in_two_clicks_and_once(
    tab: OpenTab, mona: UUID, *, scripts: bool
) -> None:
    async with at_home(tab, mona, OwnPages, scripts=scripts) as hers:
        await hers.turns_to("Account")
        await hers.presses("Request set-up", times=2)

        await hers.reads("Set-up requested", "Your request for an organization waits")
        assert hers.clicks == 2
        await hers.page.reload()
        await hers.reads("Your request for an organization waits")


@BOTH
async def test_a_wrong_number_is_refused_with_what_was_typed(
    tab: OpenTab, mona: UUID, *, scripts: bool
) -> None:
    async with at_home(tab, mona, OwnPages, scripts=scripts) as hers:
        await hers.turns_to("Account")
        await hers.types("Customer number", "CN-1")
        await hers.presses("Request set-up")

        await hers.is_refused("customer_number_mismatch")
        await expect(hers.page.get_by_label("Customer number")).to_have_value("CN-1")


@BOTH
async def test_credits_that_were_bought_can_be_spent_at_once(
    tab: OpenTab, studio: Studio, mona: UUID, *, scripts: bool
) -> None:
    async with at_home(tab, mona, OwnPages, scripts=scripts) as hers:
        await hers.reads("You have no credits of your own.", "Buy one, or try a trial.")
        buy = hers.page.get_by_role("main").get_by_role("link", name="Buy credits")
        await expect(buy).to_have_attribute("href", "/help#store")

        await buys_own(studio, mona, "40")

        await hers.finds_it_anew("40.00 can be spent now", scripts=scripts)


@BOTH
async def test_a_trial_is_applied_for_once_and_stays_listed(
    tab: OpenTab, portal: Site, people: Portal, mona: UUID, *, scripts: bool
) -> None:
    product = f"Tide {an_id().hex[-6:]}"
    await an_offer(portal, await an_operator(people), product)
    async with at_home(tab, mona, OwnPages, scripts=scripts) as hers:
        await hers.turns_to("Trials")
        await hers.presses(f"Apply for {product}", times=2)

        await hers.reads(f"Applied for {product}")
        await hers.finds_it_anew("Yours now", f"{product}, trial", scripts=False)
        await hers.reads("You had this one")
        apply = hers.page.get_by_role("button", name=f"Apply for {product}")
        await expect(apply).to_have_count(0)


async def an_offer(portal: Site, oz: UUID, product: str) -> None:
    """An operator offers a trial of a product."""
    offer = SetOffer(offer=f"trial of {product}", product=product, kind="TRIAL", days=30)
    async with asker(portal.stack.amqp_urls["operator"]) as asks:
        assert (await Portal(asks).ask(offer, by=oz)).accepted
