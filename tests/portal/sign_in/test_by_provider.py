"""Coming in by way of a real identity provider (npm `oidc-provider`)."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from services.portal.sign_in.provider import CALLBACK
from shared.contracts.membership import AddMember
from tests.builders import an_id
from tests.portal.site import Site
from tests.portal.studio import Studio

pytestmark = [pytest.mark.verify, pytest.mark.timeout(300)]
ACCOUNT = "/me/account"


async def test_somebody_new_comes_in_with_an_account_of_his_own(guarded: Site) -> None:
    mona = a_subject()

    async with guarded.nobody(follow_redirects=True) as browser:
        page = await comes_in(browser, mona)

    assert page.url.path == ACCOUNT
    assert f"{mona}@larkspur.example" in page.text
    assert re.search(r"CN-\d+", page.text)


async def test_the_same_person_is_the_same_account_also_under_another_address(
    guarded: Site, provider: str
) -> None:
    mona = a_subject()

    numbers, emails = [], []
    for address in (f"{mona}@larkspur.example", f"{mona}@fern.example"):
        await moves(provider, mona, address)
        async with guarded.nobody(follow_redirects=True) as browser:
            page = await comes_in(browser, mona)
        numbers += re.findall(r"CN-\d+", page.text)[:1]
        emails += re.findall(rf"{mona}@\w+\.example", page.text)[:1]

    assert numbers[0] == numbers[1]
    assert emails == [f"{mona}@larkspur.example", f"{mona}@fern.example"]


async def test_an_invitation_is_linked_by_the_verified_address(
    guarded: Site, studio: Studio
) -> None:
    mona = a_subject()
    added = await studio.does(AddMember(email=f"{mona}@larkspur.example", role="GUEST"))
    assert added.accepted

    async with guarded.nobody(follow_redirects=True) as browser:
        page = await comes_in(browser, mona)

    assert "You are a Guest of" in page.text


async def test_an_address_that_is_not_verified_opens_nothing(guarded: Site, provider: str) -> None:
    mona = a_subject()
    await moves(provider, mona, f"unverified-{mona}@larkspur.example")

    async with guarded.nobody(follow_redirects=True) as browser:
        page = await comes_in(browser, mona)

    assert page.status_code == 403
    assert "not verified yet" in page.text


async def test_a_journey_ends_once_and_in_the_browser_where_it_began(guarded: Site) -> None:
    async with guarded.nobody() as browser, guarded.nobody() as another:
        code = await brings_back(browser, a_subject())
        stolen = await another.get(code)
        first = await browser.get(code)
        second = await browser.get(code)

    assert stolen.status_code == 400
    assert first.status_code == 303
    assert second.status_code == 400


async def test_a_journey_may_end_at_another_portal_than_where_it_began(
    guarded: Site, started_later: Site
) -> None:
    async with guarded.nobody() as browser:
        code = await brings_back(browser, a_subject())
        came = await browser.get(code.replace(guarded.url, started_later.url))

    assert "iss=" in code
    assert (came.status_code, came.headers.get("location")) == (303, ACCOUNT)


async def test_a_code_of_another_provider_is_turned_away(guarded: Site) -> None:
    async with guarded.nobody() as browser:
        code = await brings_back(browser, a_subject())
        mixed_up = re.sub(r"iss=[^&]+", "iss=http%3A%2F%2Fevil.example", code)
        answer = await browser.get(mixed_up)

    assert "iss=" in code
    assert answer.status_code == 400


async def test_the_way_back_leads_to_no_other_site(guarded: Site) -> None:
    async with guarded.nobody() as browser:
        code = await brings_back(browser, a_subject(), next="//evil.example/")
        answer = await browser.get(code)

    assert answer.headers["location"] == "/"


async def test_signing_out_offers_to_sign_out_of_the_provider_too(guarded: Site) -> None:
    async with guarded.nobody() as browser:
        door = await browser.get("/sign-in?out=1")
        leads = await browser.get("/sign-in/provider/out")

    assert "/sign-in/provider/out" in door.text
    assert "/session/end?" in leads.headers["location"]
    assert parse_qs(urlsplit(leads.headers["location"]).query)["client_id"] == ["coffer"]


async def test_where_there_is_a_provider_the_storys_people_have_no_door(guarded: Site) -> None:
    async with guarded.nobody() as browser:
        door = await browser.get("/sign-in")
        tried = await browser.post("/sign-in/persona", data={"persona": "Oz"})

    assert "People of the demonstration" not in door.text
    assert tried.status_code == 404


async def comes_in(browser: httpx.AsyncClient, login: str) -> httpx.Response:
    """Sign in from the portal's door on, and open the Account page."""
    page = await browser.get(f"/sign-in/provider?next={ACCOUNT}")
    return await answers_the_provider(browser, page, login)


async def brings_back(browser: httpx.AsyncClient, login: str, *, next: str = ACCOUNT) -> str:  # noqa: A002  # as in the address
    """Sign in with the provider, and stop before the portal is told."""
    page = await browser.get("/sign-in/provider", params={"next": next})
    while True:
        while page.is_redirect:
            address = str(page.url.join(page.headers["location"]))
            if urlsplit(address).path == CALLBACK:
                return address
            page = await browser.get(address)
        page = await _answered(browser, page, login)


async def answers_the_provider(
    browser: httpx.AsyncClient, page: httpx.Response, login: str
) -> httpx.Response:
    """Type a name and agree, until the provider sends the browser back."""
    while "/interaction/" in str(page.url):
        page = await _answered(browser, page, login)
    return page


async def _answered(browser: httpx.AsyncClient, page: httpx.Response, login: str) -> httpx.Response:
    prompt = re.search(r'name="prompt" value="(\w+)"', page.text)
    assert prompt, page.text
    fields = {"prompt": prompt[1], "login": login, "password": "anything"}
    origin = {"Origin": f"{page.url.scheme}://{page.url.netloc.decode()}"}
    return await browser.post(page.url, data=fields, headers=origin)


async def moves(provider: str, subject: str, address: str) -> None:
    """Somebody has another address with the provider from now on."""
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{provider}/moves/{subject}/{address}")).text == "moved"


def a_subject() -> str:
    return f"mona{an_id().hex[-8:]}"
