"""The demo story's numbers for holds, to the credit: steps 7, 9, 11, 12 and 13."""

from datetime import datetime, timedelta
from uuid import UUID

from shared.contracts.refusals import RefusalCode
from tests.ledger.acts import (
    CREDIT,
    a_capture,
    a_grant,
    a_lapse,
    a_pool,
    a_role,
    an_access,
    an_authorize,
    an_extend,
    an_id,
)
from tests.ledger.desk import Desk, LedgerDatabase
from tests.ledger.seen import free_by_expiry, pool_of

LARKSPUR, ANA, BEN, CHLOE, EVA = (an_id() for _ in range(5))


async def code_of(desk: Desk, person: UUID, amount: int) -> RefusalCode | None:
    [outcome] = await desk.decide(an_authorize(LARKSPUR, person, amount * CREDIT))
    return None if outcome.refusal is None else outcome.refusal.code


async def hold_of(desk: Desk, person: UUID, amount: int) -> UUID:
    hold = an_authorize(LARKSPUR, person, amount * CREDIT)
    [outcome] = await desk.decide(hold)
    assert outcome.refusal is None
    return hold.command


async def captured(desk: Desk, hold: UUID, amount: int) -> int | None:
    """Capture the last part, and again by mistake; gives what was released, in credits."""
    act = a_capture(LARKSPUR, hold, amount * CREDIT)
    [outcome] = await desk.decide(act)
    [again] = await desk.decide(act)
    assert again.duplicate
    assert outcome.released is not None
    return outcome.released // CREDIT


async def the_cast(desk: Desk, expires_at: datetime) -> None:
    """Ana's pool of 500; Ben unlimited, Chloe a quota of 120, Eva one of 300."""
    await desk.decide(a_grant(ANA, 500 * CREDIT, expires_at=expires_at))
    await desk.decide(a_pool(ANA, LARKSPUR))
    await desk.decide(
        a_role(LARKSPUR, BEN), a_role(LARKSPUR, CHLOE), a_role(LARKSPUR, EVA, "GUEST")
    )
    await desk.decide(
        an_access(LARKSPUR, BEN, by=ANA),
        an_access(LARKSPUR, CHLOE, "quota", 120 * CREDIT, by=ANA),
        an_access(LARKSPUR, EVA, "quota", 300 * CREDIT, by=ANA),
    )


async def test_T27_T26_T25_T28_the_demo_story_comes_out_to_the_credit(
    desk: Desk, database: LedgerDatabase
) -> None:
    in_a_year = desk.clock.now() + timedelta(days=365)
    await the_cast(desk, in_a_year)

    # Step 7
    first = await hold_of(desk, CHLOE, 90)
    assert await pool_of(desk, LARKSPUR) == (500, 90, 410)
    assert await code_of(desk, CHLOE, 60) == RefusalCode.QUOTA_EXCEEDED
    assert await captured(desk, first, 84) == 6
    assert await pool_of(desk, LARKSPUR) == (416, 0, 416)

    # Step 9
    third = await hold_of(desk, BEN, 380)
    assert await code_of(desk, EVA, 200) == RefusalCode.POOL_INSUFFICIENT
    fourth = await hold_of(desk, EVA, 30)
    assert await pool_of(desk, LARKSPUR) == (416, 410, 6)

    # Step 11
    sooner = desk.clock.now() + timedelta(days=120)
    await desk.decide(a_grant(ANA, 200 * CREDIT, expires_at=sooner))
    await desk.decide(an_extend(LARKSPUR, third, 40 * CREDIT))
    assert await free_by_expiry(desk, LARKSPUR) == [(sooner, 160), (in_a_year, 6)]
    assert await captured(desk, third, 410) == 10
    assert await free_by_expiry(desk, LARKSPUR) == [(sooner, 160), (in_a_year, 16)]
    assert await pool_of(desk, LARKSPUR) == (206, 30, 176)

    # Step 12
    await desk.decide(an_access(LARKSPUR, CHLOE, "quota", 150 * CREDIT, by=ANA))
    sixth = await hold_of(desk, CHLOE, 50)
    await desk.decide(a_role(LARKSPUR, CHLOE, "REMOVED"))
    assert await code_of(desk, CHLOE, 1) == RefusalCode.CREDIT_ACCESS_DISABLED
    assert await captured(desk, sixth, 38) == 12
    assert await captured(desk, fourth, 30) == 0
    assert await pool_of(desk, LARKSPUR) == (138, 0, 138)

    # Step 13
    seventh = await hold_of(desk, EVA, 20)
    await desk.decide(an_extend(LARKSPUR, seventh, lease_seconds=60, metered=5 * CREDIT))
    desk.advance(4000)
    [lapsed] = await desk.decide(a_lapse(LARKSPUR, seventh))
    assert (lapsed.captured, lapsed.released) == (5 * CREDIT, 15 * CREDIT)
    assert await pool_of(desk, LARKSPUR) == (133, 0, 133)
    assert await free_by_expiry(desk, LARKSPUR) == [(sooner, 117), (in_a_year, 16)]
    assert (await database.reconciled()).differences == ()
