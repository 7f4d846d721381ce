"""Many clients at once never hold more seats than there are, whatever else happens (I6, A12).

The short storms run always, two hundred rounds of each race under the mark `verify`.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from shared.clock import Clock
from shared.contracts.checkouts import OpenCheckout
from shared.contracts.message import Verdict
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, a_license_line, a_purchase, in_a_year
from tests.doors.licensing.studio import Ground, Studio, code_of, id_of
from tests.waiting import eventually

SEATS = 20
CLIENTS = 200
AT_A_TIME = 40
PATIENCE_SECONDS = 60.0
LEAD = timedelta(seconds=0.5)
PRODUCTS_AT_A_TIME = 20
ROUNDS = [5, pytest.param(200, marks=[pytest.mark.verify, pytest.mark.timeout(1200)])]


async def patiently(
    studio: Studio, who: UUID, *, product: str = LUMEN, machine: str = "desk"
) -> Verdict:
    """Open a checkout; a storm may keep a client waiting longer than a person would."""
    asked = studio.portal.command(OpenCheckout(product=product, machine=machine), by=who)
    return await studio.portal.asker.ask(asked, answer_seconds=PATIENCE_SECONDS)


async def storm(studio: Studio, people: list[UUID]) -> dict[UUID, UUID]:
    """All open at once; who got in, with which checkout. Everybody else was told who did."""
    verdicts = await asyncio.gather(*(patiently(studio, person) for person in people))
    refused = {code_of(verdict) for verdict in verdicts if not verdict.accepted}
    assert refused <= {RefusalCode.NO_SEAT_AVAILABLE}
    by_person = zip(people, verdicts, strict=True)
    return {person: id_of(verdict) for person, verdict in by_person if verdict.accepted}


async def close_all(studio: Studio, opened: dict[UUID, UUID]) -> None:
    closed = await asyncio.gather(
        *(studio.closes(checkout, by=person) for person, checkout in opened.items())
    )
    assert all(verdict.accepted for verdict in closed)


@pytest.mark.verify
async def test_I6_two_hundred_clients_on_twenty_seats(ground: Ground) -> None:
    studio = await ground.studio(seats=SEATS, people=CLIENTS)
    await studio.floats(everyone=True)

    opened = await storm(studio, list(studio.people))

    assert len(opened) == SEATS
    assert await studio.seats() == (SEATS, 0, SEATS)
    await close_all(studio, opened)
    assert await studio.seats() == (SEATS, 0, 0)
    assert await studio.leases() == 0


@pytest.mark.parametrize("people", [60, pytest.param(CLIENTS, marks=pytest.mark.verify)])
async def test_I6_whoever_closes_lets_another_in_until_all_have_been(
    ground: Ground, people: int
) -> None:
    studio = await ground.studio(seats=SEATS, people=people)
    await studio.floats(everyone=True)
    waiting = set(studio.people)
    inside: dict[UUID, UUID] = {}
    while waiting or inside:
        asks = storm(studio, random.sample(sorted(waiting), min(len(waiting), AT_A_TIME)))
        came, _ = await asyncio.gather(asks, close_all(studio, inside))
        waiting -= came.keys()
        inside = came
        assert len(came) <= SEATS

    assert await studio.seats() == (SEATS, 0, 0)
    assert await studio.leases() == 0


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_I6_storm_after_storm_as_many_get_in_as_there_are_seats(
    ground: Ground, rounds: int
) -> None:
    studio = await ground.studio(seats=3, people=12)
    await studio.floats(everyone=True)
    winners: Counter[UUID] = Counter()

    for _ in range(rounds):
        people = random.sample(studio.people, len(studio.people))
        opened = await storm(studio, people)
        assert len(opened) == 3
        winners.update(opened.keys())
        assert await studio.seats() == (3, 0, 3)
        await close_all(studio, opened)
        assert (await studio.seats(), await studio.leases()) == ((3, 0, 0), 0)

    assert len(winners) > 3


@dataclass
class Race:
    """Opening against something else; `ended` is how seats stand when the lease was let go."""

    studio: Studio
    against: Callable[[], Awaitable[Verdict]]
    seen: Counter[str]

    async def run(self) -> None:
        """Both at once, in either order; both were carried out, or the opening came too late."""
        ben = self.studio.people[0]
        acts = [lambda: patiently(self.studio, ben), self.against]
        if random.random() < 0.5:
            acts.reverse()
        first, second = await asyncio.gather(*(act() for act in acts))
        opening, other = (first, second) if acts[1] == self.against else (second, first)
        assert other.accepted
        if opening.accepted:
            self.seen["opened"] += 1
            assert await self.studio.seats() == (1, 0, 1)
            renewed = await self.studio.renews(id_of(opening), by=ben)
            assert code_of(renewed) is RefusalCode.NO_ENTITLEMENT
        else:
            self.seen["too late"] += 1
            assert code_of(opening) is RefusalCode.NO_ENTITLEMENT
        assert (await self.studio.seats(), await self.studio.leases()) == ((1, 0, 0), 0)

    def both_were_seen(self, rounds: int) -> None:
        """In many rounds each wins sometimes."""
        if rounds >= 200:
            assert set(self.seen) == {"opened", "too late"}


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_T31_opening_against_revoking(ground: Ground, rounds: int) -> None:
    studio = await ground.studio(seats=1, people=1)
    race = Race(studio, lambda: studio.revokes(studio.people[0]), Counter())

    for _ in range(rounds):
        assert (await studio.assigns(studio.people[0])).accepted
        await race.run()

    race.both_were_seen(rounds)


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_A12_opening_against_switching_floating_off(ground: Ground, rounds: int) -> None:
    studio = await ground.studio(seats=1, people=1)
    race = Race(studio, studio.floats, Counter())

    for _ in range(rounds):
        assert (await studio.floats(everyone=True)).accepted
        await race.run()

    race.both_were_seen(rounds)


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_T9_opening_against_expiry(ground: Ground, rounds: int) -> None:
    studio = await ground.studio(seats=0, people=1)
    products = [f"Lumen {number}" for number in range(rounds)]
    opened: Counter[int] = Counter()

    for begin in range(0, rounds, PRODUCTS_AT_A_TIME):
        opened.update(await expiring(studio, products[begin : begin + PRODUCTS_AT_A_TIME]))

    assert set(opened) <= {2, 3, 4}
    await eventually(
        lambda: taken(studio),
        lambda seen: seen == [(2, 2)] * rounds,
        wait_seconds=PATIENCE_SECONDS,
    )
    assert await studio.leases() == 2 * rounds
    if rounds >= 200:
        assert opened[2] > 0
        assert opened[4] > 0


async def expiring(studio: Studio, products: list[str]) -> list[int]:
    """Two of the four seats of each product end while it is stormed; how many got in."""
    for product in products:
        await bought(studio, product, in_a_year())
    await eventually(
        lambda: taken(studio),
        lambda seen: seen.count((2, 0)) == len(products),
        wait_seconds=PATIENCE_SECONDS,
    )
    for product in products:
        assert (await studio.floats(everyone=True, product=product)).accepted
    ends = Clock().now() + timedelta(seconds=3)
    for product in products:
        await bought(studio, product, ends)
    late = timedelta(seconds=1.5)
    return await asyncio.gather(
        *(fill(studio, product, ends + late * random.random() - LEAD) for product in products)
    )


async def bought(studio: Studio, product: str, ends: datetime) -> None:
    line = a_license_line(product=product, seats=2, expires_at=ends)
    await studio.store.says(a_purchase(account_id=studio.ana, lines=(line,)))


async def fill(studio: Studio, product: str, at: datetime) -> int:
    """Four machines open at a time near the end of a license; how many got in."""
    wait = (at - Clock().now()).total_seconds()
    await asyncio.sleep(max(0.0, wait))  # sleep: until the moment at which the race is run
    machines = (f"machine {number}" for number in range(4))
    verdicts = await asyncio.gather(
        *(
            patiently(studio, studio.people[0], product=product, machine=machine)
            for machine in machines
        )
    )
    refused = {code_of(verdict) for verdict in verdicts if not verdict.accepted}
    assert refused <= {RefusalCode.NO_SEAT_AVAILABLE}
    return sum(verdict.accepted for verdict in verdicts)


async def taken(studio: Studio) -> list[tuple[int, int]]:
    """Seats and leases of every product."""
    rows = await studio.database.fetch(
        "SELECT seats, in_use FROM product_seats WHERE organization_id = $1", studio.id
    )
    return [(row["seats"], row["in_use"]) for row in rows]
