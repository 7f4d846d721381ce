"""Whoever wants to be told of something is told once, when it came true."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from services.portal.views.awaited import AWAITED_MAX
from shared.clock import Clock
from shared.contracts.licensing import AssignLicense, RevokeLicense
from tests.builders import LUMEN
from tests.portal.pages.reading import links_of, main_of
from tests.portal.site import Site, sends
from tests.portal.studio import Studio, a_studio
from tests.waiting import eventually

pytestmark = pytest.mark.verify
TELL = "/me/tell"


async def test_a_member_is_told_once_that_the_pool_has_enough(portal: Site, studio: Studio) -> None:
    chloe = await studio.joined_by("MEMBER")
    await studio.buys("20")
    page = f"{TELL}?when=pool&amount=100"

    async with portal.client_of(chloe, follow_redirects=True) as client:
        asked = await sends(client, page, {"when": "pool", "amount": "100"}, to=TELL)
        await sends(client, page, {"when": "pool", "amount": "100"}, to=TELL)
        await studio.buys("50")
        [before] = await rows_of(portal, chloe)
        await studio.buys("40")
        await eventually(lambda: rows_of(portal, chloe), lambda rows: rows[0]["ending"] == "TOLD")
        told = await client.get("/me/requests")
        home = await client.get("/me")
    letters = await portal.pool.fetch(
        "SELECT facts FROM letter WHERE account_id = $1 AND kind = 'awaited_pool_has'", chloe
    )

    assert "When the pool has 100.00" in main_of(asked)
    assert before["ending"] is None
    assert "Came true The pool has 100.00 or more" in main_of(told)
    assert "The pool has 100.00 or more now." in home.text
    assert [row["facts"] for row in letters] == [{"amount": "100"}]


async def test_who_waits_for_too_much_is_told_so(portal: Site, studio: Studio) -> None:
    chloe = await studio.joined_by("MEMBER")
    wants = [{"when": "pool", "amount": str(1_000 + one)} for one in range(AWAITED_MAX + 1)]

    async with portal.client_of(chloe) as client:
        answers = [await sends(client, f"{TELL}?when=pool", wish, to=TELL) for wish in wants]

    assert [answer.status_code for answer in answers] == [303] * AWAITED_MAX + [422]
    assert "You wait for 20 things already." in main_of(answers[-1])
    assert len(await rows_of(portal, chloe)) == AWAITED_MAX


async def test_an_administrator_is_told_that_a_seat_is_free(portal: Site, studio: Studio) -> None:
    small = await a_studio(studio.people, studio.shop, seats=2)
    ben = await small.joined_by("MEMBER", name="Ben")
    chloe = await small.joined_by("MEMBER")
    await eventually(
        lambda: small.does(AssignLicense(product=LUMEN, account_id=ben)),
        lambda verdict: verdict.accepted,
    )
    page = f"{small.home}/licenses/{quote(LUMEN)}"

    async with portal.client_of(small.ana, follow_redirects=True) as client:
        refused = await sends(client, page, {"person": str(chloe)}, to=f"{page}/assign")
        here = f"{TELL}?when=seat&product={quote(LUMEN)}"
        await sends(client, here, {"when": "seat", "product": LUMEN}, to=TELL)
        assert (await small.does(RevokeLicense(product=LUMEN, account_id=ben))).accepted
        await eventually(
            lambda: rows_of(portal, small.ana), lambda rows: rows[0]["ending"] == "TOLD"
        )
        told = await client.get("/me/requests")

    assert here in links_of(refused)
    assert f"Came true A seat of {LUMEN} is free" in main_of(told)


async def test_what_is_awaited_is_taken_back_by_who_waits_and_nobody_else(
    portal: Site, studio: Studio
) -> None:
    chloe = await studio.joined_by("MEMBER")
    fields = {"when": "pool", "amount": "100"}

    async with (
        portal.client_of(chloe, follow_redirects=True) as client,
        portal.client_of(studio.ana, follow_redirects=True) as other,
    ):
        await sends(client, f"{TELL}?when=pool", fields, to=TELL)
        [row] = await rows_of(portal, chloe)
        await sends(other, "/me/requests", {}, to=f"{TELL}/{row['id']}/cancel")
        still = await client.get("/me/requests")
        ended = await sends(client, "/me/requests", {}, to=f"{TELL}/{row['id']}/cancel")

    assert "When the pool has 100.00" in main_of(still)
    assert "When the pool has 100.00" not in main_of(ended)


async def test_after_thirty_days_nobody_waits_any_more(portal: Site, studio: Studio) -> None:
    chloe = await studio.joined_by("MEMBER")

    async with portal.client_of(chloe, follow_redirects=True) as client:
        fields = {"when": "pool", "amount": "100"}
        await sends(client, f"{TELL}?when=pool", fields, to=TELL)
        [row] = await rows_of(portal, chloe)
        await portal.pool.execute(
            "UPDATE awaited SET expires_at = $2 WHERE id = $1",
            row["id"],
            Clock().now() - timedelta(days=400),
        )
        await eventually(
            lambda: rows_of(portal, chloe),
            lambda rows: rows[0]["ending"] == "LAPSED",
            wait_seconds=60,
        )
        page = await client.get("/me/requests")

    assert row["expires_at"] - row["asked_at"] == timedelta(days=30)
    assert "When the pool has" not in main_of(page)


async def test_nobody_waits_for_a_person_of_another_organization(
    portal: Site, studio: Studio
) -> None:
    fern = await a_studio(studio.people, studio.shop, name="Fern")
    guest = await studio.joined_by("GUEST", name="Dan")

    async with portal.client_of(studio.ana) as client:
        foreign = await client.get(f"{TELL}?when=access&person={fern.ana}")
        own = await client.get(f"{TELL}?when=access&person={guest}")
    async with portal.client_of(guest) as client:
        not_his = await client.get(f"{TELL}?when=access&person={guest}")

    assert foreign.status_code == 404
    assert "Fern" not in foreign.text
    assert "When access of Dan to the pool can be turned on" in main_of(own)
    assert not_his.status_code == 404


async def rows_of(portal: Site, account: UUID) -> list[Any]:
    return await portal.pool.fetch(
        "SELECT * FROM awaited WHERE account_id = $1 ORDER BY asked_at", account
    )
