"""The database connection dies at the worst moments of a batch: its ids get one verdict each."""

from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import TypeAlias

import asyncpg
import pytest
from msgspec.structs import replace

from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.acts import Act
from services.credit_ledger.store import locking, saving
from tests.ledger.acts import CREDIT, a_capture, a_debit, an_authorize, an_id
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.engines import running_engine

pytestmark = pytest.mark.faults

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Step: TypeAlias = Callable[..., Awaitable[object]]
GONE_MILLISECONDS = 5_000


@pytest.mark.parametrize(
    ("room", "step", "committed"),
    [(locking, "begin", False), (saving, "save", False), (locking, "commit", True)],
    ids=["after the locks", "between save and commit", "between commit and answer"],
)
async def test_a_batch_that_is_killed_is_decided_once(
    database: LedgerDatabase,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    room: ModuleType,
    step: str,
    *,
    committed: bool,
) -> None:
    larkspur = await an_organization(desk, 10 * CREDIT)
    acts = some_acts(larkspur)
    kills = Killing(database, getattr(room, step))
    monkeypatch.setattr(room, step, kills)

    async with running_engine(database) as engine:
        first = await engine.submit(acts)
        again = await engine.submit(acts)

    assert kills.struck
    assert [outcome.duplicate for outcome in first] == [committed] * len(acts)
    assert [told(outcome) for outcome in first] == [told(outcome) for outcome in again]
    assert [outcome.refusal is None for outcome in first] == [True, True, True, False]
    assert await captured(database) == 7 * CREDIT
    assert (await database.reconciled()).differences == ()


def some_acts(larkspur: Larkspur) -> list[Act]:
    """Three that are accepted and one that the pool is too small for."""
    owner, ben, hold = larkspur.id, larkspur.ben, an_id()
    return [
        a_debit(owner, ben, 3 * CREDIT),
        an_authorize(owner, ben, 5 * CREDIT, id=hold),
        a_capture(owner, hold, 4 * CREDIT),
        a_debit(owner, ben, 9 * CREDIT),
    ]


class Killing:
    """Runs a step of the batch, and the first time ends the server's side of its connection."""

    def __init__(self, database: LedgerDatabase, step: Step) -> None:
        self.database, self.step = database, step
        self.struck = False

    async def __call__(self, connection: Connection, *arguments: object) -> object:
        result = await self.step(connection, *arguments)
        if not self.struck:
            self.struck = True
            await self.strike(connection.get_server_pid())
            await connection.execute("SELECT 1")
        return result

    async def strike(self, process: int) -> None:
        """End it, and wait until it is gone."""
        async with self.database.as_owner() as owner:
            assert await owner.fetchval(
                "SELECT pg_terminate_backend($1, $2)", process, GONE_MILLISECONDS
            )


def told(outcome: Outcome) -> Outcome:
    """What the caller is told, first and again."""
    return replace(outcome, duplicate=False)


async def captured(database: LedgerDatabase) -> int:
    async with database.as_owner() as connection:
        return int(
            await connection.fetchval("SELECT captured FROM wallet WHERE kind = 'ORGANIZATION'")
        )
