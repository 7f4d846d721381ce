"""The screen for a wall: it joins late, catches up, and moves by itself."""

from uuid import UUID

import httpx

from shared.contracts.credits import AuthorizeHold
from tests.portal.live.streaming import watching
from tests.portal.operator.test_messages import text_of
from tests.portal.site import Site
from tests.portal.studio import Studio
from tests.waiting import eventually


async def test_what_happened_before_anybody_looked_is_on_the_page(
    desk: httpx.AsyncClient, studio: Studio
) -> None:
    await studio.buys("77.125")

    page = await eventually(lambda: text_of(desk, "/ops"), lambda text: "amount 77.125" in text)

    assert "Stream position" in page
    assert "Credits granted" in page


async def test_refusals_are_counted_by_code_before_ones_eyes(
    portal: Site, studio: Studio, oz: UUID
) -> None:
    await studio.buys("5")
    async with portal.client_of(oz) as client, watching(client, "ops") as stream:
        for block in ("position", "gauges", "refusals", "health", "feed"):
            await stream.says(f'id="{block}"')
        await studio.does(AuthorizeHold(amount=9_000_000))
        await stream.says('id="refusals"', "pool_insufficient")
        await stream.says('id="health"', "ledger.shards", "answers in")


async def test_only_the_vendors_own_watch_the_machines(portal: Site, studio: Studio) -> None:
    async with portal.client_of(studio.ana) as client:
        for topic in ("ops", "work", "reconcile"):
            answer = await client.get("/live", params={"topics": topic})
            assert answer.status_code == 404
