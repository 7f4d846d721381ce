"""Every page of people and staff, in every look: pictures to look at, and no rule broken."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import pytest
from playwright.async_api import Page

from shared.contracts.credit_access import RequestCredits
from shared.contracts.credits import AuthorizeHold, SetCreditAccess
from shared.contracts.licensing import AssignLicense
from tests.builders import an_account
from tests.portal.browser.conftest import PICTURES, OpenTab
from tests.portal.browser.looking import scrolls_sideways, violations
from tests.portal.browser.pictures import take
from tests.portal.browser.test_journey_alone import an_offer
from tests.portal.browser.test_journey_guest import a_guest_on_the_pool, buys_own
from tests.portal.browser.test_journey_member import a_member
from tests.portal.browser.test_journey_operator import a_lost_order, email_of
from tests.portal.operator.conftest import an_operator
from tests.portal.operator.test_work_list import a_request
from tests.portal.site import Site
from tests.portal.studio import Studio
from tests.speaking import Portal

pytestmark = [pytest.mark.verify, pytest.mark.timeout(600)]
TWICE = "() => { document.documentElement.style.fontSize = '200%'; }"
ONCE = "() => { document.documentElement.style.fontSize = ''; }"
OF_NOBODY = {
    "sign-in": "/sign-in",
    "signed-out": "/sign-in?out=1",
    "help": "/help",
    "help-roles": "/help/roles",
    "help-refusal": "/help/refusals/quota_exceeded",
    "not-found": "/nowhere",
}
OF_A_MEMBER = {
    "member": "/me",
    "member-credits": "/me/credits",
    "member-requests": "/me/requests",
    "member-request-new": "/me/requests/new?short=90",
    "member-usage": "/me/usage",
    "member-trials": "/me/trials",
    "member-account": "/me/account",
    "member-tokens": "/me/account/tokens",
    "member-token-new": "/me/account/tokens/new",
    "member-leave": "/me/account/leave",
    "member-unknown-form": "/commands/none",
}
OF_A_GUEST = {
    "guest": "/me",
    "guest-credits": "/me/credits",
    "guest-give-up": "/me/credits/give-up",
}
OF_ONE_ALONE = {"alone": "/me", "alone-credits": "/me/credits", "alone-account": "/me/account"}


@dataclass(frozen=True)
class Album:
    """Pages to look at, by the names of their pictures."""

    axe: str

    async def goes_through(self, page: Page, pages: Mapping[str, str]) -> None:
        """Look at each page: leave its pictures, and fail with what is wrong with any of them."""
        # What moves is held still, or no picture of it is ever finished.
        await page.context.add_cookies([{"name": "paused", "value": "yes", "url": self.of(page)}])
        wrong = {}
        for name, path in pages.items():
            await page.goto(path)
            await take(page, name)
            wrong[name] = await self.looked_at(page, name)
        assert {name: found for name, found in wrong.items() if found} == {}

    async def looked_at(self, page: Page, name: str) -> list[object]:
        found: list[object] = [*await violations(page, self.axe)]
        await page.emulate_media(color_scheme="dark")
        found += await violations(page, self.axe)
        await page.emulate_media(color_scheme="light", forced_colors="active")
        await page.screenshot(path=PICTURES / f"{name}-forced.png", full_page=True)
        await page.emulate_media(forced_colors="none")
        before = page.viewport_size
        await page.set_viewport_size({"width": 320, "height": 800})
        found += ["sideways at 320 px"] * await scrolls_sideways(page)
        assert before is not None
        await page.set_viewport_size(before)
        await page.evaluate(TWICE)
        found += ["sideways with twice as large text"] * await scrolls_sideways(page)
        await page.evaluate(ONCE)
        return found

    def of(self, page: Page) -> str:
        return page.url.partition("?")[0]


@pytest.fixture
def album(axe: str) -> Album:
    return Album(axe)


async def test_pages_for_nobody_in_particular(tab: OpenTab, album: Album) -> None:
    async with tab() as page:
        await page.goto("/sign-in")
        await album.goes_through(page, OF_NOBODY)


async def test_pages_of_a_member(
    tab: OpenTab, album: Album, studio: Studio, portal: Site, people: Portal
) -> None:
    await an_offer(portal, await an_operator(people), "Tide")
    eva = await a_member(studio)
    await studio.does(AssignLicense(account_id=eva, product="Lumen for Max"))
    await studio.does(AuthorizeHold(amount=12_000_000), by=eva)
    await studio.does(RequestCredits(mode="quota", limit=150_000_000, reason="Reel 3."), by=eva)
    async with tab(eva) as page:
        await page.goto("/me")
        await album.goes_through(page, OF_A_MEMBER)


async def test_pages_of_a_guest(tab: OpenTab, album: Album, studio: Studio) -> None:
    dora = await a_guest_on_the_pool(studio)
    await buys_own(studio, dora, "40")
    async with tab(dora) as page:
        await page.goto("/me")
        await album.goes_through(page, OF_A_GUEST)


async def test_pages_of_somebody_without_an_organization(
    tab: OpenTab, album: Album, studio: Studio, people: Portal
) -> None:
    data = an_account(name="Mona")
    assert (await people.ask(data, by=data.account_id)).accepted
    await buys_own(studio, data.account_id, "40")
    async with tab(data.account_id) as page:
        await page.goto("/me")
        await album.goes_through(page, OF_ONE_ALONE)


async def test_pages_of_the_staff(
    tab: OpenTab, album: Album, studio: Studio, portal: Site, people: Portal
) -> None:
    await studio.buys("120")
    setup = await a_request(people, "Fay")
    email = await email_of(people, studio.ana)
    await a_lost_order(portal, studio, "70", "amount is not a number")
    async with tab(await an_operator(people)) as page:
        await page.goto("/operator")
        letter = page.get_by_role("link", name="store.order.paid").first
        message = str(await letter.get_attribute("href"))
        await album.goes_through(
            page,
            {
                "operator": "/operator",
                "operator-setup": f"/operator/setups/{setup}",
                "operator-organizations": "/operator/organizations",
                "operator-found": f"/operator/organizations?search={email}",
                "operator-wallet": f"/operator/wallets/{studio.id}",
                "operator-adjust": f"/operator/wallets/{studio.id}/adjust",
                "operator-refund": f"/operator/wallets/{studio.id}/refunds/1",
                "operator-messages": "/operator/messages",
                "operator-message": message,
                "operator-reconcile": "/operator/reconcile",
                "operator-sees-an-organization": studio.home,
                "ops": "/ops",
            },
        )


async def test_a_change_of_access_moves_nothing_sideways(
    tab: OpenTab, axe: str, studio: Studio
) -> None:
    eva: UUID = await a_member(studio)
    async with tab(eva, narrow=True) as page:
        await page.goto("/me")
        await studio.does(SetCreditAccess(account_id=eva, mode="disabled"))
        await page.get_by_text("has not turned it on for you").first.wait_for()

        assert await violations(page, axe) == []
        assert not await scrolls_sideways(page)
