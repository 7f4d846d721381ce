"""Batches of the real engine against the model that decides one ask at a time."""

from random import Random

import pytest

from tests.ledger.acts import an_id
from tests.ledger.desk import LedgerDatabase, desk_at
from tests.model.playing import Office, StillClock


@pytest.mark.parametrize("seed", range(6))
async def test_two_engines_decide_what_one_at_a_time_would(
    database: LedgerDatabase, seed: int
) -> None:
    await played(database, seed, batches=60)


@pytest.mark.verify
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(100, 140))
async def test_two_engines_decide_the_same_for_long(database: LedgerDatabase, seed: int) -> None:
    await played(database, seed, batches=300)


async def played(database: LedgerDatabase, seed: int, *, batches: int) -> None:
    random = Random(seed)
    clock = StillClock()
    async with desk_at(database, clock) as one, desk_at(database, clock) as other:
        office = Office([one, other], clock, random, an_id(), an_id())
        await office.open()
        for number in range(batches):
            assert await office.play(random.randrange(1, 40)) == [], f"batch {number}"

    assert (await database.reconciled()).differences == ()
