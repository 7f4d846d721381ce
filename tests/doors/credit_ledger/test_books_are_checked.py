"""The engine decides nothing on a database that came back with less than it had (architecture)."""

import asyncio

from services.credit_ledger.engine.delivery_log import DeliveryLog
from services.credit_ledger.engine.group_commit import Engine
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.store import checking
from tests.ledger.acts import CLOCK, a_debit
from tests.ledger.desk import Desk, LedgerDatabase, an_organization
from tests.waiting import eventually

MISLAY = "UPDATE wallet SET seq = seq + $2 WHERE owner = $1"


async def nobody_waits(_: list[Outcome]) -> None:
    """Take late outcomes where there are none."""


async def test_a_wallet_behind_its_journal_keeps_the_engine_shut_until_it_is_mended(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    engine = Engine(
        database.service_url, CLOCK, 0, asyncio.Event(), nobody_waits, DeliveryLog(None, 0)
    )
    stopping = asyncio.Event()
    async with database.as_owner() as owner, asyncio.TaskGroup() as tasks:
        await owner.execute(MISLAY, larkspur.id, -1)
        differing = await checking.differing_wallets(owner)
        tasks.create_task(engine.run(stopping))
        debit = tasks.create_task(engine.submit([a_debit(larkspur.id, larkspur.ben)]))
        await asyncio.wait({debit}, timeout=0.5)
        was_shut = not debit.done()

        await owner.execute(MISLAY, larkspur.id, 1)
        [outcome] = await debit
        stopping.set()

    assert len(differing) == 1
    assert was_shut
    assert outcome.refusal is None


async def test_one_act_that_breaks_a_constraint_spoils_nobody_elses(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    good = [a_debit(larkspur.id, larkspur.ben) for _ in range(9)]
    async with database.as_owner() as owner:
        await owner.execute(
            f"ALTER TABLE journal ADD CONSTRAINT bad CHECK (command <> '{good[4].command}')"
        )
    engine = Engine(
        database.service_url, CLOCK, 0, asyncio.Event(), nobody_waits, DeliveryLog(None, 0)
    )
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.run(stopping))
        outcomes = await engine.submit(good)
        stopping.set()

    refused = [outcome.refusal is not None for outcome in outcomes]
    assert refused == [n == 4 for n in range(9)]

    async def is_balanced() -> bool:
        return (await database.reconciled()).balanced

    assert await eventually(is_balanced, bool)
