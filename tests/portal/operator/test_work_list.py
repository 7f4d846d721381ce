"""The work list and what is decided from it."""

import re
from uuid import UUID

import httpx
import pytest

from shared.contracts.accounts import ShowAccount
from shared.contracts.organizations import RenameOrganization, RequestSetup
from tests.builders import an_account
from tests.portal.site import Site, sends
from tests.portal.studio import Studio
from tests.speaking import Portal

PAGES = (
    "/operator",
    "/operator/messages",
    "/operator/reconcile",
    "/operator/organizations",
    "/ops",
)


async def a_request(people: Portal, name: str) -> str:
    """Somebody asks for an organization; answers the request's id."""
    data = an_account(name=name)
    assert (await people.ask(data, by=data.account_id)).accepted
    shown = await people.ask(ShowAccount(account_id=data.account_id), by=data.account_id)
    number = str((shown.result or {})["customer_number"])
    asked = RequestSetup(account_id=data.account_id, customer_number=number)
    verdict = await people.ask(asked, by=data.account_id)
    return str((verdict.result or {})["request_id"])


@pytest.mark.parametrize("page", PAGES)
async def test_each_page_of_the_staff_has_one_title_and_one_main_act(
    desk: httpx.AsyncClient, page: str
) -> None:
    shown = await desk.get(page)

    assert shown.status_code == 200
    assert len(re.findall("<h1>", shown.text)) == 1
    assert shown.text.count('class="button primary"') <= 1


@pytest.mark.parametrize("page", PAGES)
async def test_nobody_else_finds_the_pages_of_the_staff(
    portal: Site, studio: Studio, page: str
) -> None:
    async with portal.client_of(studio.ana) as client:
        shown = await client.get(page)

    assert shown.status_code == 404


async def test_R10_a_set_up_is_confirmed_in_two_clicks(
    desk: httpx.AsyncClient, people: Portal
) -> None:
    asked = await a_request(people, "Fay")
    listed = await desk.get("/operator?kind=setup")
    here = f"/operator/setups/{asked}"

    evidence = await desk.get(here)
    done = await sends(desk, here, {"decision": "confirm"})

    assert here in listed.text
    assert "Matches" in evidence.text
    assert "Set-up confirmed" in done.text
    assert "waits no more" in (await desk.get(here)).text


async def test_a_rejection_needs_a_reason_and_keeps_what_was_typed(
    desk: httpx.AsyncClient, people: Portal
) -> None:
    here = f"/operator/setups/{await a_request(people, 'Gus')}"

    empty = await sends(desk, here, {"decision": "reject", "reason": " "})
    done = await sends(desk, here, {"decision": "reject", "reason": "No such company."})

    assert empty.status_code == 422
    assert "Say why" in empty.text
    assert "Set-up rejected" in done.text


async def test_a_request_that_somebody_decided_meanwhile_is_told_so(
    desk: httpx.AsyncClient, people: Portal
) -> None:
    here = f"/operator/setups/{await a_request(people, 'Hal')}"

    await sends(desk, here, {"decision": "confirm"})
    again = await desk.get(here)

    assert "waits no more" in again.text


async def test_a_search_goes_along_to_other_pages_whatever_is_in_it(
    desk: httpx.AsyncClient, studio: Studio
) -> None:
    await studio.does(RenameOrganization(name="R&D #7"))

    page = await desk.get(
        "/operator/organizations", params={"search": "R&D #7", "after": str(UUID(int=0))}
    )

    assert 'href="/operator/organizations?search=R%26D+%237"' in page.text


async def test_anything_is_found_by_name_number_and_id(
    desk: httpx.AsyncClient, studio: Studio, people: Portal
) -> None:
    shown = await people.ask(ShowAccount(account_id=studio.ana), by=studio.ana)
    account = shown.result or {}

    for search in (account["email"], account["customer_number"], str(studio.id)):
        page = await desk.get("/operator/organizations", params={"search": str(search)})
        assert f"/o/{studio.id}" in page.text
    nothing = await desk.get("/operator/organizations", params={"search": "zzz-nobody"})
    assert "Nothing matches" in nothing.text
