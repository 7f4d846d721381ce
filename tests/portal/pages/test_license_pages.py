"""Seats by product: given, moved, taken back, floating; refusals where they happen."""

from urllib.parse import quote

import pytest

from tests.builders import LUMEN
from tests.portal.pages.reading import main_of
from tests.portal.site import Site, sends
from tests.portal.studio import Studio, a_studio


async def test_R17_R19_a_seat_is_given_and_moved_where_it_is_shown(
    portal: Site, studio: Studio
) -> None:
    ben = await studio.joined_by("MEMBER", name="Ben")
    eva = await studio.joined_by("GUEST", name="Eva")
    page = f"{studio.home}/licenses/{quote(LUMEN)}"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        empty = await sends(client, page, {"person": ""}, to=f"{page}/assign")
        given = await sends(client, page, {"person": str(ben)}, to=f"{page}/assign")
        moved = await sends(client, page, {"from": str(ben), "person": str(eva)}, to=f"{page}/move")
        floats = await sends(client, page, {"everyone": "yes"}, to=f"{page}/floating")

    assert empty.status_code == 422
    assert f"Ben has a seat of {LUMEN}" in main_of(given)
    assert f"The seat of {LUMEN} moved from Ben to Eva" in main_of(moved)
    assert "Everyone in the organization may check a free seat out" in main_of(floats)


async def test_R17_a_full_product_says_who_can_change_that(portal: Site, studio: Studio) -> None:
    small = await a_studio(studio.people, studio.shop, seats=1)
    ben = await small.joined_by("MEMBER", name="Ben")
    page = f"{small.home}/licenses/{quote(LUMEN)}"

    async with portal.client_of(small.ana, follow_redirects=True) as client:
        refused = await sends(client, page, {"person": str(ben)}, to=f"{page}/assign")
        overview = await client.get(f"{small.home}/licenses")

    assert refused.status_code == 409
    assert f"Seat not assigned: all seats of {LUMEN} are taken" in main_of(refused)
    assert "Who can change this: You, as the Administrator" in main_of(refused)
    assert "<title>Refused: " in refused.text
    assert "No free seat" in main_of(overview)


@pytest.mark.verify
async def test_a_product_that_nobody_has_is_not_found(portal: Site, studio: Studio) -> None:
    async with portal.client_of(studio.ana) as client:
        page = await client.get(f"{studio.home}/licenses/Nothing")

    assert page.status_code == 404
