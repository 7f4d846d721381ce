"""Payments, refunds and chargebacks in whatever order the store tells them (T19, T20, T22, T23)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from shared.contracts.credit_facts import (
    CreditsClawedBack,
    CreditsGranted,
    DebtRaised,
    DebtRepaid,
)
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import Poison
from tests.ledger.acts import CREDIT, a_capture, a_debit, a_role, an_access, an_authorize, an_id
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.seen import lines_said, pool_of
from tests.ledger.shop import Shop, an_order_paid, shop_at

Totals = dict[str, int]


@pytest.fixture
async def shop(database: LedgerDatabase, desk: Desk) -> AsyncIterator[Shop]:
    async with shop_at(database, desk) as opened:
        yield opened


async def totals(desk: Desk, owner: UUID) -> Totals:
    """What a wallet has and where the rest went, in whole credits, without what is zero."""
    row = await desk.connection.fetchrow(
        "SELECT granted, free, held, dormant, captured, expired, clawed_back, debt"
        " FROM wallet_name JOIN wallet ON wallet.id = wallet WHERE wallet_name.owner = $1",
        owner,
    )
    assert row is not None
    return {name: value // CREDIT for name, value in row.items() if value}


async def spend(desk: Desk, larkspur: Larkspur, credits: int) -> None:
    [outcome] = await desk.decide(a_debit(larkspur.id, larkspur.ben, credits * CREDIT))
    assert outcome.refusal is None


async def code_of(desk: Desk, larkspur: Larkspur) -> RefusalCode | None:
    [outcome] = await desk.decide(an_authorize(larkspur.id, larkspur.ben))
    return outcome.refusal.code if outcome.refusal else None


async def test_T19_a_payment_told_again_and_again_is_one_lot(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    ana = an_id()

    for _ in range(3):
        assert await shop.paid(ana, 500, order="L1")

    assert await totals(desk, ana) == {"granted": 500, "free": 500}
    assert len(await lines_said(desk, CreditsGranted)) == 1
    assert (await database.reconciled()).differences == ()


async def test_T21_a_payment_told_again_with_another_amount_changes_nothing(
    desk: Desk, shop: Shop
) -> None:
    ana = an_id()
    await shop.paid(ana, 500, order="L1")

    await shop.paid(ana, 900, order="L1")

    assert await totals(desk, ana) == {"granted": 500, "free": 500}


async def test_T20_a_refund_before_its_payment_leaves_net_nothing_and_L2_is_used_before_L1(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    """Step 11 of the story: 416 posted, a hold of 410, 200 more that run out sooner."""
    larkspur = await an_organization(desk, 416 * CREDIT)
    hold = an_authorize(larkspur.id, larkspur.ben, 410 * CREDIT)
    await desk.decide(hold)

    soon = desk.clock.now() + timedelta(days=100)
    await shop.paid(larkspur.ana, 200, order="L2", expires_at=soon)
    more = an_authorize(larkspur.id, larkspur.ben, 30 * CREDIT)
    await desk.decide(more)
    await desk.decide(a_capture(larkspur.id, hold.command, 410 * CREDIT))
    before = await totals(desk, larkspur.id)
    await shop.refunded("L3", 120)
    await shop.paid(larkspur.ana, 120, order="L3")

    assert await pool_of(desk, larkspur.id) == (206, 30, 176)
    assert before == {"granted": 616, "free": 176, "held": 30, "captured": 410}
    assert await totals(desk, larkspur.id) == {
        "granted": 736, "free": 176, "held": 30, "captured": 410, "clawed_back": 120,
    }  # fmt: skip
    [line] = await lines_said(desk, CreditsClawedBack)
    assert (line["amount"], line["debt"], line["order_id"]) == ("120", "0", "L3")
    drawn = await desk.connection.fetchrow("SELECT free, held FROM lot WHERE order_id = 'L2'")
    assert tuple(drawn or ()) == (170 * CREDIT, 30 * CREDIT)
    assert (await database.reconciled()).differences == ()


async def test_T23_a_chargeback_is_settled_by_its_lot_then_by_others_then_owed(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    """Step 15 of the story: 150 of L1 are charged back; 16 are left of it, 100 of L3."""
    larkspur = await an_organization(desk, 1 * CREDIT)
    await spend(desk, larkspur, 1)
    await shop.paid(larkspur.ana, 500, order="L1")
    await spend(desk, larkspur, 484)
    await shop.paid(larkspur.ana, 100, order="L3")

    await shop.charged_back("L1", 150)
    owed = await totals(desk, larkspur.id)
    refused = await code_of(desk, larkspur)
    await shop.paid(larkspur.ana, 100, order="L4")

    assert (owed.get("free", 0), owed["clawed_back"], owed["debt"]) == (0, 150, 34)
    assert refused == RefusalCode.ORGANIZATION_IN_DEBT
    assert await pool_of(desk, larkspur.id) == (66, 0, 66)
    assert await code_of(desk, larkspur) is None
    parts = await desk.connection.fetch(
        "SELECT order_id, src, sum(amount)::bigint AS amount FROM journal JOIN lot"
        " ON lot.wallet = journal.wallet AND number = lot WHERE dst = 6"
        " GROUP BY order_id, src ORDER BY order_id, src"
    )
    assert [(row["order_id"], row["src"], row["amount"] // CREDIT) for row in parts] == [
        ("L1", 2, 16), ("L1", 7, 34), ("L3", 2, 100),
    ]  # fmt: skip
    [raised], [repaid] = await lines_said(desk, DebtRaised), await lines_said(desk, DebtRepaid)
    assert (raised["amount"], raised["debt"]) == ("34", "34")
    assert (repaid["amount"], repaid["debt"]) == ("34", "0")
    assert (await database.reconciled()).differences == ()


async def test_T23_what_is_held_of_a_refunded_lot_runs_on_and_what_comes_free_repays(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    larkspur = await an_organization(desk, 1 * CREDIT)
    await spend(desk, larkspur, 1)
    await shop.paid(larkspur.ana, 100, order="L1")
    hold = an_authorize(larkspur.id, larkspur.ben, 60 * CREDIT)
    await desk.decide(hold)

    await shop.refunded("L1", 100)
    owed = await totals(desk, larkspur.id)
    [captured] = await desk.decide(a_capture(larkspur.id, hold.command, 45 * CREDIT))

    assert (owed["held"], owed["clawed_back"], owed["debt"]) == (60, 100, 60)
    assert (captured.captured, captured.released) == (45 * CREDIT, 15 * CREDIT)
    after = await totals(desk, larkspur.id)
    assert (after.get("free", 0), after["debt"]) == (0, 45)
    assert (await database.reconciled()).differences == ()


async def test_T5_T22_a_refund_takes_what_sleeps_of_its_lot(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    larkspur = await an_organization(desk)
    eva = an_id()
    await desk.decide(a_role(larkspur.id, eva, "GUEST"))
    await desk.decide(an_access(larkspur.id, eva, by=larkspur.ana))
    await shop.paid(eva, 40, order="E1")
    await shop.paid(eva, 30, order="E2")

    await shop.refunded("E1", 40)

    assert await totals(desk, eva) == {"granted": 70, "dormant": 30, "clawed_back": 40}
    assert (await database.reconciled()).differences == ()


async def test_T22_two_refunds_of_one_line_take_both_and_a_third_takes_no_more_than_was_paid(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    ana = an_id()
    await shop.paid(ana, 100, order="L1")
    await shop.refunded("L1", 60, refund="r1")
    await shop.refunded("L1", 60, refund="r1")
    await shop.refunded("L1", 30, refund="r2")

    with pytest.raises(Poison) as poison:
        await shop.refunded("L1", 11, refund="r3")
    await shop.refunded("L1", 10, refund="r4")

    assert poison.value.code == RefusalCode.INVALID_AMOUNT
    assert "11 of line 1 of order L1 to take back, 10 are left of it" in str(poison.value)
    assert await totals(desk, ana) == {"granted": 100, "clawed_back": 100}
    assert len(await lines_said(desk, CreditsClawedBack)) == 3
    assert (await database.reconciled()).differences == ()


async def test_T20_two_refunds_before_their_payment_leave_the_rest_of_it(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    ana = an_id()
    await shop.refunded("L1", 60, refund="r1")
    await shop.refunded("L1", 30, refund="r2")

    await shop.paid(ana, 100, order="L1")

    assert await totals(desk, ana) == {"granted": 100, "free": 10, "clawed_back": 90}
    assert (await database.reconciled()).differences == ()


async def test_T20_a_refund_of_more_than_will_be_paid_is_told_when_it_is_paid(
    desk: Desk, shop: Shop
) -> None:
    ana = an_id()
    await shop.refunded("L1", 120)

    with pytest.raises(Poison, match="invalid_amount"):
        await shop.paid(ana, 100, order="L1")

    assert await totals(desk, ana) == {"granted": 100, "free": 100}


async def test_T21_a_refund_told_again_with_another_amount_is_buried_and_changes_nothing(
    desk: Desk, shop: Shop
) -> None:
    ana = an_id()
    await shop.paid(ana, 100, order="L1")
    await shop.refunded("L1", 60)

    with pytest.raises(Poison) as poison:
        await shop.refunded("L1", 70)

    assert poison.value.code == RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await totals(desk, ana) == {"granted": 100, "free": 40, "clawed_back": 60}


async def test_T22_what_was_spent_to_the_last_credit_is_found_again_to_be_refunded(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    larkspur = await an_organization(desk, 1 * CREDIT)
    await spend(desk, larkspur, 1)
    await shop.paid(larkspur.ana, 100, order="L1")
    await spend(desk, larkspur, 100)
    await shop.paid(larkspur.ana, 300, order="L2")

    await shop.refunded("L1", 100)

    assert await pool_of(desk, larkspur.id) == (200, 0, 200)
    open_lots = await desk.connection.fetch("SELECT order_id FROM lot WHERE open")
    assert [row["order_id"] for row in open_lots] == ["L2"]
    assert (await database.reconciled()).differences == ()


async def test_T20_a_refund_that_finds_its_payment_mapped_and_not_granted_is_left_to_the_grant(
    desk: Desk, shop: Shop
) -> None:
    ana = an_id()
    await shop.paid(ana, 1)
    await desk.connection.execute(
        "INSERT INTO order_line (store, order_id, line_no, command, content, wallet)"
        " SELECT 'online', 'L1', 1, $1, 1, id FROM wallet",
        an_id(),
    )

    await shop.refunded("L1", 60)

    taken = await desk.connection.fetchval("SELECT wallet FROM order_refund")
    remembered = await desk.connection.fetchval("SELECT count(*) FROM verdict")

    assert (taken, remembered) == (None, 0)
    assert await totals(desk, ana) == {"granted": 1, "free": 1}


async def test_names_of_the_ledgers_own_are_no_store(shop: Shop) -> None:
    order = an_order_paid(an_id(), 1, shop.clock).model_copy(update={"store": "trial"})

    with pytest.raises(Poison, match="name of the ledger's own"):
        await shop.orders.settle(order)
