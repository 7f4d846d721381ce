"""An open asks the database little: whoever waits for the same seats waits for all of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from services.licensing.commands.checkouts import open_checkout
from shared.clock import Clock
from shared.contracts.checkouts import OpenCheckout
from shared.postgres.pool import Connection
from tests.builders import LUMEN
from tests.doors.licensing.studio import Ground

# A floating seat opened for the first time, which is said twice: of the seat, and of the right.
STATEMENTS_MAX = 17


@dataclass
class OneConnection:
    """Stands for the pool, which hands out a connection that knows the statements already."""

    connection: Connection

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        yield self.connection


async def test_A12_an_open_takes_few_statements(ground: Ground) -> None:
    studio = await ground.studio(seats=2, people=2)
    assert (await studio.floats(everyone=True)).accepted
    told: list[list[Any]] = []

    async with ground.database.acquire() as connection:
        pool: Any = OneConnection(connection)
        for person in studio.people:
            told.append([])
            command: Any = ground.portal.command(
                OpenCheckout(product=LUMEN, machine="desk"), by=person
            )
            with connection.query_logger(told[-1].append):
                verdict = await open_checkout(command, pool, Clock())
            assert verdict is not None
            assert verdict.accepted

    asked = [record.query for record in told[-1]]
    within = [statement for statement in asked if statement not in {"BEGIN;", "COMMIT;"}]
    assert 0 < len(within) <= STATEMENTS_MAX, within
