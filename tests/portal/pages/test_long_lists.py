"""Lists of more than a page: on and back by key, counted, filtered, and chosen as a whole."""

import asyncio
import re

import httpx
import pytest

from shared.contracts.credits import SetCreditAccess
from shared.contracts.membership import AddMember
from tests.builders import an_id
from tests.portal.pages.reading import links_of, main_of
from tests.portal.site import Site, form_in
from tests.portal.studio import Studio

PEOPLE = 57
CHOSEN = re.compile(r'name="people" value="([^"]+)"')


async def crowd(studio: Studio) -> list[str]:
    """So many are invited; by address, which is what they are called."""
    emails = [f"p{number:02}-{an_id().hex}@larkspur.example" for number in range(PEOPLE)]
    added = await asyncio.gather(
        *(studio.does(AddMember(email=email, role="MEMBER")) for email in emails)
    )
    assert all(verdict.accepted for verdict in added)
    return emails


def listed(page: httpx.Response) -> list[str]:
    """Whose rows a page has, in its order."""
    return CHOSEN.findall(page.text)


def beside(page: httpx.Response, way: str) -> str:
    """Where the page before or behind is."""
    [link] = [href for href in links_of(page) if f"{way}=" in href]
    return link


async def test_a_long_list_leads_on_and_back_and_says_which_rows_these_are(
    portal: Site, studio: Studio
) -> None:
    emails = await crowd(studio)

    async with portal.client_of(studio.ana) as client:
        first = await client.get(f"{studio.home}/people")
        second = await client.get(beside(first, "after"))
        back = await client.get(beside(second, "before"))

    assert listed(first) == emails[:49]  # the Administrator is the first row of all
    assert listed(second) == emails[49:]
    assert listed(back) == listed(first)
    assert "Rows 1\N{EN DASH}50 of 58" in main_of(first)
    assert "Rows 51\N{EN DASH}58 of 58" in main_of(second)
    assert "Previous page" not in main_of(first)
    assert "Next page" not in main_of(second)


async def test_a_page_before_the_first_rows_is_the_first_page(portal: Site, studio: Studio) -> None:
    await crowd(studio)

    async with portal.client_of(studio.ana) as client:
        first = await client.get(f"{studio.home}/people")
        above = await client.get(f"{studio.home}/people?before={studio.ana}")

    assert listed(above) == listed(first)


async def test_those_who_cannot_spend_are_found_page_by_page_whatever_keeps_them(
    portal: Site, studio: Studio
) -> None:
    ben = await studio.joined_by("MEMBER", name="Ben")
    await studio.does(SetCreditAccess(account_id=ben, mode="unlimited"))
    eva = await studio.joined_by("MEMBER", name="Eva")
    emails = await crowd(studio)
    await studio.buys("100")

    async with portal.client_of(studio.ana) as client:
        stuck = f"{studio.home}/people?access=stuck"
        first = await client.get(stuck)
        second = await client.get(beside(first, "after"))
        back = await client.get(beside(second, "before"))
        open_to = await client.get(f"{studio.home}/people?access=unlimited")

    found = [*listed(first), *listed(second)]
    assert sorted(found) == sorted([f"{eva.hex}@larkspur.example", *emails])
    assert len(found) == len(set(found))
    assert listed(back) == listed(first)
    assert listed(open_to) == [f"{ben.hex}@larkspur.example"]


@pytest.mark.verify
async def test_all_who_match_are_counted_again_before_anything_is_done(
    portal: Site, studio: Studio
) -> None:
    emails = await crowd(studio)
    wish = {"all": "yes", "state": "invited", "act": "access", "mode": "disabled"}

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        page = await client.get(f"{studio.home}/people?state=invited")
        chosen = await client.post(
            f"{studio.home}/bulk/selected", data={"form": form_in(page), **wish}
        )
        late = f"late-{an_id().hex}@larkspur.example"
        assert (await studio.does(AddMember(email=late, role="GUEST"))).accepted
        seen = {"form": form_in(chosen), "counted": str(PEOPLE), **wish}
        more = await client.post(f"{studio.home}/bulk/chosen", data=seen)
        seen = {"form": form_in(more), "counted": str(PEOPLE + 1), **wish}
        checked = await client.post(f"{studio.home}/bulk/chosen", data=seen)

    assert f"all {PEOPLE} who match" in main_of(page)
    assert f"For all {PEOPLE} who match now" in main_of(chosen)
    assert f"{PEOPLE + 1} people match now" in main_of(more)
    assert more.status_code == 422
    assert f"{PEOPLE + 1} people" in checked.text
    assert "/bulk/" in checked.url.path
    assert emails[0] in checked.text
