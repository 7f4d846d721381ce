"""Overruns and late usage on a real database: what the pool pays, what the vendor bears."""

from typing import Any

from services.credit_ledger.engine.outcomes import Outcome, to_wire
from services.credit_ledger.rules.terms import Terms
from shared.contracts.catalogue import FACT_BY_TYPE, fact_type
from shared.contracts.credit_facts import (
    CreditsCaptured,
    HoldsExpired,
    HoldsExtended,
    HoldsReleased,
)
from shared.contracts.credit_notices import LateUsage, LateUsageRefused, UsageOverran
from shared.contracts.refusals import RefusalCode
from tests.ledger.acts import CREDIT, a_capture, a_debit, a_lapse, a_role, an_authorize, an_extend
from tests.ledger.desk import Desk, LedgerDatabase, an_organization
from tests.ledger.seen import agree_on, lines_said, pool_of

GRACE = Terms(overrun_max=20 * CREDIT)


def verdict_of(outcome: Outcome) -> dict[str, Any]:
    """The verdict as it travels: its result, or the code of the refusal."""
    wire: dict[str, Any] = to_wire(outcome)
    return {"refused": wire["refused"]["code"]} if "refused" in wire else dict(wire["result"])


async def test_T26_the_vendor_absorbs_what_a_dry_pool_cannot_pay(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk, 96 * CREDIT)
    await agree_on(desk, larkspur.id, GRACE)
    hold = an_authorize(larkspur.id, larkspur.ben, 90 * CREDIT)
    capture = a_capture(larkspur.id, hold.command, 100 * CREDIT)

    _, first = await desk.decide(hold, capture)
    [again] = await desk.decide(capture)

    said = {"captured": "96", "released": "0", "absorbed": "4", "available": "0"}
    assert verdict_of(first) == verdict_of(again) == said
    assert again.duplicate
    told = {"account_id": str(larkspur.ben), "hold_id": str(hold.command)}
    told["id"] = str(capture.command)
    assert await lines_said(desk, HoldsExtended) == [{**told, "amount": "6"}]
    assert await lines_said(desk, CreditsCaptured) == [{**told, "amount": "96"}]
    assert await lines_said(desk, HoldsReleased) == [{**told, "amount": "0"}]
    assert await lines_said(desk, UsageOverran) == [{**told, "absorbed": "4"}]
    row = await desk.connection.fetchrow("SELECT captured, absorbed FROM wallet WHERE absorbed > 0")
    assert row is not None
    assert tuple(row) == (96 * CREDIT, 4 * CREDIT)
    assert (await database.reconciled()).differences == ()


async def test_T26_an_overrun_is_absorbed_though_no_lot_is_open_any_more(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk, 90 * CREDIT)
    await agree_on(desk, larkspur.id, GRACE)
    hold = an_authorize(larkspur.id, larkspur.ben, 90 * CREDIT)
    await desk.decide(hold, a_capture(larkspur.id, hold.command, 90 * CREDIT, final=False))

    [overran] = await desk.decide(a_capture(larkspur.id, hold.command, 7 * CREDIT))

    said = {"captured": "0", "released": "0", "absorbed": "7", "available": "0"}
    assert verdict_of(overran) == said
    assert await desk.connection.fetchval("SELECT state FROM hold") == 2
    assert (await database.reconciled()).differences == ()


async def test_R51_no_overrun_takes_a_person_past_his_quota(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    await agree_on(desk, larkspur.id, GRACE)
    hold = an_authorize(larkspur.id, larkspur.dan, 90 * CREDIT)

    _, captured, next_one = await desk.decide(
        hold,
        a_capture(larkspur.id, hold.command, 110 * CREDIT),
        a_debit(larkspur.id, larkspur.dan),
    )

    assert verdict_of(captured)["captured"] == "100"
    assert verdict_of(captured)["absorbed"] == "10"
    assert verdict_of(next_one) == {"refused": "quota_exceeded"}
    assert await pool_of(desk, larkspur.id) == (400, 0, 400)
    assert (await database.reconciled()).differences == ()


async def test_T26_beyond_what_was_agreed_a_capture_is_refused_and_changes_nothing(
    desk: Desk,
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 90 * CREDIT)

    _, without_terms = await desk.decide(hold, a_capture(larkspur.id, hold.command, 91 * CREDIT))
    await agree_on(desk, larkspur.id, GRACE)
    [beyond] = await desk.decide(a_capture(larkspur.id, hold.command, 111 * CREDIT))

    assert verdict_of(without_terms) == verdict_of(beyond) == {"refused": "hold_exceeded"}
    assert await pool_of(desk, larkspur.id) == (500, 90, 410)


async def test_T29_late_usage_of_a_dead_node_is_charged_for_the_agreed_hours(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 20 * CREDIT, lease_seconds=60, job="J1")
    await desk.decide(hold, an_extend(larkspur.id, hold.command, lease_seconds=60, metered=CREDIT))
    desk.advance(61)
    await desk.decide(a_lapse(larkspur.id, hold.command))
    late = a_capture(larkspur.id, hold.command, 15 * CREDIT)

    [charged] = await desk.decide(late)
    desk.advance(24 * 3600)
    [again, too_late] = await desk.decide(late, a_capture(larkspur.id, hold.command))

    said = {"captured": "14", "released": "0", "available": "485"}
    assert verdict_of(charged) == verdict_of(again) == said
    assert verdict_of(too_late) == {"refused": "hold_expired"}
    told = {"id": str(late.command), "account_id": str(larkspur.ben), "amount": "14"}
    told["hold_id"] = str(hold.command)
    assert await lines_said(desk, LateUsage) == [told]
    captured = await lines_said(desk, CreditsCaptured)
    assert [line["amount"] for line in captured] == ["1", "14"]
    assert await lines_said(desk, HoldsReleased) == []
    row = await desk.connection.fetchrow("SELECT authorized, held, captured, state FROM hold")
    assert row is not None
    assert tuple(row) == (34 * CREDIT, 0, 15 * CREDIT, 4)
    assert (await database.reconciled()).differences == ()


async def test_T29_metered_work_is_charged_once_by_the_lapse_or_by_its_late_captures(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 20 * CREDIT, lease_seconds=60)
    beat = an_extend(larkspur.id, hold.command, lease_seconds=60, metered=12 * CREDIT)
    await desk.decide(hold, beat)
    desk.advance(61)
    await desk.decide(a_lapse(larkspur.id, hold.command))
    covered = a_capture(larkspur.id, hold.command, 12 * CREDIT, final=False)

    [within] = await desk.decide(covered)
    [again, beyond] = await desk.decide(covered, a_capture(larkspur.id, hold.command, 3 * CREDIT))

    assert verdict_of(within) == {"captured": "0", "released": "0", "available": "488"}
    assert verdict_of(again) == verdict_of(within)
    assert verdict_of(beyond) == {"captured": "3", "released": "0", "available": "485"}
    assert [line["amount"] for line in await lines_said(desk, LateUsage)] == ["3"]
    assert (await database.reconciled()).differences == ()


async def test_T28_a_heartbeat_that_its_capture_overtook_is_not_charged_by_the_lapse(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 20 * CREDIT, lease_seconds=60)
    beat = an_extend(larkspur.id, hold.command, lease_seconds=60, metered=5 * CREDIT)
    capture = a_capture(larkspur.id, hold.command, 5 * CREDIT, final=False)
    await desk.decide(hold, capture)
    desk.books = desk.books.emptied()

    await desk.decide(beat)
    desk.advance(61)
    await desk.decide(a_lapse(larkspur.id, hold.command))

    assert await pool_of(desk, larkspur.id) == (495, 0, 495)
    assert (await database.reconciled()).differences == ()


async def test_T2_of_somebody_removed_the_vendor_bears_no_more_than_the_agreed_overrun(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    await agree_on(desk, larkspur.id, Terms(overrun_max=10 * CREDIT))
    hold = an_authorize(larkspur.id, larkspur.ben, CREDIT)
    await desk.decide(hold, a_role(larkspur.id, larkspur.ben, "REMOVED"))

    answers: list[dict[str, Any]] = []
    for _ in range(4):
        desk.books = desk.books.emptied()
        frame = a_capture(larkspur.id, hold.command, 5 * CREDIT, final=False)
        [_, outcome] = await desk.decide(an_extend(larkspur.id, hold.command), frame)
        answers.append(verdict_of(outcome))

    assert [answer.get("absorbed") for answer in answers] == ["4", "5", None, None]
    assert answers[2] == answers[3] == {"refused": "hold_exceeded"}
    assert await desk.connection.fetchval("SELECT sum(absorbed) FROM wallet") == 9 * CREDIT
    assert (await database.reconciled()).differences == ()


async def test_T29_late_usage_that_is_refused_is_said_once_so_that_it_can_be_billed(
    desk: Desk,
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.dan, 90 * CREDIT, lease_seconds=60, job="J1")
    await desk.decide(hold)
    desk.advance(61)
    late = a_capture(larkspur.id, hold.command, 101 * CREDIT)

    [refused] = await desk.decide(late)
    await desk.decide(late)

    assert verdict_of(refused) == {"refused": "quota_exceeded"}
    told = {"id": str(late.command), "account_id": str(larkspur.dan), "amount": "101", "job": "J1"}
    told["hold_id"] = str(hold.command)
    assert await lines_said(desk, LateUsageRefused) == [{**told, "refused": ["quota_exceeded"]}]
    key = LateUsageRefused.ROUTING_KEY
    body = await desk.connection.fetchval("SELECT body FROM fact WHERE routing_key = $1", key)
    fact = FACT_BY_TYPE[fact_type(LateUsageRefused)].model_validate_json(body)
    assert fact.data.lines[0].refused == (RefusalCode.QUOTA_EXCEEDED,)


async def test_T29_what_a_refused_capture_told_of_covers_no_other(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk, 120 * CREDIT)
    hold = an_authorize(larkspur.id, larkspur.ben, 60 * CREDIT, lease_seconds=60)
    beat = an_extend(larkspur.id, hold.command, lease_seconds=60, metered=60 * CREDIT)
    await desk.decide(hold, beat)
    desk.advance(61)
    late = a_capture(larkspur.id, hold.command, 130 * CREDIT)
    [refused] = await desk.decide(late)
    desk.books = desk.books.emptied()

    [again, charged] = await desk.decide(late, a_capture(larkspur.id, hold.command, 60 * CREDIT))

    assert verdict_of(refused) == verdict_of(again) == {"refused": "pool_insufficient"}
    assert [line["amount"] for line in await lines_said(desk, LateUsageRefused)] == ["70"]
    assert verdict_of(charged) == {"captured": "60", "released": "0", "available": "0"}
    assert await desk.connection.fetchval("SELECT charged_ahead FROM hold") == 0
    assert (await database.reconciled()).differences == ()


async def test_T29_usage_is_as_late_before_the_sweep_as_after_it(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk, 90 * CREDIT)
    hold = an_authorize(larkspur.id, larkspur.ben, 90 * CREDIT, lease_seconds=60)
    await desk.decide(hold, an_extend(larkspur.id, hold.command, metered=5 * CREDIT))
    desk.advance(3600)

    too_much, charged, swept = await desk.decide(
        a_capture(larkspur.id, hold.command, 91 * CREDIT),
        a_capture(larkspur.id, hold.command, 85 * CREDIT),
        a_lapse(larkspur.id, hold.command),
    )

    assert verdict_of(too_much) == {"refused": "pool_insufficient"}
    assert verdict_of(charged) == {"captured": "85", "released": "0", "available": "0"}
    assert verdict_of(swept) == {"refused": "hold_not_open"}
    assert [line["amount"] for line in await lines_said(desk, HoldsExpired)] == ["85"]
    assert (await database.reconciled()).differences == ()


async def test_T29_late_usage_meets_the_limits_of_its_moment(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.dan, 90 * CREDIT, lease_seconds=60)
    await desk.decide(hold)
    desk.advance(61)
    await desk.decide(
        a_lapse(larkspur.id, hold.command), a_debit(larkspur.id, larkspur.dan, 80 * CREDIT)
    )

    [refused, fits] = await desk.decide(
        a_capture(larkspur.id, hold.command, 21 * CREDIT),
        a_capture(larkspur.id, hold.command, 20 * CREDIT),
    )

    assert refused.refusal is not None
    assert refused.refusal.code == RefusalCode.QUOTA_EXCEEDED
    assert verdict_of(fits)["captured"] == "20"
