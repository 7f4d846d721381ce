"""Who may come in, where everybody is sent, and how somebody leaves."""

from shared.contracts.accounts import RegisterAccount
from tests.builders import an_account
from tests.portal.site import Site, sends
from tests.speaking import Portal


async def registered(people: Portal, name: str = "Mona") -> RegisterAccount:
    data = an_account(name=name)
    assert (await people.ask(data, by=data.account_id)).accepted
    return data


async def test_the_health_page_answers_while_the_portal_runs(portal: Site) -> None:
    async with portal.nobody() as client:
        answer = await client.get("/healthz")

    assert (answer.status_code, answer.text) == (200, "ready\n")


async def test_an_account_shows_its_owners_number(portal: Site, people: Portal) -> None:
    mona = await registered(people)

    async with portal.client_of(mona.account_id) as client:
        page = await client.get("/me/account")

    assert page.status_code == 200
    assert mona.email in page.text


async def test_who_is_not_signed_in_is_sent_to_the_door_and_back(portal: Site) -> None:
    async with portal.nobody() as client:
        page = await client.get("/me/account")

    assert page.status_code == 303
    assert page.headers["location"] == "/sign-in?next=/me/account"


async def test_signing_out_ends_the_session(portal: Site, people: Portal) -> None:
    mona = await registered(people)

    async with portal.client_of(mona.account_id) as client:
        left = await sends(client, "/me/account", {}, to="/sign-out")
        again = await client.get("/me/account")

    assert left.status_code == 303
    assert again.headers["location"].startswith("/sign-in")
