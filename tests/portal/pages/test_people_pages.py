"""Adding, finding, changing and removing people, without a script."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from os import kill
from signal import SIGKILL
from uuid import UUID

import asyncpg
import httpx
import pytest

from deploy.native.stack import Stack
from shared.contracts.credits import AuthorizeHold, SetCreditAccess
from shared.contracts.licensing import AssignLicense
from tests.builders import LUMEN, an_id
from tests.portal.pages.reading import main_of
from tests.portal.site import Site, form_in, sends
from tests.portal.studio import Studio, a_studio
from tests.waiting import eventually

# A portal has to start, ask again what nobody answered, and then end the work.
GOES_ON_SECONDS = 120.0


async def test_R15_a_person_is_added_and_found(portal: Site, studio: Studio) -> None:
    email = f"{an_id().hex}@larkspur.example"
    page = f"{studio.home}/people/new"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        added = await sends(client, page, {"email": email, "role": "GUEST", "mode": "disabled"})
        again = await sends(client, page, {"email": email, "role": "GUEST", "mode": "disabled"})
        nobody = await client.get(f"{studio.home}/people?search=nobody-at-all")
        guests = await client.get(f"{studio.home}/people?role=GUEST")
        members = await client.get(f"{studio.home}/people?role=MEMBER&access=disabled")
        invited = await client.get(
            f"{studio.home}/people?state=invited&search={email[:20].upper()}"
        )

    assert f"{email} added" in main_of(added)
    assert "Invited" in main_of(added)
    assert again.status_code == 409
    assert "not added: they are in already" in main_of(again)
    assert "No one matches." in main_of(nobody)
    assert "No one matches." in main_of(members)
    assert all(email in main_of(page) for page in (guests, invited))


@pytest.mark.verify
async def test_what_was_typed_stays_when_a_field_is_wrong(portal: Site, studio: Studio) -> None:
    page = f"{studio.home}/people/new"

    async with portal.client_of(studio.ana) as client:
        answer = await sends(client, page, {"email": "no address", "role": "GUEST"})

    assert answer.status_code == 422
    assert "<title>Error: Add a person" in answer.text
    assert 'value="no address"' in answer.text
    assert 'value="GUEST" checked' in answer.text


async def test_R22_T10_access_is_set_lowered_and_put_back(portal: Site, studio: Studio) -> None:
    chloe = await studio.joined_by("MEMBER")
    await studio.buys("500")
    page = f"{studio.home}/people/{chloe}"
    quota = {"mode": "quota", "limit": "1,200.5", "period": "month"}

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        given = await sends(client, f"{page}/access", quota)
        zero = await sends(client, f"{page}/access", {"mode": "quota", "limit": "0"})
        typed = await sends(client, f"{page}/access", {"mode": "quota", "limit": "1e3"})
        undone = await sends(client, page, {"mode": "disabled"}, to=f"{page}/access")

    assert "500.00 can be spent now" in main_of(given)
    assert "limited by pool" in main_of(given)
    assert "Quota 1,200.50" in main_of(given)
    assert "Undo" in main_of(given)
    assert (zero.status_code, "that is not a quota" in main_of(zero)) == (409, True)
    assert typed.status_code == 422
    assert "access off" in main_of(undone)


@pytest.mark.verify
async def test_access_that_somebody_changed_meanwhile_is_not_overwritten_unseen(
    portal: Site, studio: Studio
) -> None:
    chloe = await studio.joined_by("MEMBER")
    page = f"{studio.home}/people/{chloe}/access"
    wish = {"seen": "quota 120", "mode": "unlimited"}

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        stopped = await sends(client, page, wish)

    assert stopped.status_code == 409
    assert "You saw Quota 120.00 Now Off You want No limit of their own" in main_of(stopped)


@pytest.mark.verify
async def test_R18_a_seat_is_given_and_taken_back_from_the_person(
    portal: Site, studio: Studio
) -> None:
    chloe = await studio.joined_by("MEMBER")
    page = f"{studio.home}/people/{chloe}"
    seat = {"product": LUMEN}

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        given = await sends(client, page, {"act": "assign", **seat}, to=f"{page}/seats")
        twice = await sends(client, page, {"act": "assign", **seat}, to=f"{page}/seats")
        taken = await sends(client, page, {"act": "revoke", **seat}, to=f"{page}/seats")

    assert f"Seat of {LUMEN} given to Chloe" in main_of(given)
    assert "Seat not assigned: they have a seat already" in main_of(twice)
    assert "No seats." in main_of(taken)


async def test_T1_whoever_is_removed_gives_back_what_the_page_said(
    portal: Site, studio: Studio
) -> None:
    chloe = await studio.joined_by("MEMBER")
    assigned = await studio.does(AssignLicense(product=LUMEN, account_id=chloe))
    assert assigned.accepted
    page = f"{studio.home}/people/{chloe}/remove"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        asked = await client.get(page)
        removed = await sends(client, page, {})
        here = f"{studio.home}/people/{chloe}/removed"
        done = await eventually(lambda: client.get(here), lambda seen: "is out" in main_of(seen))

    assert f"1 seat comes back: {LUMEN}" in main_of(asked)
    assert "Chloe removed" in main_of(removed)
    assert f"A seat of {LUMEN} Give the seat to somebody" in main_of(removed)
    assert "Seats are back" in main_of(done)
    assert "No job of theirs holds credits." in main_of(done)


@pytest.mark.verify
async def test_running_work_of_whoever_is_removed_is_cancelled_if_wanted(
    portal: Site, studio: Studio
) -> None:
    await studio.buys("500")
    chloe = await studio.joined_by("MEMBER")
    assert (await studio.does(SetCreditAccess(account_id=chloe, mode="unlimited"))).accepted
    held = await studio.does(AuthorizeHold(amount=50_000_000, lease_seconds=3600), by=chloe)
    assert held.accepted, held
    page = f"{studio.home}/people/{chloe}/remove"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        asked = await client.get(page)
        await sends(client, page, {"work": "cancel"})
        available = await eventually(studio.available, lambda seen: seen == "500")

    assert "1 job runs with 50.00 held" in main_of(asked)
    assert available == "500"


@pytest.mark.verify
async def test_work_ends_once_its_person_is_known_to_be_removed_though_the_portal_was_killed(
    portal: Site, studio: Studio
) -> None:
    await studio.buys("500")
    chloe = await studio.joined_by("MEMBER")
    await studio.does(SetCreditAccess(account_id=chloe, mode="unlimited"))
    held = await studio.does(AuthorizeHold(amount=50_000_000, lease_seconds=3600), by=chloe)
    assert held.accepted, held
    page, here = (f"{studio.home}/people/{chloe}/{name}" for name in ("remove", "removed"))

    async with portal.client_of(studio.ana) as client:
        told = await client.get(f"{here}?left=1")
        form = form_in(await client.get(page))
        async with kept_from_changing(portal.stack, studio.id):
            sent = await sends(client, page, {"work": "cancel"}, with_form=form)
            available = await studio.available()
            kill(portal.stack.current_pid("portal"), SIGKILL)
        given_back = await eventually(
            studio.available, lambda seen: seen == "500", wait_seconds=GOES_ON_SECONDS
        )
    async with portal.client_of(studio.ana) as client:
        await eventually(lambda: main_when_up(client, here), lambda seen: "is out" in seen)

    assert sent.headers["location"] == f"/commands/{form.partition('.')[0]}"
    assert available == "450"
    assert "1 job was not cancelled" in main_of(told)
    assert given_back == "500"


async def main_when_up(client: httpx.AsyncClient, page: str) -> str:
    """What a page says, nothing while no portal answers."""
    try:
        return main_of(await client.get(page))
    except httpx.TransportError:
        return ""


@asynccontextmanager
async def kept_from_changing(stack: Stack, organization: UUID) -> AsyncIterator[None]:
    """Membership answers questions about an organization, and changes nothing of it meanwhile."""
    connection = await asyncpg.connect(stack.database_urls["membership"])
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT id FROM organization WHERE id = $1 FOR UPDATE", organization
            )
            yield
    finally:
        await connection.close()


@pytest.mark.verify
async def test_whose_removal_was_never_here_is_not_found(portal: Site, studio: Studio) -> None:
    other = await a_studio(studio.people, studio.shop, name="Fern")

    async with portal.client_of(studio.ana) as client:
        page = await client.get(f"{studio.home}/people/{other.ana}/removed")

    assert page.status_code == 404
    assert "Fern" not in main_of(page)


@pytest.mark.verify
async def test_T30_a_role_is_changed_after_it_was_said_what_that_ends(
    portal: Site, studio: Studio
) -> None:
    chloe = await studio.joined_by("MEMBER")
    page = f"{studio.home}/people/{chloe}/role"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        asked = await client.get(page)
        changed = await sends(client, page, {"role": "GUEST"})

    assert "access to the pool is off until you give it again" in main_of(asked)
    assert "Chloe is a Guest now" in main_of(changed)


async def test_R2_pages_of_an_organization_are_its_administrators_alone(
    portal: Site, studio: Studio
) -> None:
    chloe = await studio.joined_by("MEMBER")
    outsider = an_id()

    async with portal.client_of(chloe) as client:
        inside = await client.get(f"{studio.home}/people")
        foreign = await client.get(f"/o/{outsider}/people")

    assert inside.status_code == 403
    assert "Only" in main_of(inside)
    assert foreign.status_code == 404


@pytest.mark.verify
async def test_somebody_elses_people_are_not_found(portal: Site, studio: Studio) -> None:
    async with portal.client_of(studio.ana) as client:
        stranger = await client.get(f"{studio.home}/people/{an_id()}")
        nonsense = await client.get(f"{studio.home}/people/not-an-id/access")

    assert (stranger.status_code, nonsense.status_code) == (404, 404)
