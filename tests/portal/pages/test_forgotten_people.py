"""Tables, forms and dead messages name people: they go with whoever is forgotten (A20)."""

from uuid import UUID

from services.portal.store import dead_letters
from services.portal.store.dead_letters import NewLetter
from shared.contracts.accounts import FindAccount, ForgetAccount
from shared.messaging.ask import asker
from tests.builders import CLOCK, an_account, an_id
from tests.portal.pages.test_bulk_pages import HEADER, uploads
from tests.portal.site import Site, sends
from tests.portal.studio import Studio
from tests.speaking import Portal
from tests.waiting import eventually


async def test_A20_a_table_goes_with_whoever_it_names(portal: Site, studio: Studio) -> None:
    chloe = await studio.joined_by("MEMBER")
    table = f"{HEADER}access,{chloe.hex}@larkspur.example,,,unlimited,,\n"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        here = (await uploads(client, studio, table)).url.path
        assert (await client.get(here)).status_code == 200
        await forgets(portal, chloe)

        await eventually(lambda: client.get(here), lambda page: page.status_code == 404)


async def test_A20_a_table_goes_with_whoever_it_would_have_added(
    portal: Site, studio: Studio
) -> None:
    chloe = await studio.registered("Chloe")
    table = f"{HEADER}add,{chloe.hex}@larkspur.example,MEMBER,,,,\n"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        here = (await uploads(client, studio, table)).url.path
        await eventually(lambda: client.get(here), lambda page: "Apply 1 row" in page.text)
        await forgets(portal, chloe)

        await eventually(lambda: client.get(here), lambda page: page.status_code == 404)


async def test_A20_what_somebody_sent_about_him_is_forgotten_with_a_person(
    portal: Site, studio: Studio, people: Portal
) -> None:
    """By his address alone: who he is stands in the answer."""
    email = f"{an_id().hex}@larkspur.example"

    async with portal.client_of(studio.ana) as client:
        wish = {"email": email, "role": "MEMBER", "mode": "disabled"}
        await sends(client, f"{studio.home}/people/new", wish)
    assert await forms_with(portal, email) == 1
    found = await people.ask(FindAccount(email=email))
    await forgets(portal, UUID(str((found.result or {})["account_id"])))

    await eventually(lambda: forms_with(portal, email), lambda left: left == 0)


async def test_A20_a_message_that_died_with_his_address_is_forgotten_with_a_person(
    portal: Site, studio: Studio
) -> None:
    chloe = await studio.registered("Chloe")
    data = an_account(email=f"{chloe.hex}@larkspur.example")
    words = data.model_copy(update={"account_id": chloe}).model_dump_json()
    letter = NewLetter(an_id(), an_id().bytes, "", "", "no reason", "", words.encode())
    async with portal.pool.acquire() as connection:
        await dead_letters.add(connection, letter, CLOCK.now())
    await forgets(portal, chloe)

    await eventually(lambda: is_kept(portal, letter.id), lambda kept: not kept)


async def forgets(portal: Site, account: UUID) -> None:
    async with asker(portal.stack.amqp_urls["operator"]) as asks:
        forgotten = await Portal(asks).ask(ForgetAccount(account_id=account, reason="Wish"))
    assert forgotten.accepted


async def forms_with(portal: Site, email: str) -> int:
    """How many forms that were sent name an address."""
    found: int = await portal.pool.fetchval(
        "SELECT count(*) FROM form WHERE strpos(form::text, $1) > 0", email
    )
    return found


async def is_kept(portal: Site, letter: UUID) -> bool:
    async with portal.pool.acquire() as connection:
        return await dead_letters.find(connection, letter) is not None
