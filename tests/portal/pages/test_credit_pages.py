"""The pool, requests for more, and what people see of their own."""

import pytest

from shared.contracts.credit_access import RequestCredits
from shared.contracts.credits import AuthorizeHold, SetCreditAccess
from shared.contracts.money import parse_credits
from shared.contracts.organizations import RenameOrganization
from tests.portal.pages.reading import links_of, main_of
from tests.portal.site import Site, sends
from tests.portal.studio import Studio, a_studio

S = "\N{RIGHT SINGLE QUOTATION MARK}s"


@pytest.mark.verify
async def test_R50_a_new_organization_is_told_its_first_steps(portal: Site, studio: Studio) -> None:
    async with portal.client_of(studio.ana) as client:
        page = await client.get(studio.home)

    assert "First steps" in main_of(page)
    assert "The pool is empty. Credits you buy arrive here." in main_of(page)
    assert f"{studio.home}/people/new" in links_of(page)


async def test_R50_R53_overview_and_credits_tell_the_same_of_the_pool(
    portal: Site, studio: Studio
) -> None:
    ben = await studio.joined_by("MEMBER", name="Ben")
    await studio.buys("500")
    assert (await studio.does(SetCreditAccess(account_id=ben, mode="unlimited"))).accepted
    held = AuthorizeHold(amount=parse_credits("380"), job="J3")
    assert (await studio.does(held, by=ben)).accepted

    async with portal.client_of(studio.ana) as client:
        overview, credits = (
            await client.get(studio.home),
            await client.get(f"{studio.home}/credits"),
        )

    for page in (overview, credits):
        assert "120.00 available of 500.00 in the pool" in main_of(page)
        assert "Spent 0.00 Held 380.00 (1 job) Available 120.00" in main_of(page)
    assert "Ben limited by pool" in main_of(overview)
    assert "J3" in main_of(credits)


async def test_a_request_is_answered_with_the_amount_as_edited(
    portal: Site, studio: Studio
) -> None:
    eva = await studio.joined_by("GUEST", name="Eva")
    await studio.buys("100")

    async with portal.client_of(eva, follow_redirects=True) as client:
        mine = await client.get("/me")
        asked = await sends(
            client,
            "/me/requests/new?short=30",
            {"mode": "quota", "limit": "60", "reason": "Frame 12 again"},
            to="/me/requests/new",
        )
        filled = await client.get("/me/requests/new?short=30")
    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        waiting = await client.get(f"{studio.home}/requests")
        request = next(one for one in waiting.text.split('id="request-')[1:]).partition('"')[0]
        here = f"{studio.home}/requests/{request}"
        silent = await sends(client, f"{studio.home}/requests", {"decision": "decline"}, to=here)
        approved = await sends(
            client, f"{studio.home}/requests", {"decision": "approve", "limit": "50"}, to=here
        )
    async with portal.client_of(eva) as client:
        after = await client.get("/me")

    assert "has not turned it on for you" in main_of(mine)
    assert "Waits for an answer" in main_of(asked)
    assert 'value="30"' in filled.text
    assert "Eva asks for a quota of 60.00" in main_of(waiting)
    assert silent.status_code == 422
    assert "Request of Eva approved" in main_of(approved)
    assert "Nothing waits for you." in main_of(approved)
    assert "50.00 can be spent now" in main_of(after)


@pytest.mark.verify
async def test_T5_a_guest_gives_up_the_pool_by_himself(portal: Site, studio: Studio) -> None:
    eva = await studio.joined_by("GUEST", name="Eva")
    assert (await studio.does(SetCreditAccess(account_id=eva, mode="unlimited"))).accepted

    async with portal.client_of(eva, follow_redirects=True) as client:
        before = await client.get("/me/credits")
        after = await sends(client, "/me/credits/give-up", {})

    assert "You draw on this one" in main_of(before)
    assert "You gave up access to the pool" in main_of(after)
    assert "has not turned it on for you" in main_of(after)


@pytest.mark.verify
async def test_a_person_sees_his_own_requests_alone(portal: Site, studio: Studio) -> None:
    eva = await studio.joined_by("GUEST", name="Eva")
    ben = await studio.joined_by("MEMBER", name="Ben")
    wish = RequestCredits(mode="unlimited", reason="Secret plans")
    assert (await studio.does(wish, by=ben)).accepted

    async with portal.client_of(eva) as client:
        page = await client.get("/me/requests")

    assert "You have not asked for anything." in main_of(page)
    assert "Secret plans" not in page.text


@pytest.mark.verify
async def test_R1_somebody_without_an_organization_sees_his_own_pages(
    portal: Site, studio: Studio
) -> None:
    alone = await studio.joined_by("GUEST", name="Lou")
    async with portal.client_of(alone, follow_redirects=True) as client:
        await sends(client, "/me/account/leave", {})
        pages = [await client.get(f"/me{page}") for page in ("", "/credits", "/usage", "/trials")]
        requests = await client.get("/me/requests")

    assert [page.status_code for page in pages] == [200] * 4
    assert "You have no credits of your own." in main_of(pages[0])
    assert requests.status_code == 404


@pytest.mark.verify
async def test_whoever_draws_on_a_pool_reads_whose_it_is_by_the_organizations_name(
    portal: Site, studio: Studio
) -> None:
    shop = await a_studio(studio.people, studio.shop, name="Ben")
    chloe = await shop.joined_by("MEMBER")

    async with portal.client_of(chloe) as client:
        unnamed = await client.get("/me")
        renamed = await shop.does(RenameOrganization(name="Fern Pictures"))
        named = await client.get("/me")
        refused = await client.get(f"{shop.home}/people")

    assert renamed.accepted
    assert f"Ben{S} organization{S} pool" in main_of(unnamed)
    assert f"Fern Pictures{S} pool" in main_of(named)
    assert f"Ben{S}" not in main_of(named)
    assert "Only Fern Pictures's Administrator" in main_of(refused)
