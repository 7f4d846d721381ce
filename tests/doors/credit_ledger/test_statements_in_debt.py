"""Statements of whoever owes: each lot's line adds up, and the lines add up to the month (T23)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from deploy.operator.statement import text
from shared.contracts.credit_reports import ListStatementLots, ShowStatement
from tests.ledger.acts import CREDIT
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase
from tests.ledger.months import in_november, look, spends, until
from tests.ledger.shop import Shop, shop_at
from tests.ledger.window import Window, window_at


@pytest.fixture
async def window(database: LedgerDatabase, desk: Desk) -> AsyncIterator[Window]:
    async with window_at(database, desk) as opened:
        yield opened


async def a_debtor(desk: Desk, shop: Shop) -> Larkspur:
    """Of L1 66 credits are spent when all of it is charged back: they are owed."""
    larkspur = await in_november(desk, CREDIT)
    await spends(desk, larkspur, 1)
    await shop.paid(larkspur.ana, 100, order="L1")
    await spends(desk, larkspur, 66)
    await shop.charged_back("L1", 100)
    return larkspur


async def lines(window: Window, larkspur: Larkspur, period: str) -> dict[str, dict[str, Any]]:
    lots = await window.pages(ListStatementLots(period=period), larkspur.id, "lots")
    return {lot["order_id"]: lot for lot in lots}


async def test_T23_a_lot_tells_what_it_owes_and_another_what_it_repaid(
    database: LedgerDatabase, desk: Desk, window: Window
) -> None:
    async with shop_at(database, desk) as shop:
        larkspur = await a_debtor(desk, shop)
        owing = (await lines(window, larkspur, "2026-11"))["L1"]
        await shop.paid(larkspur.ana, 100, order="L2")

    lots = await lines(window, larkspur, "2026-11")
    shown = await window.ask(ShowStatement(period="2026-11"), larkspur.id)

    assert told(owing) == told(lots["L1"]) == ("-66", "0", "66")
    assert told(lots["L2"]) == ("100", "34", "-66")
    assert (shown["closing"]["balance"], shown["closing"]["debt"]) == ("34", "0")
    assert sum(Decimal(lot["closing"]) for lot in lots.values()) == 34
    assert text.of_lot(lots["L1"]) == (
        f"lot {lots['L1']['lot']:<6} opening 0, granted 100, captured 66, clawed back 100,"
        " closing -66 (0 left, 66 more taken back than it had), order 'L1'"
    )
    assert text.of_lot(lots["L2"]) == (
        f"lot {lots['L2']['lot']:<6} opening 0, granted 100,"
        " closing 100 (34 left, 66 repaid for other lots), order 'L2'"
    )


async def test_T23_what_repaid_in_another_month_opens_with_what_it_closed_with(
    database: LedgerDatabase, desk: Desk, window: Window
) -> None:
    async with shop_at(database, desk) as shop:
        larkspur = await a_debtor(desk, shop)
        until(desk, datetime(2026, 12, 1, tzinfo=UTC))
        await desk.decide(look(desk, larkspur))
        november = await lines(window, larkspur, "2026-11")
        await shop.paid(larkspur.ana, 100, order="L2")
    until(desk, datetime(2027, 1, 1, tzinfo=UTC))
    await spends(desk, larkspur, 34)

    december, january = [await lines(window, larkspur, month) for month in ("2026-12", "2027-01")]

    assert await lines(window, larkspur, "2026-11") == november
    assert (december["L1"]["opening"], *told(december["L1"])) == ("-66", "-66", "0", "66")
    assert (december["L2"]["opening"], *told(december["L2"])) == ("0", "100", "34", "-66")
    assert (january["L2"]["opening"], *told(january["L2"])) == ("100", "66", "0", "-66")
    assert sum(Decimal(lot["closing"]) for lot in january.values()) == 0


async def test_T23_a_month_in_debt_reads_as_a_sum_whose_debt_is_no_part_of_it(
    database: LedgerDatabase, desk: Desk, window: Window
) -> None:
    async with shop_at(database, desk) as shop:
        larkspur = await a_debtor(desk, shop)
    shown = await window.ask(ShowStatement(period="2026-11"), larkspur.id)

    said = [line.split()[:3] for line in text.in_full(shown).splitlines()[3:]]

    assert said[:7] == [
        ["opening", "0"], ["granted", "101"], ["credited", "back", "0"], ["captured", "67"],
        ["expired", "0"], ["clawed", "back", "100"], ["adjusted", "0"],
    ]  # fmt: skip
    assert said[7:12] == [
        ["closing", "-66"], ["free", "0"], ["held", "0"], ["dormant", "0"], ["less", "debt", "66"],
    ]  # fmt: skip


def told(lot: dict[str, Any]) -> tuple[str, str, str]:
    return lot["closing"], lot["left"], lot["owes"]
