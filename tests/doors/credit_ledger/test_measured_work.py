"""Measured work on a real database: priced once, by the card of its time, and found again."""

from datetime import timedelta
from typing import Any

from services.credit_ledger.engine.outcomes import Outcome, to_wire
from services.credit_ledger.rules.rates import cost
from shared.contracts.credit_notices import RateSet
from shared.contracts.work import Measure, Work
from tests.ledger.acts import (
    CREDIT,
    a_capture,
    a_measured_debit,
    a_rate,
    an_authorize,
    an_id,
)
from tests.ledger.desk import Desk, LedgerDatabase, an_organization, desk_at
from tests.ledger.seen import lines_said, pool_of

QUARTER = Measure(quantity="0.25", unit="gpu_hour", node_class="gpu")  # type: ignore[arg-type]  # as on the wire


def verdict_of(outcome: Outcome) -> dict[str, Any]:
    """The verdict as it travels: its result, or the code of the refusal."""
    wire: dict[str, Any] = to_wire(outcome)
    return {"refused": wire["refused"]["code"]} if "refused" in wire else dict(wire["result"])


async def test_a_measured_line_costs_what_the_card_of_its_time_says(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    now = desk.clock.now()
    await desk.decide(
        a_rate(larkspur.id, 6 * CREDIT, now + timedelta(seconds=60)),
        a_rate(larkspur.id, 8 * CREDIT, now + timedelta(days=2)),
    )
    desk.advance(3 * 86_400)
    yesterday = Work(occurred_at=now + timedelta(days=1), node="rn-01", tags={})

    [fresh, late] = await desk.decide(
        a_measured_debit(larkspur.id, larkspur.ben, QUARTER),
        a_measured_debit(larkspur.id, larkspur.ben, QUARTER, work=yesterday),
    )

    assert verdict_of(fresh) == {"captured": "2", "available": "498"}
    assert verdict_of(late) == {"captured": "1.5", "available": "496.5"}
    rows = await desk.connection.fetch(
        "SELECT rate, quantity, unit, node_class, job FROM work ORDER BY rate"
    )
    told = (250_000, "gpu_hour", "gpu", "J1")
    assert [tuple(row) for row in rows] == [(1, *told), (2, *told)]
    assert (await database.reconciled()).differences == ()


async def test_what_a_line_cost_is_found_again_whatever_rates_came_after(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    now = desk.clock.now()
    prices = (1, 333_333, 6 * CREDIT, 7_777_777)
    await desk.decide(
        *(
            a_rate(larkspur.id, price, now + timedelta(days=1 + number))
            for number, price in enumerate(prices)
        )
    )
    hold = an_authorize(larkspur.id, larkspur.ben, 90 * CREDIT, lease_seconds=864_000)
    await desk.decide(hold)
    for number in range(len(prices)):
        desk.advance(86_400)
        measured = Measure(quantity=f"0.{number + 1}00001", unit="gpu_hour", node_class="gpu")  # type: ignore[arg-type]  # as on the wire
        await desk.decide(
            a_measured_debit(larkspur.id, larkspur.ben, measured),
            a_capture(larkspur.id, hold.command, None, final=False, measured=measured),
        )
    desk.advance(86_400)
    await desk.decide(a_rate(larkspur.id, 99 * CREDIT, desk.clock.now()))

    rows = await desk.connection.fetch(
        """
        SELECT work.quantity, rate.price, journal.amount
        FROM work
        INNER JOIN rate ON rate.wallet = work.wallet AND rate.number = work.rate
        INNER JOIN journal ON journal.wallet = work.wallet AND journal.command = work.command
        """
    )

    assert len(rows) == 2 * len(prices)
    assert {row["price"] for row in rows} == set(prices)
    assert all(row["amount"] == cost(row["quantity"], row["price"]) for row in rows)


async def test_T19_a_repeated_line_keeps_its_price_after_the_rates_changed(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    await desk.decide(a_rate(larkspur.id, 6 * CREDIT, desk.clock.now() + timedelta(days=1)))
    desk.advance(86_400)
    line = a_measured_debit(larkspur.id, larkspur.ben, QUARTER)
    await desk.decide(line)
    await desk.decide(a_rate(larkspur.id, 8 * CREDIT, desk.clock.now() + timedelta(days=1)))
    desk.advance(86_400)

    [again] = await desk.decide(line)

    assert again.duplicate
    assert verdict_of(again) == {"captured": "1.5", "available": "498.5"}
    assert await pool_of(desk, larkspur.id) == (498.5, 0, 498.5)


async def test_T21_the_same_line_with_another_measure_is_another_line(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    await desk.decide(a_rate(larkspur.id, 6 * CREDIT, desk.clock.now() + timedelta(days=1)))
    desk.advance(86_400)
    identifier = an_id()
    await desk.decide(a_measured_debit(larkspur.id, larkspur.ben, QUARTER, id=identifier))
    half = Measure(quantity="0.5", unit="gpu_hour", node_class="gpu")  # type: ignore[arg-type]  # as on the wire

    [other] = await desk.decide(a_measured_debit(larkspur.id, larkspur.ben, half, id=identifier))

    assert verdict_of(other) == {"refused": "idempotency_key_reused"}


async def test_a_price_meets_the_limits_as_credits_do(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    await desk.decide(a_rate(larkspur.id, 402 * CREDIT, desk.clock.now() + timedelta(days=1)))
    desk.advance(86_400)
    hold = an_authorize(larkspur.id, larkspur.ben, 100 * CREDIT)

    [beyond_quota, _, beyond_hold] = await desk.decide(
        a_measured_debit(larkspur.id, larkspur.dan, QUARTER),
        hold,
        a_capture(larkspur.id, hold.command, None, measured=QUARTER),
    )

    assert verdict_of(beyond_quota) == {"refused": "quota_exceeded"}
    assert verdict_of(beyond_hold) == {"refused": "hold_exceeded"}
    assert await desk.connection.fetchval("SELECT count(*) FROM work") == 0


async def test_work_without_a_rate_is_refused_and_remembered(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben)
    line = a_measured_debit(larkspur.id, larkspur.ben, QUARTER)
    capture = a_capture(larkspur.id, hold.command, None, measured=QUARTER)

    outcomes = await desk.decide(hold, line, capture)
    await desk.decide(a_rate(larkspur.id, CREDIT, desk.clock.now() + timedelta(seconds=1)))
    desk.advance(2)
    again = await desk.decide(line, capture)

    assert [verdict_of(one) for one in [*outcomes[1:], *again]] == [{"refused": "no_rate"}] * 4
    assert (await database.reconciled()).differences == ()


async def test_a_measured_capture_that_overtook_its_hold_is_priced_when_it_is_decided(
    desk: Desk,
) -> None:
    larkspur = await an_organization(desk)
    await desk.decide(a_rate(larkspur.id, 6 * CREDIT, desk.clock.now() + timedelta(days=1)))
    desk.advance(86_400)
    hold = an_authorize(larkspur.id, larkspur.ben, 2 * CREDIT)

    await desk.decide(a_capture(larkspur.id, hold.command, None, measured=QUARTER))
    await desk.decide(hold)

    [late] = desk.late
    assert verdict_of(late) == {"captured": "1.5", "released": "0.5", "available": "498.5"}
    assert await desk.connection.fetchval("SELECT rate FROM work") == 1


async def test_A17_only_operators_set_rates_and_every_engine_hears_of_them(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    soon = desk.clock.now() + timedelta(seconds=60)
    identifier = an_id()
    async with desk_at(database, desk.clock) as other:
        await other.decide(an_authorize(larkspur.id, larkspur.ben))
        [refused] = await desk.decide(
            a_rate(larkspur.id, 6 * CREDIT, soon, actor="coffer_portal", id=identifier)
        )
        rate = a_rate(larkspur.id, 6 * CREDIT, soon, id=identifier)
        [accepted] = await desk.decide(rate)
        [in_the_past] = await desk.decide(
            a_rate(larkspur.id, CREDIT, desk.clock.now() - timedelta(seconds=1))
        )
        desk.advance(61)
        [priced] = await other.decide(a_measured_debit(larkspur.id, larkspur.ben, QUARTER))

    assert verdict_of(refused) == {"refused": "operator_required"}
    assert accepted.refusal is None
    assert verdict_of(in_the_past) == {"refused": "rate_in_the_past"}
    assert verdict_of(priced)["captured"] == "1.5"
    [line] = await lines_said(desk, RateSet)
    assert (line["id"], line["credits_per_unit"]) == (str(rate.command), "6")
    assert line["effective_from"].endswith("Z")
