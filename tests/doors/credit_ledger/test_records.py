"""What stands beside the books, page by page: corrections, orders, refunds, counts (A17, T12)."""

from typing import Any

import pytest

from shared.contracts.credit_queries import LedgerQuestion
from shared.contracts.credit_records import (
    ListAdjustments,
    ListEndedCounts,
    ListOpeningBalances,
    ListPaidOrders,
    ListPlacedOrders,
    ListRefunds,
    ListReleasedLots,
)
from shared.contracts.refusals import RefusalCode
from tests.ledger.access_acts import a_restart
from tests.ledger.acts import CREDIT, a_debit, an_id
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.shop import shop_at
from tests.ledger.trade import OLGA, OZ, a_release, an_adjustment, an_opening_balance, an_order
from tests.ledger.window import Window, window_at

LISTS: dict[str, type[LedgerQuestion]] = {
    "adjustments": ListAdjustments,
    "releases": ListReleasedLots,
    "balances": ListOpeningBalances,
    "placed orders": ListPlacedOrders,
    "orders": ListPaidOrders,
    "refunds": ListRefunds,
    "counts": ListEndedCounts,
}


async def a_busy_year(desk: Desk, database: LedgerDatabase) -> Larkspur:
    """Two of each kind, and one adjustment that waits."""
    larkspur = await an_organization(desk)
    owner, ana, dan = larkspur.id, larkspur.ana, larkspur.dan
    waits = an_adjustment(owner, 2000)
    await desk.decide(an_adjustment(owner, 40), waits)
    await desk.decide(an_adjustment(owner, 2000, by=OLGA, confirms=waits.command))
    await desk.decide(an_adjustment(owner, 3000))
    for reference in ("old-1", "old-2"):
        await desk.decide(an_opening_balance(owner, 10, reference=reference))
    for spent in (5, 7):
        restart = a_restart(owner, dan, by=ana)
        await desk.decide(a_debit(owner, dan, spent * CREDIT), restart)
    await desk.decide(*(an_order(owner, ana, 100, order=order) for order in ("o-1", "o-3")))
    async with shop_at(database, desk) as shop:
        for order in ("o-1", "o-2"):
            await shop.paid(ana, 100, order=order)
        for refund in ("r-1", "r-2"):
            await shop.refunded("o-1", 30, refund=refund)
    lots = await desk.connection.fetch("SELECT number FROM lot WHERE store = 'opening'")
    await desk.decide(*(a_release(owner, row["number"]) for row in lots))
    return larkspur


async def rows_of(
    window: Window, larkspur: Larkspur, name: str, limit: int = 500
) -> list[dict[str, Any]]:
    question = LISTS[name].model_validate({"limit": limit})
    return await window.pages(question, larkspur.id, name.removeprefix("placed "))


async def test_A17_an_accountant_finds_where_credits_came_from_and_who_corrected_what(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await a_busy_year(desk, database)

    async with window_at(database, desk) as window:
        kept = {name: await rows_of(window, larkspur, name) for name in LISTS}

    adjusted = kept["adjustments"]
    found = [(row["amount"], row["confirmed_by"], bool(row["command"])) for row in adjusted]
    assert found == [("2000", str(OLGA), True), ("40", None, True), ("3000", None, False)]
    assert {row["asked_by"] for row in adjusted} == {str(OZ)}
    assert [row["reference"] for row in kept["balances"]] == ["old-1", "old-2"]
    assert {row["lot"] for row in kept["releases"]} == {row["lot"] for row in kept["balances"]}
    assert [(row["order_id"], row["paid"]) for row in kept["placed orders"]] == [
        ("o-1", True),
        ("o-3", False),
    ]
    assert {row["placed_by"] for row in kept["placed orders"]} == {str(larkspur.ana)}
    first, second = kept["orders"]
    assert (first["order_id"], first["placed_by"]) == ("o-1", str(larkspur.ana))
    assert (second["order_id"], second["placed_by"]) == ("o-2", None)
    refunds = [
        (row["refund_id"], row["lot"], row["amount"], row["taken"]) for row in kept["refunds"]
    ]
    assert refunds == [("r-1", first["lot"], "30", True), ("r-2", first["lot"], "30", True)]
    counts = [(row["account_id"], row["count"], row["captured"]) for row in kept["counts"]]
    assert counts == [(str(larkspur.dan), 0, "5"), (str(larkspur.dan), 1, "7")]


async def test_A14_an_order_that_somebody_else_pays_is_not_paid_for_who_placed_it(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    eva = an_id()
    await desk.decide(an_order(larkspur.id, larkspur.ana, order="o-1"), an_order(eva, eva))

    async with shop_at(database, desk) as shop, window_at(database, desk) as window:
        await shop.paid(eva, 100, order="o-1")
        [placed] = await rows_of(window, larkspur, "placed orders")

    assert (placed["order_id"], placed["paid"]) == ("o-1", False)


@pytest.mark.parametrize("name", LISTS)
async def test_records_come_in_pages_each_row_once(
    desk: Desk, database: LedgerDatabase, name: str
) -> None:
    larkspur = await a_busy_year(desk, database)

    async with window_at(database, desk) as window:
        at_once = await rows_of(window, larkspur, name)
        one_by_one = await rows_of(window, larkspur, name, limit=1)
        nobody = await window.verdict(LISTS[name](), an_id())

    assert len(at_once) >= 2
    assert one_by_one == at_once
    assert nobody.refused is not None
    assert nobody.refused.code == RefusalCode.UNKNOWN_ORGANIZATION


@pytest.mark.parametrize("cursor", ["x", "[]", '["a","b"]', "[1,2]", '[1,"\\u0000"]', '["x",1]'])
@pytest.mark.parametrize("question", [ListRefunds, ListEndedCounts])
async def test_a_place_that_was_never_answered_is_malformed(
    desk: Desk, database: LedgerDatabase, question: type[LedgerQuestion], cursor: str
) -> None:
    larkspur = await an_organization(desk)
    asked = question.model_validate({"after": cursor})

    async with window_at(database, desk) as window:
        verdict = await window.verdict(asked, larkspur.id)

    assert verdict.refused is not None
    assert verdict.refused.code == RefusalCode.MALFORMED
