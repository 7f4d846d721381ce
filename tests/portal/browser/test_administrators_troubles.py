"""What goes wrong while somebody runs an organization, in a real browser, told and mended there."""

import re
from uuid import UUID

import pytest
from playwright.async_api import expect

from deploy.native.stack import Stack
from shared.contracts.credit_access import EditQuota
from shared.contracts.money import parse_credits
from shared.contracts.transfers import AcceptTransfer, RequestTransfer
from tests.builders import LUMEN
from tests.portal.browser.conftest import OpenTab
from tests.portal.browser.larkspur import Larkspur, furnish
from tests.portal.browser.organization import Organization, is_late_for_a_seat
from tests.portal.site import Site
from tests.portal.studio import Studio, a_studio

pytestmark = [pytest.mark.verify, pytest.mark.timeout(900)]
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@pytest.fixture
async def larkspur(studio: Studio, portal_stack: Stack) -> Larkspur:
    return await furnish(studio, portal_stack)


@SCRIPTS
async def test_what_goes_wrong_costs_nothing_that_was_typed(
    tab: OpenTab, larkspur: Larkspur, portal: Site, *, scripts: bool
) -> None:
    studio = larkspur.studio
    async with tab(studio.ana, scripts=scripts) as page:
        at = Organization(page, studio.home)
        await sends_twice_goes_back_and_reloads(at)
        await meets_a_change_of_somebody_else(at, larkspur)
        await is_signed_out_meanwhile(at, larkspur, portal)
        await is_refused_a_fourth_seat(at, larkspur)
        fern = await a_studio(studio.people, studio.shop, name="Fern")
        await is_refused_a_member_who_owns_licenses(at, f"{fern.ana.hex}@larkspur.example")


async def sends_twice_goes_back_and_reloads(at: Organization) -> None:
    page = at.page
    await at.opens("/credits")
    await at.follows("Change", within=at.row("Dan"))
    await at.types("Quota in credits", "110")
    await page.get_by_role("button", name="Save access").dblclick()
    await at.was_told("Access of Dan changed")
    await page.reload()
    await at.was_told("Access of Dan changed")
    await page.go_back()
    await at.is_at("Access of Dan")
    await at.types("Quota in credits", "130")
    await at.presses("Save access")
    await expect(at.row("Dan")).to_contain_text("Quota 130.00")
    await at.opens("/audit?act=set_credit_access")
    for limit in ("100 → 110", "110 → 130"):
        await expect(page.locator("tr").filter(has_text=limit)).to_have_count(1)


async def meets_a_change_of_somebody_else(at: Organization, larkspur: Larkspur) -> None:
    await at.opens(f"/people/{larkspur.chloe}/access")
    await at.types("Quota in credits", "200")
    changed = EditQuota(account_id=larkspur.chloe, limit=parse_credits("75"))
    assert (await larkspur.studio.does(changed)).accepted
    await at.presses("Save access")

    panel = at.part("refusal")
    for words in ("You saw", "Quota 60.00", "Now", "Quota 75.00", "You want", "Quota 200.00"):
        await expect(panel).to_contain_text(words)
    await at.presses("Apply mine")
    await at.was_told("Access of Chloe changed")
    await expect(at.part("person_credits")).to_contain_text("200.00")


async def is_signed_out_meanwhile(at: Organization, larkspur: Larkspur, portal: Site) -> None:
    ana = larkspur.studio.ana
    await at.opens(f"/people/{larkspur.eva}/access")
    await at.types("Quota in credits", "310")
    await portal.pool.execute("DELETE FROM session WHERE account_id = $1", ana)
    await at.presses("Save access")
    await at.comes_back_in(portal, ana)

    await at.is_at("You are back")
    await at.reads("310")
    await at.presses("Send it now")
    await at.was_told("Access of Eva changed")


async def is_refused_a_fourth_seat(at: Organization, larkspur: Larkspur) -> None:
    await is_late_for_a_seat(at, larkspur)
    await at.is_refused("no_seat_available", f"All 3 seats of {LUMEN} are taken.", "You, as")
    await at.follows("See who holds", within=at.part("refusal"))
    await at.is_at(LUMEN)


async def is_refused_a_member_who_owns_licenses(at: Organization, owner: str) -> None:
    await at.opens("/people/new")
    await at.types("E-mail", owner)
    await at.ticks("Member")
    await at.presses("Add this person")
    await at.is_refused("member_has_personal_entitlements", owner)
    await expect(at.field("E-mail")).to_have_value(owner)


@SCRIPTS
async def test_an_open_page_of_the_former_administrator_learns_of_the_transfer(
    tab: OpenTab, larkspur: Larkspur, *, scripts: bool
) -> None:
    studio = larkspur.studio
    async with tab(studio.ana, scripts=scripts) as hers, tab(larkspur.ben, scripts=scripts) as his:
        at = Organization(hers, studio.home)
        await at.offers_to("Ben")
        await at.opens(f"/people/{larkspur.chloe}/access")
        await at.types("Quota in credits", "222")
        await his.goto("/me/account")
        await his.get_by_role("button", name="Accept").click()
        await expect(his.locator("#receipt")).to_be_visible()

        await at.presses("Save access")
        await at.is_refused("not_administrator", "Ben")
        await his.goto(studio.home)
        await expect(his.locator("h1")).to_contain_text(re.compile("Ben.s organization"))


async def test_a_live_page_tells_that_it_is_not_its_readers_any_more(
    tab: OpenTab, larkspur: Larkspur
) -> None:
    studio = larkspur.studio
    async with tab(studio.ana) as hers:
        at = Organization(hers, studio.home)
        await at.opens("/people")
        await expect(hers.locator("#as-of-words")).to_contain_text("Live")
        asked = await studio.does(RequestTransfer(to_account_id=larkspur.ben))
        transfer = UUID(str((asked.result or {})["transfer_id"]))
        assert (await studio.does(AcceptTransfer(transfer_id=transfer), by=larkspur.ben)).accepted

        told = "This page is not yours to see any more."
        await expect(hers.locator("#as-of-words")).to_contain_text(told)
