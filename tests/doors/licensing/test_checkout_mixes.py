"""Whatever people and Administrators do at once, counts are what the rows say (I6, A12, T31)."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from shared.contracts.message import Verdict
from tests.doors.licensing.studio import Ground, Studio, id_of

SEATS = 4
AT_ONCE = 12
WAVES = [6, pytest.param(200, marks=[pytest.mark.verify, pytest.mark.timeout(1200)])]
MACHINES = ("desk", "laptop")


@pytest.mark.parametrize("waves", WAVES)
async def test_I6_counts_are_what_the_rows_say_after_any_mix(ground: Ground, waves: int) -> None:
    studio = await ground.studio(seats=SEATS, people=6)
    await studio.floats(everyone=True)
    opened: list[tuple[UUID, UUID]] = []

    for _ in range(waves):
        acts = [an_act(studio, opened) for _ in range(AT_ONCE)]
        await asyncio.gather(*(act() for act in acts))

        assert await studio.seats() == await counted(studio)
        assert await in_use(studio) <= SEATS

    assert opened


def an_act(studio: Studio, opened: list[tuple[UUID, UUID]]) -> Callable[[], Awaitable[Verdict]]:
    """One of all that may be done; opening is likelier, or nothing would be in use."""
    who, other = random.sample(studio.people, 2)
    acts: list[Callable[[], Awaitable[Verdict]]] = [
        lambda: studio.assigns(who),
        lambda: studio.revokes(who),
        lambda: studio.reassigns(who, other, force=random.random() < 0.5),
        lambda: studio.floats(everyone=random.random() < 0.8),
        *[lambda: opens(studio, who, opened)] * 4,
    ]
    if opened:
        by, checkout = random.choice(opened)
        acts += [
            lambda: studio.renews(checkout, by=by),
            lambda: studio.closes(checkout, by=random.choice([by, studio.ana])),
        ]
    return random.choice(acts)


async def opens(studio: Studio, who: UUID, opened: list[tuple[UUID, UUID]]) -> Verdict:
    verdict = await studio.opens(who, machine=random.choice(MACHINES))
    if verdict.accepted:
        opened.append((who, id_of(verdict)))
    return verdict


async def counted(studio: Studio) -> tuple[int, int, int]:
    """Seats, assignments and leases on no assignment, counted row by row."""
    row = await studio.database.fetchrow(
        """
        SELECT
            (
                SELECT sum(seats)::bigint
                FROM license
                WHERE organization_id = $1
            ) AS seats,
            (
                SELECT count(*)
                FROM assignment
                WHERE organization_id = $1 AND state = 'ACTIVE'
            ) AS assigned,
            (
                SELECT count(*)
                FROM checkout
                WHERE organization_id = $1 AND closed_at IS NULL AND assignment_id IS NULL
            ) AS in_use
        """,
        studio.id,
    )
    assert row is not None
    return row["seats"], row["assigned"], row["in_use"]


async def in_use(studio: Studio) -> int:
    """How many machines run on its seats; each on an assignment that is active, or counted."""
    count: int = await studio.database.fetchval(
        """
        SELECT count(*)
        FROM checkout
        LEFT JOIN assignment ON assignment.id = checkout.assignment_id
        WHERE checkout.organization_id = $1
            AND checkout.closed_at IS NULL
            AND (assignment.id IS NULL OR assignment.state = 'ACTIVE')
        """,
        studio.id,
    )
    assert count == await studio.leases()
    return count
