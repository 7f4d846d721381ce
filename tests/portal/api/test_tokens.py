"""Tokens of the API: shown once, kept as a hash, no stronger than who made them, revocable."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.contracts.accounts import ForgetAccount
from shared.contracts.transfers import AcceptTransfer, RequestTransfer
from shared.messaging.ask import Asker
from tests.builders import an_account
from tests.portal.api.calling import ADDRESS, FROM_OUR_PAGES, makes_token, program, program_of, told
from tests.portal.api.conftest import House
from tests.portal.site import Site
from tests.portal.studio import Studio
from tests.speaking import Portal
from tests.waiting import eventually


async def test_a_token_shows_who_it_speaks_for(portal: Site, house: House) -> None:
    async with program_of(portal, house.ana, organization=house.id) as client:
        me = (await client.get("/me")).json()

    assert me["account"]["account_id"] == str(house.ana)
    assert me["token"]["organization_id"] == str(house.id)


async def test_a_secret_is_kept_nowhere_and_shown_once(portal: Site, house: House) -> None:
    made = await makes_token(portal, house.ana)
    kept = await portal.pool.fetchrow("SELECT * FROM api_token WHERE id = $1", made["id"])
    async with program(portal, made["secret"]) as client:
        listed = await client.get("/tokens")

    assert made["secret"] not in repr(dict(kept or {}))
    assert made["secret"] not in listed.text
    assert listed.json()["tokens"][0]["hint"] == made["secret"][-4:]


async def test_its_last_use_is_visible(portal: Site, house: House) -> None:
    made = await makes_token(portal, house.ana)
    async with program(portal, made["secret"]) as client:
        await client.get("/me")
        listed = (await client.get("/tokens")).json()["tokens"]

    assert "last_used_at" not in made
    assert "last_used_at" in listed[0]


async def test_a_revoked_token_opens_nothing_from_that_moment_on(
    portal: Site, house: House
) -> None:
    made = await makes_token(portal, house.ana)
    async with program(portal, made["secret"]) as client:
        assert (await client.delete(f"/tokens/{made['id']}")).status_code == 200
        after = await client.get("/me")

    assert told(after) == (401, "unauthenticated")
    assert after.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_past_its_end_opens_nothing(portal: Site, house: House) -> None:
    ends = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    made = await makes_token(portal, house.ana, expires_at=ends)
    async with program(portal, made["secret"]) as client:
        before = await client.get("/me")
        await portal.pool.execute(
            "UPDATE api_token SET made_at = now() - interval '2 days', expires_at = now()"
            " WHERE id = $1",
            made["id"],
        )
        after = await client.get("/me")

    assert before.status_code == 200
    assert told(after) == (401, "unauthenticated")


async def test_nobody_comes_in_without_a_good_token(portal: Site) -> None:
    async with program(portal, "cof_" + "x" * 43) as client:
        guessed = await client.get("/me")
    async with portal.nobody() as browser:
        bare = await browser.get(f"{ADDRESS}/me")

    assert told(guessed) == told(bare) == (401, "unauthenticated")


async def test_a_token_does_only_what_it_was_made_for(portal: Site, house: House) -> None:
    async with program_of(portal, house.ana, organization=house.id, scopes=["read"]) as client:
        read = await client.get(f"/organizations/{house.id}/members")
        added = await client.post(
            f"/organizations/{house.id}/members", json={"email": "x@y.example", "role": "MEMBER"}
        )

    assert read.status_code == 200
    assert told(added) == (403, "insufficient_scope")


async def test_a_token_makes_none_that_may_do_more(portal: Site, house: House) -> None:
    wanted = {"name": "More", "scopes": ["credits"], "organization_id": str(house.id)}
    elsewhere = {"name": "Elsewhere", "scopes": ["read"]}
    async with program_of(
        portal, house.ana, organization=house.id, scopes=["tokens", "read"]
    ) as client:
        stronger = await client.post("/tokens", json=wanted)
        wider = await client.post("/tokens", json=elsewhere)
        alike = await client.post("/tokens", json={**wanted, "scopes": ["read"]})

    assert told(stronger) == (403, "insufficient_scope")
    assert told(wider) == (404, "unknown_organization")
    assert alike.status_code == 201


async def test_a_session_is_good_on_our_own_pages_alone(portal: Site, house: House) -> None:
    async with portal.client_of(house.ana, headers={"Sec-Fetch-Site": "cross-site"}) as client:
        forged = await client.post(f"{ADDRESS}/tokens", json={"name": "x", "scopes": ["read"]})
    async with portal.client_of(house.ana, headers=FROM_OUR_PAGES) as client:
        elsewhere = await client.get(f"{ADDRESS}/organizations/{house.id}/members")

    assert told(forged) == (403, "cross_site")
    assert told(elsewhere) == (401, "unauthenticated")


async def test_only_the_vendors_staff_makes_tokens_for_operators(
    portal: Site, house: House
) -> None:
    async with portal.client_of(house.ana, headers=FROM_OUR_PAGES) as client:
        answer = await client.post(f"{ADDRESS}/tokens", json={"name": "x", "scopes": ["operator"]})

    assert told(answer) == (403, "operator_required")


async def test_nobody_makes_a_token_for_somebody_elses_organization(
    portal: Site, house: House
) -> None:
    chloe = house.chloe
    made = await makes_token(portal, chloe, organization=house.id, scopes=["tokens", "read"])
    async with portal.client_of(chloe, headers=FROM_OUR_PAGES) as client:
        other = {"name": "x", "scopes": ["read"], "organization_id": str(house.ana)}
        answer = await client.post(f"{ADDRESS}/tokens", json=other)

    assert made["organization_id"] == str(house.id)
    assert told(answer) == (404, "unknown_organization")


async def test_the_administrator_sees_and_revokes_every_token_of_the_organization(
    portal: Site, house: House
) -> None:
    chloe = house.chloe
    hers = await makes_token(portal, chloe, organization=house.id, scopes=["read"])
    anas = await makes_token(portal, house.ana, organization=house.id, scopes=["read"])
    async with portal.client_of(chloe, headers=FROM_OUR_PAGES) as client:
        refused = await client.delete(f"{ADDRESS}/tokens/{anas['id']}")
        own = (await client.get(f"{ADDRESS}/tokens")).json()["tokens"]
    async with portal.client_of(house.ana, headers=FROM_OUR_PAGES) as client:
        every = (await client.get(f"{ADDRESS}/tokens")).json()["tokens"]
        revoked = await client.delete(f"{ADDRESS}/tokens/{hers['id']}")

    assert told(refused) == (404, "unknown_token")
    assert hers["id"] in {one["id"] for one in own}
    assert {one["account_id"] for one in own} == {str(chloe)}
    assert {hers["id"], anas["id"]} <= {one["id"] for one in every}
    assert "revoked_at" in revoked.json()


async def test_T16_a_token_has_no_more_rights_than_its_maker_has_now(
    portal: Site, studio: Studio
) -> None:
    chloe = await studio.joined_by("MEMBER")
    async with program_of(portal, studio.ana, organization=studio.id) as client:
        before = await client.get(f"/organizations/{studio.id}/pool")
        offered = await studio.does(RequestTransfer(to_account_id=chloe))
        transfer = (offered.result or {})["transfer_id"]
        accepted = AcceptTransfer(transfer_id=UUID(str(transfer)))
        assert (await studio.does(accepted, by=chloe)).accepted

        async def status() -> int:
            return (await client.get(f"/organizations/{studio.id}/pool")).status_code

        after = await eventually(status, lambda seen: seen != 200)

    assert (before.status_code, after) == (200, 403)


async def test_A20_whoever_is_forgotten_leaves_no_token_behind(
    portal: Site, people: Portal, staff_asker: Asker
) -> None:
    mona = an_account(name="Mona")
    assert (await people.ask(mona, by=mona.account_id)).accepted
    made = await makes_token(portal, mona.account_id, name="Mona's laptop")

    async def kept() -> tuple[str, bool]:
        row = await portal.pool.fetchrow("SELECT * FROM api_token WHERE id = $1", made["id"])
        assert row is not None
        return row["name"], row["revoked_at"] is None

    forgotten = ForgetAccount(account_id=mona.account_id, reason="She asked for it.")
    assert (await Portal(staff_asker).ask(forgotten)).accepted

    assert await eventually(kept, lambda seen: not seen[1]) == ("forgotten", False)
