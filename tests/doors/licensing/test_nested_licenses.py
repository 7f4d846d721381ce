"""Licenses that come within another row, in which columns have no names, are read as they are."""

from dataclasses import dataclass
from typing import Any

import asyncpg

from services.licensing.store import floors, holdings, licenses
from shared.clock import Clock
from shared.postgres.pool import Connection
from tests.builders import LUMEN
from tests.doors.licensing.showing import rights_become
from tests.doors.licensing.studio import Ground


@dataclass
class Keeping:
    """Stands for a connection: asks as it is told, and keeps the row."""

    connection: Connection
    row: asyncpg.Record | None = None

    async def fetchrow(self, statement: str, *values: object) -> asyncpg.Record | None:
        self.row = await self.connection.fetchrow(statement, *values)
        return self.row


async def test_A12_licenses_of_seats_are_read_field_by_field(ground: Ground) -> None:
    studio = await ground.studio(seats=2, people=0)
    now = Clock().now()

    async with ground.database.acquire() as connection:
        keeping = Keeping(connection)
        asking: Any = keeping
        await floors.find_floor(asking, studio.id, LUMEN, account_id=studio.ana, now=now)
        by_name = await licenses.organizational_licenses(connection, studio.id, LUMEN)

    assert keeping.row is not None
    assert [one.seats for one in by_name] == [2]
    assert licenses.nested(keeping.row["bought"]) == by_name


async def test_R35_licenses_of_ones_own_are_read_field_by_field(ground: Ground) -> None:
    studio = await ground.studio(seats=0, people=0)
    dan = await ground.account()
    await studio.buys(3, by=dan, kind="EDU")
    await rights_become(ground.portal, dan, "EDU")

    async with ground.database.acquire() as connection:
        holding = await holdings.holding_of(connection, dan, LUMEN, now=Clock().now())
        by_name = await licenses.licenses_of(connection, dan)

    assert [one.seats for one in by_name] == [3]
    assert holding.licenses == by_name
