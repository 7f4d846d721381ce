"""The engine decides nothing on a database that came back with less than it had (architecture)."""

import asyncio

import pytest

from services.credit_ledger.engine.delivery_log import DeliveryLog
from services.credit_ledger.engine.group_commit import BooksDifferError, Engine
from services.credit_ledger.engine.outcomes import Outcome
from tests.ledger.acts import CLOCK, a_debit
from tests.ledger.desk import Desk, LedgerDatabase, an_organization


async def nobody_waits(_: list[Outcome]) -> None:
    """Take late outcomes where there are none."""


async def decided_by_a_new_engine(database: LedgerDatabase, desk: Desk) -> list[Outcome]:
    larkspur = await an_organization(desk)
    async with database.as_owner() as owner:
        await owner.execute("UPDATE wallet SET seq = seq - 1 WHERE owner = $1", larkspur.id)
    engine = Engine(
        database.service_url, CLOCK, 0, asyncio.Event(), nobody_waits, DeliveryLog(None, 0)
    )
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.run(stopping))
        outcomes = await engine.submit([a_debit(larkspur.id, larkspur.ben)])
        stopping.set()
    return outcomes


async def test_a_wallet_behind_its_journal_keeps_the_engine_shut(
    database: LedgerDatabase, desk: Desk
) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        await decided_by_a_new_engine(database, desk)

    assert raised.group_contains(BooksDifferError)
