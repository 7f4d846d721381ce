"""While the copy of licenses is rebuilt, nobody lapses for want of one that is not copied yet."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.membership.reactions.copies import conclude
from shared.copies.keeping import OF_LICENSING
from shared.messaging import rebuilds
from shared.messaging.rebuilds import Progress
from shared.service import Running
from shared.settings import Settings
from tests.builders import an_id
from tests.databases import Database
from tests.doors.membership.larkspur import (
    CLOCK,
    Larkspur,
    Voices,
    has_heard_its_end,
    has_heard_of,
)
from tests.doors.membership.test_licenses_of_organizations import expires, state

SOURCE = OF_LICENSING.source


@pytest.fixture
async def partial(membership_pool: Database) -> AsyncIterator[Progress]:
    """A rebuild that was asked for, while licensing, which does not run, answers nothing."""
    async with membership_pool.acquire() as connection:
        await rebuilds.begin(connection, SOURCE, CLOCK.now())
        yield await _progress(membership_pool)
        await rebuilds.end(connection, SOURCE, await _progress(membership_pool))


async def _progress(database: Database) -> Progress:
    async with database.acquire() as connection:
        progress = await rebuilds.progress_of(connection, SOURCE)
    assert progress is not None
    return progress


async def its_license(larkspur: Larkspur) -> UUID:
    found: UUID = await larkspur.database.fetchval(
        "SELECT id FROM held_license WHERE organization_id = $1", larkspur.id
    )
    return found


async def runs_out(larkspur: Larkspur, voices: Voices) -> None:
    """The license it lives by is heard to run out, as far as its copy tells."""
    license_id = await its_license(larkspur)
    await expires(voices, license_id, larkspur.ana, larkspur.id)
    await has_heard_its_end(larkspur.database, license_id)


async def test_T9_an_expiry_that_is_heard_meanwhile_lets_nobody_lapse(
    organized: Larkspur, voices: Voices, partial: Progress
) -> None:
    await runs_out(organized, voices)

    assert await state(organized.database, organized.id) == "ACTIVE"


async def test_T9_T16_a_hand_over_meanwhile_lets_nobody_lapse(
    organized: Larkspur, voices: Voices, partial: Progress
) -> None:
    ben, chloe, his = await organized.joined(), await organized.joined(), an_id()
    assert (await organized.accept(await organized.offered(ben), ben)).accepted
    await voices.license(ben, license_id=his)
    await has_heard_of(organized.database, his)
    await runs_out(organized, voices)
    offer = await organized.offered(chloe, by=ben)

    assert (await organized.accept(offer, chloe)).accepted

    assert await state(organized.database, organized.id) == "ACTIVE"


async def test_T9_a_rebuild_asked_for_anew_while_the_last_one_concludes_lets_nobody_lapse(
    organized: Larkspur,
    voices: Voices,
    partial: Progress,
) -> None:
    await runs_out(organized, voices)
    settings = Settings(database_url="postgresql://nobody/", amqp_url="amqp://nobody/")
    publisher: Any = None  # the service says what was written
    running = Running(settings, organized.database, publisher, CLOCK)
    async with organized.database.acquire() as connection:
        async with connection.transaction():  # The service, which looks as well, sees both or none.
            assert await rebuilds.come_through(connection, SOURCE, partial)
            await rebuilds.begin(connection, SOURCE, partial.asked_at + timedelta(seconds=1))

        await conclude(running)
        await rebuilds.end(connection, SOURCE, partial)

    assert await state(organized.database, organized.id) == "ACTIVE"
    assert not (await _progress(organized.database)).is_done
