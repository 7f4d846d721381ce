"""What waits under a name, and what gives back under one, is decided where its hold is (T16)."""

from collections.abc import Callable
from uuid import UUID

import orjson
import pytest

from services.credit_ledger.rules.acts import Act
from services.credit_ledger.timers import sweep_once
from shared.contracts.refusals import RefusalCode
from shared.postgres.pool import open_pool
from tests.ledger.access_acts import a_succession
from tests.ledger.acts import (
    CREDIT,
    a_capture,
    a_debit,
    a_grant,
    a_role,
    a_void,
    an_authorize,
    an_extend,
    an_id,
)
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization, desk_at
from tests.ledger.engines import running_engine
from tests.ledger.seen import pool_of
from tests.ledger.trade import a_credit_back

ENDINGS: dict[str, tuple[Callable[[UUID, UUID], Act], tuple[float, float, float]]] = {
    "capture": (lambda owner, hold: a_capture(owner, hold, 4 * CREDIT), (496, 0, 496)),
    "void": (a_void, (500, 0, 500)),
    "extend": (lambda owner, hold: an_extend(owner, hold, 2 * CREDIT), (500, 11, 489)),
}


@pytest.fixture
async def larkspur(desk: Desk) -> Larkspur:
    return await an_organization(desk)


async def mia_joins(desk: Desk, larkspur: Larkspur) -> UUID:
    """She has five credits of her own, which sleep while she is in."""
    mia = an_id()
    await desk.decide(a_grant(mia, 5 * CREDIT), a_role(larkspur.id, mia))
    return mia


async def own_of(desk: Desk, account: UUID) -> tuple[int, int, int]:
    """What is free, asleep and captured in the wallet that is an account's own."""
    row = await desk.connection.fetchrow(
        "SELECT free, dormant, captured FROM wallet WHERE owner = $1", account
    )
    assert row is not None
    free, dormant, captured = (amount // CREDIT for amount in row)
    return free, dormant, captured


async def waiting(desk: Desk) -> list[UUID]:
    """Whose wallets commands wait in."""
    rows = await desk.connection.fetch(
        "SELECT wallet.owner FROM parked_command JOIN wallet ON id = wallet ORDER BY command"
    )
    return [row["owner"] for row in rows]


async def write_what_waits(database: LedgerDatabase, body: str) -> None:
    """Let what waits have been written so by whoever sent it."""
    async with database.as_owner() as connection:
        await connection.execute("UPDATE parked_command SET body = $1", body)


async def sweep_after_a_minute(database: LedgerDatabase, desk: Desk) -> None:
    desk.advance(61)
    async with (
        await open_pool(database.service_url) as pool,
        running_engine(database, clock=desk.clock) as engine,
    ):
        await sweep_once(pool, engine)


@pytest.mark.parametrize("what", list(ENDINGS))
@pytest.mark.parametrize("by_organization", [True, False])
async def test_T16_T19_what_waited_for_its_hold_follows_its_name_to_the_pool(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur, what: str, *, by_organization: bool
) -> None:
    ending, pool = ENDINGS[what]
    mia, hold = await mia_joins(desk, larkspur), an_id()
    [waits] = await desk.decide(ending(mia, hold))
    await desk.decide(a_succession(larkspur.id, larkspur.ana, mia))
    assert (waits.parked, await waiting(desk)) == (True, [larkspur.id])

    async with desk_at(database) as other:
        owner = larkspur.id if by_organization else mia
        await other.decide(an_authorize(owner, mia, 9 * CREDIT, id=hold))
        [late] = other.late

    assert (late.refusal, late.reply_to) == (None, "reply.farm.1")
    assert await pool_of(desk, larkspur.id) == pool
    assert await waiting(desk) == []
    assert (await database.reconciled()).differences == ()


async def test_T16_a_name_moves_whatever_those_who_wait_under_it_wrote(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur
) -> None:
    mia, hold = await mia_joins(desk, larkspur), an_id()
    await desk.decide(a_capture(mia, hold, 4 * CREDIT))
    body = await desk.connection.fetchval("SELECT body FROM parked_command")
    written = orjson.loads(body) | {"owner": f"urn:uuid:{mia}"}
    await write_what_waits(database, orjson.dumps(written).decode())

    await desk.decide(a_succession(larkspur.id, larkspur.ana, mia))
    followed = await waiting(desk)
    async with desk_at(database) as other:
        await other.decide(an_authorize(mia, mia, 9 * CREDIT, id=hold))
        [late] = other.late

    assert followed == [larkspur.id]
    assert (late.refusal, late.captured) == (None, 4 * CREDIT)
    assert (await database.reconciled()).differences == ()


async def test_T16_a_name_moves_though_what_waits_under_it_cannot_be_read(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur
) -> None:
    mia = await mia_joins(desk, larkspur)
    await desk.decide(a_capture(mia, an_id()))
    await write_what_waits(database, '{"job_token": "\\u0000"}')

    [outcome] = await desk.decide(a_succession(larkspur.id, larkspur.ana, mia))

    assert outcome.refusal is None
    assert await waiting(desk) == [larkspur.id]


async def test_T16_what_waited_before_names_were_kept_is_decided_after_its_minute(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur
) -> None:
    mia, hold = await mia_joins(desk, larkspur), an_id()
    await desk.decide(a_capture(mia, hold, 4 * CREDIT))
    async with database.as_owner() as connection:
        await connection.execute("UPDATE parked_command SET owner = NULL")
    await desk.decide(a_succession(larkspur.id, larkspur.ana, mia))
    stayed = await waiting(desk)
    await desk.decide(an_authorize(mia, mia, 9 * CREDIT, id=hold))

    await sweep_after_a_minute(database, desk)

    assert (stayed, await waiting(desk)) == ([mia], [])
    assert await pool_of(desk, larkspur.id) == (496, 0, 496)


async def test_T16_T19_what_waited_in_the_pool_follows_its_name_to_the_former_ones_own_wallet(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur
) -> None:
    ana, hold = larkspur.ana, an_id()
    waits = a_capture(ana, hold, 4 * CREDIT)
    stays = a_capture(larkspur.id, an_id())
    await desk.decide(waits, stays)
    await desk.decide(a_succession(larkspur.id, ana, larkspur.ben, "GUEST"))
    await desk.decide(a_grant(ana, 9 * CREDIT))

    await desk.decide(an_authorize(ana, ana, 9 * CREDIT, id=hold))
    [late] = desk.late

    assert (late.refusal, late.captured) == (None, 4 * CREDIT)
    assert await own_of(desk, ana) == (5, 0, 4)
    assert await waiting(desk) == [larkspur.id]
    assert (await database.reconciled()).differences == ()


async def test_T16_what_its_name_led_away_from_its_hold_is_decided_there_after_its_minute(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur
) -> None:
    ana, hold = larkspur.ana, an_id()
    capture = a_capture(ana, hold, 4 * CREDIT)
    await desk.decide(capture)
    await desk.decide(a_succession(larkspur.id, ana, larkspur.ben))
    await desk.decide(an_authorize(larkspur.id, larkspur.ben, 9 * CREDIT, id=hold))
    assert await waiting(desk) == [ana]

    await sweep_after_a_minute(database, desk)
    [again] = await desk.decide(capture)

    assert await waiting(desk) == []
    assert await pool_of(desk, larkspur.id) == (496, 0, 496)
    assert (again.refusal, again.captured, again.duplicate) == (None, 4 * CREDIT, True)
    assert (await database.reconciled()).differences == ()


@pytest.mark.parametrize("is_fresh", [True, False])
@pytest.mark.parametrize("what", ["hold", "line"])
async def test_A19_T16_what_comes_back_finds_what_was_charged_though_its_owners_name_moved(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur, what: str, *, is_fresh: bool
) -> None:
    mia, hold = an_id(), an_id()
    line = a_debit(mia, mia, 3 * CREDIT)
    await desk.decide(a_grant(mia, 8 * CREDIT), line)
    await desk.decide(an_authorize(mia, mia, 5 * CREDIT, id=hold), a_capture(mia, hold, 5 * CREDIT))
    await desk.decide(a_role(larkspur.id, mia))
    await desk.decide(a_succession(larkspur.id, larkspur.ana, mia))
    back = (
        a_credit_back(mia, 2 * CREDIT, hold=hold)
        if what == "hold"
        else a_credit_back(mia, 2 * CREDIT, line=line.command)
    )

    async with desk_at(database) as other:
        at_desk = other if is_fresh else desk
        [outcome] = await at_desk.decide(back)
        [again] = await at_desk.decide(back)

    assert (outcome.refusal, again.refusal, again.duplicate) == (None, None, True)
    assert await own_of(desk, mia) == (0, 2, 8)
    assert await pool_of(desk, larkspur.id) == (500, 0, 500)
    assert (await database.reconciled()).differences == ()


async def test_A19_T16_what_was_refused_under_a_name_stays_refused_wherever_it_leads(
    desk: Desk, larkspur: Larkspur
) -> None:
    mia, line = await mia_joins(desk, larkspur), an_id()
    back = a_credit_back(mia, CREDIT, line=line)
    [before] = await desk.decide(back)
    await desk.decide(a_succession(larkspur.id, larkspur.ana, mia))
    await desk.decide(a_debit(mia, mia, CREDIT, id=line))
    await desk.decide(a_succession(larkspur.id, mia, larkspur.ana))

    [again] = await desk.decide(back)

    assert before.refusal is not None
    assert (before.refusal.code, again.duplicate) == (RefusalCode.UNKNOWN_ENTRY, True)
    assert again.refusal is not None
