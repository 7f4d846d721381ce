"""A table names people: it goes with whoever is forgotten (A20)."""

from shared.contracts.accounts import ForgetAccount
from shared.messaging.ask import asker
from tests.portal.pages.test_bulk_pages import HEADER, uploads
from tests.portal.site import Site
from tests.portal.studio import Studio
from tests.speaking import Portal
from tests.waiting import eventually


async def test_A20_a_table_goes_with_whoever_it_names(portal: Site, studio: Studio) -> None:
    chloe = await studio.joined_by("MEMBER")
    table = f"{HEADER}access,{chloe.hex}@larkspur.example,,,unlimited,,\n"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        here = (await uploads(client, studio, table)).url.path
        assert (await client.get(here)).status_code == 200
        async with asker(portal.stack.amqp_urls["operator"]) as asks:
            forgotten = await Portal(asks).ask(ForgetAccount(account_id=chloe, reason="Wish"))
        assert forgotten.accepted

        await eventually(lambda: client.get(here), lambda page: page.status_code == 404)
