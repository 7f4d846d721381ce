"""Too many calls are told when to come again; the vendor's staff sees any organization."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from services.portal.api.limits import Rate
from shared.contracts.accounts import RegisterAccount
from tests.builders import an_account, an_id
from tests.portal.api.calling import ADDRESS, FROM_OUR_PAGES, makes_token, program_of, told
from tests.portal.api.conftest import House, MakeHere
from tests.portal.operator.conftest import an_operator
from tests.portal.operator.test_messages import bury
from tests.portal.site import Site
from tests.portal.studio import Studio
from tests.speaking import Portal
from tests.waiting import eventually

THREE = Rate("token", per_second=0.01, burst=3)


@pytest.fixture
async def oleg(people: Portal) -> RegisterAccount:
    """Somebody whom the settings of a portal may name as the vendor's staff."""
    account = an_account(name="Oleg")
    assert (await people.ask(account, by=account.account_id)).accepted
    return account


@pytest.fixture
async def desk(
    portal: Site, here: MakeHere, oleg: RegisterAccount
) -> AsyncIterator[httpx.AsyncClient]:
    """A program of the staff's, with a token that a portal made which knows him as staff."""
    made = await makes_token(portal, oleg.account_id, scopes=["read", "tokens"])
    async with here(made["secret"], staff_emails=oleg.email) as client:
        await portal.pool.execute(
            "UPDATE api_token SET scopes = '{read,operator}' WHERE id = $1", UUID(made["id"])
        )
        yield client


async def test_the_fourth_call_of_three_is_told_when_to_come_again(
    portal: Site, house: House, here: MakeHere
) -> None:
    made = await makes_token(portal, house.ana)
    async with here(made["secret"], rate=THREE) as client:
        passed = [await client.get("/me") for _ in range(3)]
        refused = await client.get("/me")

    assert [one.status_code for one in passed] == [200, 200, 200]
    assert told(refused) == (429, "rate_limited")
    assert 0 < int(refused.headers["retry-after"]) <= 100
    assert refused.headers["ratelimit"].startswith('"token";r=0;t=')
    assert passed[0].headers["ratelimit-policy"].startswith('"token";q=3;w=300')


async def test_staff_finds_and_reads_any_organization(
    desk: httpx.AsyncClient, house: House
) -> None:
    place = f"/organizations/{house.id}"
    found = await desk.get("/organizations", params={"search": str(house.id)})
    members = await desk.get(f"{place}/members")
    pool = await desk.get(f"{place}/pool")
    trail = await desk.get(f"{place}/audit/people")

    assert found.json()["organizations"][0]["organization_id"] == str(house.id)
    assert members.json()["members"][0]["account_id"] == str(house.ana)
    assert (pool.status_code, trail.status_code) == (200, 200)


async def test_A17_staff_corrects_a_wallet_and_spends_from_none(
    desk: httpx.AsyncClient, studio: Studio
) -> None:
    place = f"/organizations/{studio.id}"
    given = {"amount": "10", "direction": "add", "reason": "Apology for the outage."}

    adjusted = await desk.post(f"{place}/adjustments", json=given)
    spent = await desk.post(f"{place}/holds", json={"amount": "1", "account_id": str(studio.ana)})

    assert adjusted.json()["result"]["available"] == "10"
    assert told(spent) == (403, "insufficient_scope")


async def test_a_token_for_operators_is_worth_nothing_to_anybody_else(
    portal: Site, house: House, here: MakeHere
) -> None:
    made = await makes_token(portal, house.ana, organization=house.id, scopes=["read"])
    await portal.pool.execute(
        "UPDATE api_token SET scopes = '{read,operator}' WHERE id = $1", UUID(made["id"])
    )
    async with here(made["secret"]) as client:
        listed = await client.get("/organizations")
        given = {"amount": "10", "direction": "add", "reason": "For me."}
        adjusted = await client.post(f"/organizations/{house.id}/adjustments", json=given)

    assert told(listed) == told(adjusted) == (403, "insufficient_scope")


async def test_pages_lead_to_the_next_one(portal: Site, house: House) -> None:
    async with program_of(portal, house.ana, organization=house.id) as client:
        first = await client.get(f"/organizations/{house.id}/members", params={"limit": 1})
        second = await client.get(portal.url + first.links["next"]["url"])

    listed = {page.json()["members"][0]["account_id"] for page in (first, second)}
    assert listed == {str(house.ana), str(house.chloe)}
    assert "next" not in second.links


async def test_addresses_and_methods_that_are_not_there_are_problems_too(portal: Site) -> None:
    async with portal.nobody() as client:
        address = await client.get(f"{ADDRESS}/lumen")
        broken = await client.get(f"{ADDRESS}/lumen%0A")
        method = await client.delete(f"{ADDRESS}/me")
        document = await client.get(f"{ADDRESS}/openapi.json")

    assert told(address) == told(broken) == (404, "not_found")
    assert told(method) == (405, "method_not_allowed")
    assert "GET" in method.headers["allow"]
    assert document.json()["openapi"] == "3.1.0"


async def test_a_body_of_another_kind_is_refused(portal: Site, house: House) -> None:
    async with program_of(portal, house.ana, organization=house.id) as client:
        people = f"/organizations/{house.id}/members"
        form = await client.post(people, data={"role": "MEMBER"})
        broken = await client.post(
            people, content=b"{", headers={"Content-Type": "application/json"}
        )
        twice = await client.post(
            people,
            content=b'{"role": "MEMBER", "role": "GUEST"}',
            headers={"Content-Type": "application/json; charset=utf-8"},
        )

    assert told(form) == (415, "unsupported_media_type")
    assert told(broken) == told(twice) == (400, "malformed")


async def test_the_administrator_runs_a_studio_by_calls_alone(
    portal: Site, studio: Studio, people: Portal
) -> None:
    dan = an_account(name="Dan")
    assert (await people.ask(dan, by=dan.account_id)).accepted
    async with program_of(portal, studio.ana, organization=studio.id) as client:
        client.base_url = client.base_url.join(f"{ADDRESS}/organizations/{studio.id}/")
        added = await client.post("members", json={"email": dan.email, "role": "MEMBER"})
        access = {"mode": "quota", "limit": "60", "period": "month"}
        seat = await client.get("licenses")
        product = seat.json()["products"][0]["product"]
        assigned = await client.post(
            "seats", json={"product": product, "account_id": str(dan.account_id)}
        )
        terms = await client.patch("terms", json={"zone": "Europe/Sofia"})
        gone = await client.delete(f"members/{dan.account_id}", params={"strict": "true"})
        removed = await client.delete(f"members/{dan.account_id}")
        opened = await client.put(f"access/{studio.ana}", json=access)

    done = [one.status_code for one in (added, assigned, terms, removed)]
    assert done == [200, 200, 200, 200], (added.text, assigned.text, terms.text, removed.text)
    assert told(gone) == (409, "still_has_licenses")
    assert told(opened) == (409, "quota_not_applicable_to_administrator")
    async with portal.client_of(studio.ana, headers=FROM_OUR_PAGES) as browser:
        assert (await browser.get(f"{ADDRESS}/tokens")).status_code == 200


async def test_staff_throws_a_dead_message_away_once_with_a_reason(
    portal: Site, people: Portal
) -> None:
    """Oz of the demonstration's stack, whose portal knows him as staff."""
    oz = await an_operator(people)
    reason = f"a reason of {an_id()}"
    await bury(portal.stack, b"{}", "no.such.type", reason)
    async with program_of(portal, oz, scopes=["operator"]) as client:

        async def found() -> list[str]:
            listed = (await client.get("/dead-messages", params={"limit": 500})).json()
            return [one["letter_id"] for one in listed["messages"] if one["reason"] == reason]

        (letter,) = await eventually(found, bool)
        decide = f"/dead-messages/{letter}/decide"
        shown = await client.get(f"/dead-messages/{letter}")
        nowhere = await client.post(decide, json={"act": "redrive", "reason": "Try it."})
        thrown = await client.post(decide, json={"act": "discard", "reason": "Nobody reads it."})
        again = await client.post(decide, json={"act": "discard", "reason": "Once more."})

    assert (shown.json()["body"], shown.json()["may_go_again"]) == ("{}", False)
    assert told(nowhere) == told(again) == (409, "request_decided")
    assert (thrown.json()["state"], thrown.json()["decided_by"]) == ("DISCARDED", str(oz))


async def test_staff_has_the_books_held_against_each_other(portal: Site, people: Portal) -> None:
    oz = await an_operator(people)
    async with program_of(portal, oz, scopes=["operator"]) as client:
        started = await client.post("/reconciliations")

        async def ended() -> bool:
            runs = (await client.get("/reconciliations")).json()["runs"]
            return all("ended_at" in run for run in runs)

        assert started.json()["runs"]
        assert await eventually(ended, bool)


async def test_what_only_staff_may_is_nothing_for_an_administrator(
    portal: Site, house: House
) -> None:
    async with program_of(portal, house.ana, organization=house.id) as client:
        answers = [await client.get(path) for path in ("/dead-messages", "/reconciliations")]

    assert {told(one) for one in answers} == {(403, "insufficient_scope")}
