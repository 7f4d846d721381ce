"""Statements add up, open with what the one before closed with, and never change (A18, A21)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest

from services.credit_ledger.rules.purchase_acts import ClawBack
from shared.contracts.credit_reports import (
    ListStatementLots,
    ListStatementPeople,
    ListStatements,
    ShowStatement,
)
from shared.contracts.refusals import RefusalCode
from tests.ledger.acts import CREDIT, a_capture, a_debit, a_grant, an_authorize, an_id
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase
from tests.ledger.months import in_november, look, spends, until
from tests.ledger.window import Window, window_at

DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
JANUARY = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
async def window(database: LedgerDatabase, desk: Desk) -> AsyncIterator[Window]:
    async with window_at(database, desk) as opened:
        yield opened


async def test_A18_a_month_opens_with_what_the_one_before_closed_with(
    desk: Desk, window: Window
) -> None:
    larkspur = await in_november(desk)
    await spends(desk, larkspur, 40)
    until(desk, DECEMBER)
    await desk.decide(a_grant(larkspur.id, 100 * CREDIT))
    await spends(desk, larkspur, 7)

    november, december = await window.pages(ListStatements(), larkspur.id, "statements")

    assert (november["period"], november["closed"]) == ("2026-11", True)
    assert (december["period"], december["closed"]) == ("2026-12", False)
    assert november["opening"]["balance"] == "0"
    assert november["totals"]["granted"] == "500"
    assert november["closing"] == december["opening"]
    assert december["opening"]["balance"] == "460"
    assert (december["totals"]["granted"], december["totals"]["captured"]) == ("100", "7")
    assert december["closing"]["balance"] == "553"
    assert december["seq_from"] == november["seq_to"] + 1


async def test_A18_a_closed_statement_is_the_same_for_ever(desk: Desk, window: Window) -> None:
    larkspur = await in_november(desk)
    await desk.decide(a_grant(larkspur.id, 80 * CREDIT, expires_at=JANUARY, order_id="o-1"))
    hold = an_authorize(larkspur.id, larkspur.dan, 30 * CREDIT, id=desk.clock.new_id())
    await desk.decide(hold)
    await spends(desk, larkspur, 40)
    until(desk, DECEMBER)
    await desk.decide(look(desk, larkspur))
    before = await everything(window, larkspur, "2026-11")

    capture = a_capture(larkspur.id, hold.command, 10 * CREDIT, id=desk.clock.new_id())
    await desk.decide(capture)
    await spends(desk, larkspur, 15)
    until(desk, JANUARY + timedelta(days=3))
    await desk.decide(look(desk, larkspur))
    await spends(desk, larkspur, 9)
    refund = ClawBack(an_id(), larkspur.id, 1, "online", "o-1", 1, 60 * CREDIT, "charged_back")
    [taken] = await desk.decide(refund)

    assert taken.refusal is None
    assert await everything(window, larkspur, "2026-11") == before


async def test_A21_lots_show_what_was_deferred_earned_and_expired(
    desk: Desk, window: Window
) -> None:
    larkspur = await in_november(desk)
    await desk.decide(a_grant(larkspur.id, 80 * CREDIT, expires_at=DECEMBER))
    await spends(desk, larkspur, 30)
    until(desk, DECEMBER)
    await spends(desk, larkspur, 5)

    november = await window.ask(ShowStatement(period="2026-11"), larkspur.id)
    december = await window.ask(ShowStatement(period="2026-12"), larkspur.id)
    first, second = await window.pages(ListStatementLots(period="2026-12"), larkspur.id, "lots")

    assert november["values"] == [worth(deferred="55", earned="3", expired="0")]
    assert december["values"] == [worth(deferred="49.5", earned="0.5", expired="5")]
    assert (first["opening"], first["captured"], first["closing"]) == ("500", "5", "495")
    assert (second["opening"], second["expired"], second["closing"]) == ("50", "50", "0")
    assert [first["values"]["earned"], second["values"]["expired"]] == ["0.5", "5"]


async def test_A18_what_ran_out_while_everything_stood_still_stands_in_the_month_of_its_booking(
    desk: Desk, window: Window
) -> None:
    larkspur = await in_november(desk, 20 * CREDIT)
    ran_out = datetime(2026, 11, 20, tzinfo=UTC)
    await desk.decide(a_grant(larkspur.id, 80 * CREDIT, expires_at=ran_out))
    until(desk, DECEMBER + timedelta(days=2))
    [spent, beyond] = await desk.decide(
        a_debit(larkspur.id, larkspur.ben, 20 * CREDIT, id=desk.clock.new_id()),
        a_debit(larkspur.id, larkspur.ben, CREDIT, id=desk.clock.new_id()),
    )

    november, december = await window.pages(ListStatements(), larkspur.id, "statements")
    [_, lot] = await window.pages(ListStatementLots(period="2026-12"), larkspur.id, "lots")

    assert (november["totals"]["expired"], november["closing"]["free"]) == ("0", "100")
    assert (december["totals"]["expired"], december["closing"]["free"]) == ("80", "0")
    assert (lot["expired"], datetime.fromisoformat(lot["expires_at"])) == ("80", ran_out)
    assert (spent.refusal is None, beyond.refusal is None) == (True, False)


async def test_A21_a_lot_that_ended_before_a_month_is_not_in_it(desk: Desk, window: Window) -> None:
    larkspur = await in_november(desk, 10 * CREDIT, 20 * CREDIT)
    await spends(desk, larkspur, 10)
    until(desk, DECEMBER)
    await desk.decide(look(desk, larkspur))

    november = await window.pages(ListStatementLots(period="2026-11"), larkspur.id, "lots")
    december = await window.pages(ListStatementLots(period="2026-12"), larkspur.id, "lots")

    assert [lot["closing"] for lot in november] == ["0", "20"]
    assert [lot["lot"] for lot in december] == [2]


async def test_T15_people_have_a_line_each_and_the_administrator_one_of_his_own(
    desk: Desk, window: Window
) -> None:
    larkspur = await in_november(desk)
    await spends(desk, larkspur, 40)
    until(desk, DECEMBER)
    hold = an_authorize(larkspur.id, larkspur.dan, 30 * CREDIT, id=desk.clock.new_id())
    await desk.decide(hold)
    await desk.decide(
        a_capture(larkspur.id, hold.command, 10 * CREDIT, id=desk.clock.new_id(), final=True)
    )

    november = await window.pages(ListStatementPeople(period="2026-11"), larkspur.id, "people")
    december = await window.pages(
        ListStatementPeople(period="2026-12", limit=1), larkspur.id, "people"
    )

    assert used(november) == {str(larkspur.ana): "0", str(larkspur.ben): "40"}
    assert used(december) == {str(larkspur.ana): "0", str(larkspur.dan): "10"}
    assert {person["role"] for person in november} == {"ADMINISTRATOR", "MEMBER"}


@pytest.mark.parametrize("period", ["2026-10", "2026-12", "0001-01", "9999-12"])
async def test_A18_months_before_the_first_and_after_the_open_one_are_refused(
    desk: Desk, window: Window, period: str
) -> None:
    larkspur = await in_november(desk)

    for question in (ShowStatement, ListStatementLots, ListStatementPeople):
        verdict = await window.verdict(question(period=period), larkspur.id)
        assert verdict.refused is not None
        assert verdict.refused.code == RefusalCode.UNKNOWN_PERIOD


async def test_a_statement_of_an_unknown_organization_is_refused(window: Window) -> None:
    verdict = await window.verdict(ShowStatement(period="2026-11"), an_id())

    assert verdict.refused is not None
    assert verdict.refused.code == RefusalCode.UNKNOWN_ORGANIZATION


async def test_A18_statements_are_listed_by_page_each_once(desk: Desk, window: Window) -> None:
    larkspur = await in_november(desk)
    until(desk, datetime(2027, 10, 2, tzinfo=UTC))
    await desk.decide(look(desk, larkspur))

    at_once = await window.pages(ListStatements(limit=500), larkspur.id, "statements")

    assert [month["period"] for month in at_once][::11] == ["2026-11", "2027-10"]
    assert [month["closed"] for month in at_once] == [True] * 11 + [False]
    for limit in (1, 3, 11, 12):
        pages = await window.pages(ListStatements(limit=limit), larkspur.id, "statements")
        assert pages == at_once


async def everything(window: Window, larkspur: Larkspur, period: str) -> bytes:
    """A statement with all its lines, as bytes."""
    statement = await window.ask(ShowStatement(period=period), larkspur.id)
    lots = await window.pages(ListStatementLots(period=period, limit=1), larkspur.id, "lots")
    people = await window.pages(ListStatementPeople(period=period, limit=1), larkspur.id, "people")
    assert Decimal(statement["totals"]["captured"]) == sum(Decimal(p["used"]) for p in people)
    return orjson.dumps([statement, lots, people])


def worth(**amounts: str) -> dict[str, str]:
    return {"currency": "EUR", "clawed_back": "0", **amounts}


def used(people: list[dict[str, Any]]) -> dict[str, str]:
    return {person["account_id"]: person["used"] for person in people}
