"""Tokens that somebody makes for his own programs, who runs no organization."""

import re

import httpx
import pytest

from shared.contracts.membership import RemoveMember
from tests.builders import an_id
from tests.portal.api.calling import program
from tests.portal.pages.reading import links_of, main_of
from tests.portal.site import Site, sends
from tests.portal.studio import Studio
from tests.waiting import eventually

HERE = "/me/account/tokens"
SECRET = re.compile(r"cof_[\w-]{43}")


async def test_R2_a_members_token_is_shown_once_acts_for_him_alone_and_is_revoked(
    portal: Site, studio: Studio
) -> None:
    chloe = await studio.joined_by("MEMBER")
    wish = {"name": "My farm", "scopes": ["read", "credits"], "days": "30", "place": str(studio.id)}

    async with portal.client_of(chloe, follow_redirects=True) as client:
        account = await client.get("/me/account")
        made = await sends(client, f"{HERE}/new", wish)
        secret = secret_in(made)
        async with program(portal, secret) as calls:
            mine = await calls.get(f"/organizations/{studio.id}")
            people = await calls.get(f"/organizations/{studio.id}/members")
        after = await client.get(HERE)
        [address] = [href for href in links_of(after) if href.endswith("/revoke")]
        asked = await client.get(address)
        gone = await sends(client, address, {})
    async with program(portal, secret) as calls:
        turned_away = await calls.get(f"/organizations/{studio.id}")

    assert HERE in links_of(account)
    assert (mine.status_code, people.status_code) == (200, 403)
    assert SECRET.search(after.text) is None
    assert "organization, \N{HORIZONTAL ELLIPSIS}" in main_of(after)
    assert "last used" in main_of(asked)
    assert "Revoked" in main_of(gone)
    assert turned_away.status_code == 401


@pytest.mark.verify
async def test_a_members_token_may_be_for_his_account_and_never_for_what_is_an_administrators(
    portal: Site, studio: Studio
) -> None:
    chloe = await studio.joined_by("MEMBER")
    wish = {"name": "Mine", "scopes": ["read", "webhooks", "operator"], "days": "", "place": "own"}

    async with portal.client_of(chloe, follow_redirects=True) as client:
        nothing = await sends(client, f"{HERE}/new", {**wish, "scopes": ["operator"]})
        made = await sends(client, f"{HERE}/new", wish)
    async with program(portal, secret_in(made)) as calls:
        account = await calls.get(f"/accounts/{chloe}")
        foreign = await calls.get(f"/organizations/{studio.id}")
    kept = await portal.pool.fetch("SELECT scopes FROM api_token WHERE account_id = $1", chloe)

    assert nothing.status_code == 422
    assert 'value="Mine"' in nothing.text
    assert account.status_code == 200
    assert foreign.status_code == 404
    assert [list(row["scopes"]) for row in kept] == [["read"]]


@pytest.mark.verify
async def test_a_token_is_revoked_on_their_own_page_by_nobody_else(
    portal: Site, studio: Studio
) -> None:
    chloe = await studio.joined_by("MEMBER")
    wish = {"name": "My farm", "scopes": ["read"], "days": "30", "place": str(studio.id)}

    async with portal.client_of(chloe, follow_redirects=True) as client:
        made = await sends(client, f"{HERE}/new", wish)
        [address] = [href for href in links_of(made) if href.endswith("/revoke")]
    async with portal.client_of(studio.ana) as client:
        hers = await client.get(HERE)
        foreign = await client.get(address)
        settings = await client.get(f"{studio.home}/settings")

    assert "No token." in main_of(hers)
    assert foreign.status_code == 404
    assert "My farm by Chloe, \N{HORIZONTAL ELLIPSIS}" in main_of(settings)


async def test_a_token_is_good_where_it_was_chosen_to_be_or_is_not_made(
    portal: Site, studio: Studio
) -> None:
    chloe = await studio.joined_by("MEMBER")
    wish = {"name": "My farm", "scopes": ["read"], "days": "30"}

    async with portal.client_of(chloe, follow_redirects=True) as client:
        offered = await client.get(f"{HERE}/new")
        refused = [
            await sends(client, f"{HERE}/new", {**wish, "place": place})
            for place in ("", "elsewhere", str(an_id()))
        ]
        assert (await studio.does(RemoveMember(account_id=chloe))).accepted
        await eventually(
            lambda: client.get(f"{HERE}/new"), lambda page: 'name="place"' not in page.text
        )
        late = await sends(client, f"{HERE}/new", {**wish, "place": str(studio.id)})
    kept = await portal.pool.fetch("SELECT id FROM api_token WHERE account_id = $1", chloe)

    assert f'<option value="{studio.id}"' in offered.text
    assert [page.status_code for page in (*refused, late)] == [422] * 4
    assert all("Choose one of the options" in main_of(page) for page in refused)
    assert "You are in that organization no more" in main_of(late)
    assert '<option value="own"' in late.text
    assert kept == []


def secret_in(page: httpx.Response) -> str:
    """What the page that answers shows once."""
    found = SECRET.findall(page.text)
    assert found, main_of(page)
    return str(found[0])
