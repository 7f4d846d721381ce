"""Terms, tokens, webhooks, and handing an organization over."""

import re

import pytest

from services.portal.api.tokens import digest_of
from tests.portal.operator.conftest import an_operator
from tests.portal.pages.reading import main_of
from tests.portal.site import Site, form_in, sends
from tests.portal.studio import Studio
from tests.speaking import Portal

TERMS = {
    "zone": "Europe/Sofia",
    "pool_thresholds": "10, 50 %",
    "quota_thresholds": "80;100",
    "notice_days": "21",
}


@pytest.mark.verify
async def test_terms_are_saved_and_what_is_wrong_is_named(portal: Site, studio: Studio) -> None:
    await studio.buys("10")
    page = f"{studio.home}/settings"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        saved = await sends(client, page, TERMS)
        wrong = await sends(client, page, {**TERMS, "zone": "Moon", "notice_days": "-1"})

    assert "Settings saved" in main_of(saved)
    assert 'value="50, 10"' in saved.text
    assert "Times are in Europe/Sofia" in saved.text
    assert wrong.status_code == 422
    assert "A time zone has a name like Europe/Sofia." in main_of(wrong)
    assert 'value="Moon"' in wrong.text


async def test_a_token_is_shown_once_and_revoked(portal: Site, studio: Studio) -> None:
    page = f"{studio.home}/settings"
    wish = {"name": "Render farm", "scopes": ["node", "read"], "days": "30"}

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        nothing = await sends(client, f"{page}/tokens/new", {"name": "", "days": "30"})
        made = await sends(client, f"{page}/tokens/new", wish)
        after = await client.get(page)
        named = next(
            part.partition("/revoke")[0]
            for part in after.text.split("/settings/tokens/")[1:]
            if "/revoke" in part[:50]
        )
        gone = await sends(client, f"{page}/tokens/{named}/revoke", {})

    assert nothing.status_code == 422
    assert "cof_" in made.text
    assert "cof_" not in after.text
    assert "never used" in main_of(after)
    assert "Revoked" in main_of(gone)


async def test_a_token_whose_form_is_sent_twice_is_one_with_the_secret_shown_last(
    portal: Site, studio: Studio
) -> None:
    page = f"{studio.home}/settings/tokens/new"
    wish = {"name": "Render farm", "scopes": ["read"], "days": "30"}

    async with portal.client_of(studio.ana) as client:
        form = form_in(await client.get(page))
        shown = [await sends(client, page, wish, with_form=form) for _ in range(2)]
    secrets = [re.findall(r"cof_[\w-]{43}", one.text)[0] for one in shown]
    kept = await portal.pool.fetch(
        "SELECT hash FROM api_token WHERE organization_id = $1", studio.id
    )

    assert [row["hash"] for row in kept] == [digest_of(secrets[1])]


@pytest.mark.verify
async def test_a_webhook_is_added_tried_and_removed(portal: Site, studio: Studio) -> None:
    page = f"{studio.home}/settings/webhooks"
    wish = {"url": "http://127.0.0.1:28999/hook", "all": "yes"}

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        wrong = await sends(client, f"{page}/new", {"url": "ftp://larkspur.example", "all": "yes"})
        added = await sends(client, f"{page}/new", wish)
        assert "whsec_" in added.text, main_of(added)
        names = [part.partition('"')[0] for part in added.text.split("/settings/webhooks/")[1:]]
        named = next(name for name in names if name != "new")
        tried = await sends(client, f"{page}/{named}", {"act": "try"}, to=f"{page}/{named}/act")
        await sends(client, f"{page}/{named}", {"act": "remove"}, to=f"{page}/{named}/act")
        told = await client.get(f"{page}/{named}/remove")
        removed = await sends(client, f"{page}/{named}/remove", {})

    assert wrong.status_code == 422
    assert "Its secret and the list of what was sent to it are gone." in main_of(told)
    assert "coffer.portal.webhook.tested.v1" in main_of(tried)
    assert "No webhook. Paste an address to get events." in main_of(removed)


async def test_staff_see_the_tokens_of_an_organization_and_not_their_own(
    portal: Site, studio: Studio, people: Portal
) -> None:
    oz = await an_operator(people)
    page = f"{studio.home}/settings"
    wish = {"name": "Render farm", "scopes": ["read"], "days": "30"}

    async with portal.client_of(studio.ana) as ana, portal.client_of(oz) as staff:
        await sends(ana, f"{page}/tokens/new", wish)
        seen = await staff.get(page)

    assert "Render farm" in main_of(seen)


async def test_T16_an_organization_is_offered_and_the_offer_taken_back(
    portal: Site, studio: Studio
) -> None:
    ben = await studio.joined_by("MEMBER", name="Ben")
    page = f"{studio.home}/transfer"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        choice = await client.get(page)
        nobody = await client.get(f"{page}/to?person=")
        told = await client.get(f"{page}/to?person={ben}")
        offered = await sends(client, f"{page}/to/{ben}", {"invoices_to": "former"})
        overview = await client.get(studio.home)
        transfer = offered.text.partition('name="transfer" value="')[2].partition('"')[0]
        taken = await sends(client, page, {"transfer": transfer}, to=f"{page}/cancel")

    assert "Ben, " in main_of(choice)
    assert "Choose one from the list." in main_of(nobody)
    assert "What you become" in main_of(told)
    assert "Waiting for Ben" in main_of(offered)
    assert "Your offer waits for an answer" in main_of(overview)
    assert "The offer is taken back" in main_of(taken)
