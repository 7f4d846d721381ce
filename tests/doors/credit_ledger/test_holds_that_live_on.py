"""Holds shaped for rendering, on a real database: extended, metered, captured frame by frame."""

import pytest

from services.credit_ledger.engine.outcomes import Outcome
from shared.contracts.credit_facts import (
    CreditsCaptured,
    HoldsAuthorized,
    HoldsExpired,
    HoldsExtended,
    HoldsReleased,
)
from shared.contracts.refusals import RefusalCode
from shared.contracts.work import Work
from tests.ledger.acts import (
    CREDIT,
    a_capture,
    a_grant,
    a_lapse,
    a_role,
    a_void,
    an_access,
    an_authorize,
    an_extend,
    an_id,
)
from tests.ledger.desk import Desk, LedgerDatabase, an_organization
from tests.ledger.seen import lines_said, pool_of


def said(outcome: Outcome) -> tuple[object, ...]:
    """What moved, in whole credits, or the refusal."""
    if outcome.refusal is not None:
        return outcome.refusal.binding
    moved = (outcome.amount, outcome.captured, outcome.released, outcome.available)
    return tuple(None if amount is None else amount // CREDIT for amount in moved)


async def test_T11_a_hold_is_extended_and_its_fact_tells_by_how_much(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 90 * CREDIT, job="J1")
    extension = an_extend(larkspur.id, hold.command, 40 * CREDIT)
    heartbeat = an_extend(larkspur.id, hold.command)

    outcomes = await desk.decide(hold, extension, heartbeat)
    again = await desk.decide(extension, heartbeat)

    assert [said(outcome) for outcome in outcomes[1:]] == [
        (40, None, None, 370),
        (0, None, None, 370),
    ]
    assert [said(one) for one in again] == [said(one) for one in outcomes[1:]]
    assert all(outcome.duplicate for outcome in again)
    line = {"account_id": str(larkspur.ben), "hold_id": str(hold.command), "job": "J1"}
    assert await lines_said(desk, HoldsExtended) == [
        {"id": str(extension.command), "amount": "40", **line},
        {"id": str(heartbeat.command), "amount": "0", **line},
    ]
    assert (await database.reconciled()).differences == ()


async def test_T11_a_refused_extension_leaves_lease_and_hold_as_they_were(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.dan, 90 * CREDIT)
    await desk.decide(hold)
    before = await desk.connection.fetchrow("SELECT * FROM hold")
    desk.advance(1800)

    [refused] = await desk.decide(an_extend(larkspur.id, hold.command, 500 * CREDIT))

    assert said(refused) == (RefusalCode.QUOTA_EXCEEDED, RefusalCode.POOL_INSUFFICIENT)
    assert await desk.connection.fetchrow("SELECT * FROM hold") == before
    assert await lines_said(desk, HoldsExtended) == []
    assert (await database.reconciled()).differences == ()


async def test_T28_heartbeats_keep_a_hold_through_many_leases(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 90 * CREDIT, lease_seconds=60)
    await desk.decide(hold)

    for _ in range(5):
        desk.advance(50)
        await desk.decide(an_extend(larkspur.id, hold.command, lease_seconds=60))
    [swept] = await desk.decide(a_lapse(larkspur.id, hold.command))
    desk.advance(60)
    [lapsed] = await desk.decide(a_lapse(larkspur.id, hold.command))

    assert said(swept) == (RefusalCode.HOLD_NOT_OPEN,)
    assert said(lapsed) == (None, None, 90, 500)


async def test_T28_a_dead_node_is_charged_what_it_metered(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 20 * CREDIT, lease_seconds=60, job="J7")
    await desk.decide(hold, an_extend(larkspur.id, hold.command, metered=5 * CREDIT))
    desk.advance(3600)
    lapse = a_lapse(larkspur.id, hold.command)

    [lapsed] = await desk.decide(lapse)

    assert said(lapsed) == (None, 5, 15, 495)
    line = {"id": str(lapse.command), "account_id": str(larkspur.ben), "job": "J7"}
    line["hold_id"] = str(hold.command)
    assert await lines_said(desk, CreditsCaptured) == [{**line, "amount": "5"}]
    assert await lines_said(desk, HoldsExpired) == [{**line, "amount": "15"}]
    assert await desk.connection.fetchval("SELECT state FROM hold") == 4
    assert await desk.connection.fetchval("SELECT sum(captured) FROM access") == 5 * CREDIT
    assert (await database.reconciled()).differences == ()


async def test_T2_a_running_frame_of_somebody_removed_goes_on_but_gets_no_more(
    desk: Desk,
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 50 * CREDIT)
    await desk.decide(hold, a_role(larkspur.id, larkspur.ben, "REMOVED"))

    [heartbeat, more, capture] = await desk.decide(
        an_extend(larkspur.id, hold.command),
        an_extend(larkspur.id, hold.command, CREDIT),
        a_capture(larkspur.id, hold.command, 38 * CREDIT),
    )

    assert said(heartbeat) == (0, None, None, 450)
    assert said(more) == (RefusalCode.CREDIT_ACCESS_DISABLED,)
    assert said(capture) == (None, 38, 12, 462)


@pytest.mark.parametrize("is_stored", ["in one batch", "in two batches"])
async def test_T20_an_extension_that_overtook_its_hold_waits_for_it(
    desk: Desk, database: LedgerDatabase, is_stored: str
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 90 * CREDIT)
    extension = an_extend(larkspur.id, hold.command, 10 * CREDIT)

    if is_stored == "in one batch":
        parked, _ = await desk.decide(extension, hold)
    else:
        [parked] = await desk.decide(extension)
        await desk.decide(hold)

    assert parked.parked
    [late] = desk.late
    assert (late.command, late.reply_to) == (extension.command, "reply.farm.1")
    assert said(late) == (10, None, None, 400)
    assert await desk.connection.fetchval("SELECT count(*) FROM parked_command") == 0
    assert (await database.reconciled()).differences == ()


async def test_T12_a_hold_over_a_restarted_count_is_settled_where_it_was_authorized(
    desk: Desk, database: LedgerDatabase
) -> None:
    """R51, A7: the quota renews each day; what is held over midnight stays in yesterday's count."""
    larkspur = await an_organization(desk)
    limit = an_access(larkspur.id, larkspur.dan, "quota", 100 * CREDIT, by=larkspur.ana)
    await desk.decide(limit)
    hold = an_authorize(larkspur.id, larkspur.dan, 90 * CREDIT, lease_seconds=200_000)
    await desk.decide(hold)
    await desk.connection.execute(
        "UPDATE access SET period = 'day', renews_at = $2 WHERE person = $1",
        larkspur.dan,
        desk.clock.now(),
    )
    await desk.connection.execute("UPDATE wallet SET version = version + 1")

    [more] = await desk.decide(an_extend(larkspur.id, hold.command, 100 * CREDIT))
    [captured] = await desk.decide(a_capture(larkspur.id, hold.command, 95 * CREDIT))

    assert said(more) == (100, None, None, 310)
    assert said(captured) == (None, 95, 95, 405)
    counts = await desk.connection.fetch(
        "SELECT count, captured, held FROM quota_count UNION ALL"
        " SELECT count, captured, held FROM access WHERE person = $1 AND role <> 'OWNER'"
        " ORDER BY count",
        larkspur.dan,
    )
    assert [tuple(row) for row in counts] == [(0, 90 * CREDIT, 0), (1, 5 * CREDIT, 0)]
    assert (await database.reconciled()).differences == ()


async def test_a_frame_a_capture_and_each_keeps_what_it_was(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 90 * CREDIT, job="J1")
    frames = [
        a_capture(
            larkspur.id,
            hold.command,
            CREDIT,
            final=number == 2,
            work=Work(node=f"rn-0{number}", frame_first=number, frame_last=number, tags={"a": "b"}),
        )
        for number in range(3)
    ]

    await desk.decide(hold, *frames)

    rows = await desk.connection.fetch(
        "SELECT command, node, frame_first, frame_last, tags, quantity FROM work ORDER BY node"
    )
    assert [tuple(row) for row in rows] == [
        (frame.command, f"rn-0{number}", number, number, '{"a":"b"}', None)
        for number, frame in enumerate(frames)
    ]
    captured, released = (
        await lines_said(desk, CreditsCaptured),
        await lines_said(desk, HoldsReleased),
    )
    assert [line["amount"] for line in captured] == ["1", "1", "1"]
    assert [line["amount"] for line in released] == ["87"]


async def test_facts_of_a_hold_add_up_to_what_it_holds(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 90 * CREDIT)
    await desk.decide(hold, an_extend(larkspur.id, hold.command, 10 * CREDIT))
    await desk.decide(a_capture(larkspur.id, hold.command, 30 * CREDIT, final=False))
    await desk.decide(a_void(larkspur.id, hold.command), a_grant(larkspur.ana, id=an_id()))

    amounts = [
        [int(line["amount"]) for line in await lines_said(desk, data)]
        for data in (HoldsAuthorized, HoldsExtended, CreditsCaptured, HoldsReleased)
    ]

    assert amounts == [[90], [10], [30], [70]]
    assert (await pool_of(desk, larkspur.id))[1] == 0
