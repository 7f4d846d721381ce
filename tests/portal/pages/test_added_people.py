"""Adding one person with a seat and access: where it ends, and what is told of each part."""

from urllib.parse import quote

import pytest

from shared.contracts.licensing import AssignLicense
from tests.builders import LUMEN, an_id
from tests.portal.pages.reading import links_of, main_of
from tests.portal.site import Site, form_in, sends
from tests.portal.studio import Studio, a_studio


async def test_a_person_is_added_with_a_seat_and_a_quota_at_once(
    portal: Site, studio: Studio
) -> None:
    email = f"{an_id().hex}@larkspur.example"
    fields = {"email": email, "role": "MEMBER", "product": LUMEN, "mode": "quota", "limit": "120"}

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        form = form_in(await client.get(f"{studio.home}/people/new"))
        done = await sends(client, f"{studio.home}/people/new", fields, with_form=form)
        again = await sends(client, f"{studio.home}/people/new", fields, with_form=form)
        of_another = await client.get(
            f"{studio.home}/people/{studio.ana}?{done.url.query.decode()}"
        )
        listed = await client.get(f"{studio.home}/people?search={email}")

    assert f"<h1>{email}</h1>" in done.text
    assert f"added as Member, seat of {LUMEN} given, access to the pool given." in main_of(done)
    assert "Quota 120.00" in main_of(done)
    assert again.url == done.url
    assert "added=" in str(done.url)
    assert "added as Member" not in main_of(of_another)
    assert f"{LUMEN} Quota 120.00" in main_of(listed)
    assert f'<span class="under">{LUMEN}</span>' in listed.text  # for phones
    assert "Person (by name)" in main_of(listed)


@pytest.mark.verify
async def test_a_seat_that_cannot_be_given_is_told_on_the_page_of_who_was_added(
    portal: Site, studio: Studio
) -> None:
    shop = await a_studio(studio.people, studio.shop, name="Fern", seats=1)
    email = f"{an_id().hex}@larkspur.example"
    fields = {"email": email, "role": "MEMBER", "product": LUMEN, "mode": "quota", "limit": "120"}
    page = f"{shop.home}/people/new"

    async with portal.client_of(shop.ana, follow_redirects=True) as client:
        form = form_in(await client.get(page))
        await shop.does(AssignLicense(product=LUMEN, account_id=shop.ana))
        done = await sends(client, page, fields, with_form=form)
        person = await client.get(done.url.path)

    assert f"<h1>{email}</h1>" in done.text
    assert f"{email} added as Member, access to the pool given." in main_of(done)
    assert f"Seat not assigned: all seats of {LUMEN} are taken" in main_of(done)
    assert f"{shop.home}/licenses/{quote(LUMEN)}" in links_of(done)
    assert "Quota 120.00" in main_of(done)
    assert "not assigned" not in main_of(person)


@pytest.mark.verify
async def test_whoever_cannot_be_added_keeps_what_was_typed_also_as_a_guest(
    portal: Site, studio: Studio
) -> None:
    founder = await a_studio(studio.people, studio.shop, name="Dan")
    email = f"{founder.ana.hex}@larkspur.example"
    fields = {"email": email, "role": "MEMBER", "product": LUMEN, "mode": "quota", "limit": "7.5"}

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        refused = await sends(client, f"{studio.home}/people/new", fields)
        [as_guest] = [href for href in links_of(refused) if "role=GUEST" in href]
        guest = await client.get(as_guest)
        added = await sends(client, f"{studio.home}/people/new", {**fields, "role": "GUEST"})

    assert refused.status_code == 409
    assert f"{email} not added: a Member could not use what they own" in main_of(refused)
    for page in (refused, guest):
        assert f'value="{email}"' in page.text
        assert f'value="{LUMEN}" selected' in page.text
        assert 'value="quota" checked' in page.text
        assert 'value="7.5"' in page.text
    assert 'value="GUEST" checked' in guest.text
    assert f"seat of {LUMEN} given" in main_of(added)


@pytest.mark.verify
async def test_a_seat_that_is_not_free_is_not_offered_but_what_lifts_that(
    portal: Site, studio: Studio
) -> None:
    shop = await a_studio(studio.people, studio.shop, name="Fern", seats=1)
    chloe = await shop.joined_by("MEMBER")
    email = f"{chloe.hex}@larkspur.example"
    await shop.does(AssignLicense(product=LUMEN, account_id=shop.ana))

    async with portal.client_of(shop.ana, follow_redirects=True) as client:
        new = await client.get(f"{shop.home}/people/new")
        person = await client.get(f"{shop.home}/people/{chloe}")
        chosen = {"people": email, "act": "assign"}
        many = await sends(client, f"{shop.home}/people", chosen, to=f"{shop.home}/bulk/selected")
        [move] = [href for href in links_of(person) if "search=" in href]
        moving = await client.get(move)

    for page in (new, person, many):
        assert f"No seat of {LUMEN} is free. Move one" in main_of(page)
        assert f'<option value="{LUMEN}"' not in page.text
    assert "Check this" not in main_of(many)
    assert "From whom" in main_of(moving)
    assert email in main_of(moving)
