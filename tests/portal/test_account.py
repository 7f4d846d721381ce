"""The Account page: a request for an organization, sessions, leaving, taking over."""

from services.portal.trying import RATE
from shared.contracts.accounts import RegisterAccount, ShowAccount
from shared.contracts.transfers import RequestTransfer
from tests.builders import an_account, an_id
from tests.portal.api.calling import makes_token, program
from tests.portal.site import Site, form_in, sends
from tests.portal.studio import Studio
from tests.speaking import Portal

HERE = "/me/account"


async def test_a_request_for_an_organization_waits_for_the_staff(
    portal: Site, people: Portal
) -> None:
    mona = await registered(people)
    shown = await people.ask(ShowAccount(account_id=mona.account_id), by=mona.account_id)
    number = (shown.result or {})["customer_number"]

    async with portal.client_of(mona.account_id, follow_redirects=True) as client:
        wrong = await sends(client, HERE, {"customer_number": "CN-1"}, to=f"{HERE}/set-up")
        asked = await sends(client, HERE, {"customer_number": number}, to=f"{HERE}/set-up")

    assert wrong.status_code == 409
    assert "That number does not belong to the account you named" in wrong.text
    assert "Set-up requested" in asked.text
    assert "Your request for an organization waits" in asked.text


async def test_a_form_sent_twice_is_done_once_and_says_so_twice(
    portal: Site, people: Portal
) -> None:
    mona = await registered(people)
    shown = await people.ask(ShowAccount(account_id=mona.account_id), by=mona.account_id)
    number = {"customer_number": (shown.result or {})["customer_number"]}

    async with portal.client_of(mona.account_id) as client:
        form = form_in(await client.get(HERE))
        first = await sends(client, HERE, number, to=f"{HERE}/set-up", with_form=form)
        second = await sends(client, HERE, number, to=f"{HERE}/set-up", with_form=form)
        other = await sends(
            client, HERE, {"customer_number": "CN-1"}, to=f"{HERE}/set-up", with_form=form
        )

    assert first.headers["location"] == f"{HERE}?receipt={form.partition('.')[0]}"
    assert second.headers["location"] == first.headers["location"]
    assert "idempotency_key_reused" in other.text


async def test_customer_numbers_are_tried_a_few_times_by_pages_and_programs_together(
    portal: Site, people: Portal
) -> None:
    mona, eva = await registered(people), await registered(people)
    token = await makes_token(portal, mona.account_id)
    wrong = {"account_id": str(eva.account_id), "customer_number": "CN-1"}
    of_nobody = {**wrong, "account_id": str(an_id())}

    async with program(portal, token["secret"]) as calls:
        address = f"/accounts/{mona.account_id}/setup-requests"
        tried = [await calls.post(address, json=body) for body in (wrong, of_nobody)]
        tried += [await calls.post(address, json=wrong) for _ in range(RATE.burst - len(tried))]
        beyond = await calls.post(address, json=wrong)
    async with portal.client_of(mona.account_id) as client:
        shown = await sends(client, HERE, {"customer_number": "CN-1"}, to=f"{HERE}/set-up")

    assert {one.json()["code"] for one in tried} == {"customer_number_mismatch"}
    assert (beyond.status_code, beyond.json()["code"]) == (429, "rate_limited")
    assert int(beyond.headers["retry-after"]) > 0
    assert "Too many of these came in a short time" in shown.text


async def test_other_sessions_are_ended_from_here(portal: Site, people: Portal) -> None:
    mona = await registered(people)

    async with (
        portal.client_of(mona.account_id) as elsewhere,
        portal.client_of(mona.account_id) as here,
    ):
        ended = await sends(here, HERE, {}, to=f"{HERE}/sessions")
        there = await elsewhere.get(HERE)
        again = await here.get(HERE)

    assert ended.status_code == 303
    assert there.status_code == 303
    assert again.status_code == 200


async def test_a_member_leaves_after_reading_what_that_ends(portal: Site, studio: Studio) -> None:
    chloe = await studio.joined_by("MEMBER")

    async with portal.client_of(chloe, follow_redirects=True) as client:
        before = await client.get(f"{HERE}/leave")
        after = await sends(client, f"{HERE}/leave", {})

    assert "What this ends" in before.text
    assert "You left" in after.text
    assert "You run no organization" in after.text


async def test_whoever_is_offered_the_place_takes_over_from_here(
    portal: Site, studio: Studio
) -> None:
    ben = await studio.joined_by("MEMBER")
    offered = await studio.does(RequestTransfer(to_account_id=ben))
    assert offered.accepted

    async with portal.client_of(ben, follow_redirects=True) as client:
        before = await client.get(HERE)
        await sends(client, HERE, {}, to=f"{HERE}/transfer/accept")
        after = await client.get(HERE)

    assert "offers you the Administrator" in before.text
    assert "You run an organization as its Administrator" in after.text


async def registered(people: Portal) -> RegisterAccount:
    data = an_account(name="Mona")
    assert (await people.ask(data, by=data.account_id)).accepted
    return data
