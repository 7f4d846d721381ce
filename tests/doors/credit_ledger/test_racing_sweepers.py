"""Two sweepers at once: what waited in vain for its hold gets one verdict (T16)."""

import asyncio
from uuid import UUID

from asyncpg.transaction import Transaction
from msgspec.structs import replace

from services.credit_ledger.store import naming
from shared.contracts.refusals import RefusalCode
from shared.postgres.pool import Connection
from tests.ledger.access_acts import a_succession
from tests.ledger.acts import CREDIT, a_capture, an_authorize, an_id
from tests.ledger.desk import Desk, LedgerDatabase, an_organization, desk_at
from tests.ledger.seen import pool_of
from tests.waiting import eventually


async def test_T16_two_sweepers_that_look_for_its_hold_at_once_give_one_verdict(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur, hold = await an_organization(desk), an_id()
    ana = larkspur.ana
    await desk.decide(a_succession(larkspur.id, ana, larkspur.ben))
    [own] = (await naming.wallets_named(desk.connection, [ana])).values()
    capture = replace(a_capture(ana, hold, 4 * CREDIT), waited_in=own)

    async with (
        desk_at(database) as early,
        desk_at(database) as later,
        database.as_owner() as connection,
    ):
        for sweeper in (early, later):
            await sweeper.connection.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        let_go = await hold_verdict_up(connection, own, capture.command)
        first = asyncio.create_task(early.decide(capture))
        await waiters(desk, 1)
        await desk.decide(an_authorize(larkspur.id, larkspur.ben, 9 * CREDIT, id=hold))
        second = asyncio.create_task(later.decide(capture))
        await waiters(desk, 2)
        await let_go.rollback()
        [in_vain], [again] = await first, await second

    assert in_vain.refusal is not None
    assert in_vain.refusal.code == RefusalCode.UNKNOWN_HOLD
    assert (again.refusal, again.duplicate) == (in_vain.refusal, True)
    assert await pool_of(desk, larkspur.id) == (500, 9, 491)
    assert (await database.reconciled()).differences == ()


async def hold_verdict_up(connection: Connection, wallet: int, command: UUID) -> Transaction:
    """Let whoever remembers this verdict wait before his commit, until the transaction ends."""
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(
        "INSERT INTO verdict (wallet, command, content, accepted, result, decided_at)"
        " VALUES ($1, $2, 1, false, '{}', now())",
        wallet,
        command,
    )
    return transaction


async def waiters(desk: Desk, count: int) -> None:
    """Wait until so many batches wait for a lock."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    await eventually(lambda: desk.connection.fetchval(waiting), lambda seen: seen == count)
