"""Cancelling what runs of somebody: whatever the stack's clock says, and whoever is silent."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest

from deploy.native.stack import Stack
from deploy.operator.demo.moving_clock import set_clock
from services.portal.store import work_to_end
from services.portal.store.work_to_end import WorkToEnd
from shared.bulk.receipts import named_by
from shared.clock import OFFSET_FILE, Clock, moment_of
from shared.contracts.credits import AuthorizeHold, SetCreditAccess
from tests.builders import an_id
from tests.portal.pages.reading import main_of
from tests.portal.site import Site, form_in, sends
from tests.portal.studio import Studio
from tests.waiting import eventually

# It goes on by itself after some seconds, each of which may be several on a busy machine.
GOES_ON_SECONDS = 90.0
HELD = 50_000_000
ALL = "500"


@pytest.mark.verify
async def test_work_ends_in_a_stack_whose_clock_is_behind(portal: Site, studio: Studio) -> None:
    chloe = await at_work(studio)
    here = f"{studio.home}/people/{chloe}/removed"

    async with portal.client_of(studio.ana) as client:
        with behind(portal.stack, timedelta(hours=1)) as moment:
            form = await form_minted(client, here, before=moment)
            sent = await sends(client, here, {}, with_form=form)
            available = await studio.available()

    assert sent.headers["location"] == here
    assert available == ALL


@pytest.mark.verify
async def test_a_form_that_is_sent_again_gives_no_hold_another_command(
    portal: Site, studio: Studio
) -> None:
    chloe = await at_work(studio)
    here = f"{studio.home}/people/{chloe}/removed"

    async with portal.client_of(studio.ana) as client:
        form = form_in(await client.get(here))
        async with unbooked(portal.stack, studio.id):
            for _ in range(2):
                await sends(client, here, {}, with_form=form)
                await portal.pool.execute("DELETE FROM work_to_end WHERE person_id = $1", chloe)
            commands = await commands_about(portal, chloe)

    assert commands == 1


@pytest.mark.verify
async def test_what_was_turned_away_for_the_moment_ends_later(portal: Site, studio: Studio) -> None:
    chloe = await at_work(studio)
    here = f"{studio.home}/people/{chloe}/removed"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        form = form_in(await client.get(here))
        with behind(portal.stack, timedelta(hours=1)) as moment:
            await form_minted(client, here, before=moment)
            told = await sends(client, here, {}, with_form=form)
            available = await studio.available()
        given_back = await eventually(
            studio.available, lambda seen: seen == ALL, wait_seconds=GOES_ON_SECONDS
        )
        kept = await eventually(lambda: kept_of(portal, chloe), lambda seen: seen == 0)

    assert "It is not known yet whether all of it is cancelled" in main_of(told)
    assert available == "450"
    assert (given_back, kept) == (ALL, 0)


@pytest.mark.verify
async def test_a_page_waits_for_one_job_only_and_says_that_it_goes_on(
    portal: Site, studio: Studio
) -> None:
    # As many as nobody would wait for one after the other.
    chloe = await at_work(studio, jobs=6)
    here = f"{studio.home}/people/{chloe}/removed"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        async with unbooked(portal.stack, studio.id):
            told = await sends(client, here, {})
        given_back = await eventually(
            studio.available, lambda seen: seen == ALL, wait_seconds=GOES_ON_SECONDS
        )

    assert "Cancelling goes on by itself" in main_of(told)
    assert given_back == ALL


@pytest.mark.verify
async def test_what_is_refused_for_good_is_told_and_given_up(portal: Site, studio: Studio) -> None:
    chloe = await at_work(studio, jobs=0)
    hold = (await studio.does(AuthorizeHold(amount=HELD, lease_seconds=7200), by=chloe)).id
    here = f"{studio.home}/people/{chloe}/removed"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        form = form_in(await client.get(here))
        wanted = UUID(form.partition(".")[0])
        # The command's id was used for something else.
        taken = studio.people.command(
            AuthorizeHold(amount=HELD, lease_seconds=7200),
            by=studio.ana,
            owner=studio.id,
            id=named_by(f"{wanted} {hold}", moment_of(wanted)),
        )
        assert (await studio.people.sends(taken)).accepted
        told = await sends(client, here, {}, with_form=form)

    assert "1 job was not cancelled: it was refused" in main_of(told)
    assert await kept_of(portal, chloe) == 0


@pytest.mark.verify
async def test_what_cannot_be_ended_yet_lets_others_by(portal: Site) -> None:
    now = datetime(2001, 1, 1, tzinfo=UTC)
    asked = [now - timedelta(minutes=minutes) for minutes in (3, 2)]
    first, second = (WorkToEnd(an_id(), an_id(), an_id(), an_id(), None, at) for at in asked)

    # Undone in the end, and not seen by the portal's own work meanwhile.
    async with portal.pool.acquire() as database:
        undone = database.transaction()
        await undone.start()
        await work_to_end.add(database, first)
        await work_to_end.add(database, second)
        taken = [
            await work_to_end.take(database, before=now, now=now + timedelta(seconds=turn), limit=1)
            for turn in range(3)
        ]
        await undone.rollback()

    assert taken == [(first,), (second,), (first,)]


async def at_work(studio: Studio, *, jobs: int = 1) -> UUID:
    """Somebody of a studio with 500 credits whose jobs hold 50 each."""
    await studio.buys(ALL)
    chloe = await studio.joined_by("MEMBER")
    assert (await studio.does(SetCreditAccess(account_id=chloe, mode="unlimited"))).accepted
    for _ in range(jobs):
        held = await studio.does(AuthorizeHold(amount=HELD, lease_seconds=7200), by=chloe)
        assert held.accepted, held
    return chloe


async def form_minted(client: httpx.AsyncClient, page: str, *, before: datetime) -> str:
    """The form of a page, once its id is of a moment by the stack's clock."""

    async def form() -> str:
        return form_in(await client.get(page))

    return await eventually(form, lambda seen: moment_of(UUID(seen.partition(".")[0])) < before)


async def commands_about(portal: Site, person: UUID) -> int:
    """How many commands are written down to end what runs of somebody."""
    page = f"%/people/{person}/removed"
    return int(await portal.pool.fetchval("SELECT count(*) FROM form WHERE done LIKE $1", page))


async def kept_of(portal: Site, person: UUID) -> int:
    """How often somebody's work is still to be ended."""
    query = "SELECT count(*) FROM work_to_end WHERE person_id = $1"
    return int(await portal.pool.fetchval(query, person))


@contextmanager
def behind(stack: Stack, time: timedelta) -> Iterator[datetime]:
    """The stack's clock is behind the machine's; the moment lies between the two."""
    now = Clock().now()
    set_clock(stack.home, now - time)
    try:
        yield now - time / 2
    finally:
        (stack.home / OFFSET_FILE).unlink()


@asynccontextmanager
async def unbooked(stack: Stack, organization: UUID) -> AsyncIterator[None]:
    """The ledger answers questions about a wallet, and books nothing in it meanwhile."""
    connection = await asyncpg.connect(stack.database_urls["credit_ledger"])
    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM wallet WHERE owner = $1 FOR UPDATE", organization)
            yield
    finally:
        await connection.close()
