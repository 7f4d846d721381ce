"""Who is on a thing of the work list: seen by the others at once, and never taken unseen."""

from uuid import UUID

import httpx

from tests.portal.live.streaming import watching
from tests.portal.operator.test_messages import text_of
from tests.portal.operator.test_work_list import a_request
from tests.portal.site import Site, form_in
from tests.portal.studio import Studio
from tests.speaking import Portal

TAKE = "/operator/take"


async def acts(client: httpx.AsyncClient, page: str, act: str, holder: str = "") -> str:
    """Press a button of a thing's page, which showed who holds it; answers what is shown then."""
    subject = page.rpartition("/")[2]
    form = form_in(await client.get(page))
    sent = {"form": form, "subject": subject, "holder": holder, "act": act}
    came_from = {"Referer": str(client.base_url.join(page))}
    return (await client.post(TAKE, data=sent, headers=came_from)).text


async def test_what_one_took_the_others_see_with_his_name(
    desk: httpx.AsyncClient, other: httpx.AsyncClient, people: Portal
) -> None:
    page = f"/operator/setups/{await a_request(people, 'Ida')}"

    free = await text_of(other, page)
    mine = await acts(desk, page, "take")
    theirs = await text_of(other, page)
    listed = await text_of(other, "/operator?kind=setup")

    assert "nobody yet" in free
    assert "Release" in mine
    assert "Oz <span" in theirs
    assert "Take over" in theirs
    assert 'Take over<span class="unseen"> Ida' in listed


async def test_of_two_who_take_at_once_the_second_is_told_so(
    desk: httpx.AsyncClient, other: httpx.AsyncClient, people: Portal
) -> None:
    page = f"/operator/setups/{await a_request(people, 'Jon')}"

    await acts(desk, page, "take")
    late = await acts(other, page, "take")

    assert "Oz is on it since" in late
    assert "Release" not in late


async def test_what_is_released_or_taken_over_changes_hands(
    desk: httpx.AsyncClient, other: httpx.AsyncClient, people: Portal, oz: UUID
) -> None:
    page = f"/operator/setups/{await a_request(people, 'Kim')}"

    await acts(desk, page, "take")
    taken_over = await acts(other, page, "take", holder=str(oz))
    too_late = await acts(desk, page, "release", holder=str(oz))
    pia = await an_operator_of(other)
    released = await acts(other, page, "release", holder=pia)

    assert "Pia <span" in taken_over
    assert "Pia is on it since" in too_late
    assert "nobody yet" in released


async def test_open_lists_are_told_at_once(
    desk: httpx.AsyncClient, portal: Site, people: Portal, oz: UUID
) -> None:
    page = f"/operator/setups/{await a_request(people, 'Lea')}"
    owner = f'id="owner-{page.rpartition("/")[2]}"'

    async with portal.client_of(oz) as client, watching(client, "owners") as stream:
        await acts(desk, page, "take")
        await stream.says(owner, "Oz")
        await acts(desk, page, "release", holder=str(oz))
        await stream.says(owner, "nobody yet")


async def test_nobody_else_takes_or_sees_who_did(portal: Site, studio: Studio) -> None:
    async with portal.client_of(studio.ana) as client:
        form = form_in(await client.get("/me/account"))
        taken = await client.post(TAKE, data={"form": form, "subject": str(studio.id)})
        seen = await client.get("/live", params={"topics": "owners"})

    assert (taken.status_code, seen.status_code) == (404, 404)


async def an_operator_of(client: httpx.AsyncClient) -> str:
    """The account of whoever is signed in, as his pages name it to the stream."""
    shown = await text_of(client, "/me")
    return shown.partition('data-topics="me:')[2][:36]
