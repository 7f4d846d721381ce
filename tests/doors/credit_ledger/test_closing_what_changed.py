"""A month closes with what changed in it, and its lots add up to the wallet (A18, T23)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from services.credit_ledger.rules.purchase_acts import ClawBack
from shared.contracts.credit_reports import ListStatementLots, ListStatementPeople, ShowStatement
from tests.ledger.access_acts import a_restart
from tests.ledger.acts import CREDIT, a_debit, a_grant
from tests.ledger.databases import MIGRATIONS
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase
from tests.ledger.months import in_november, look, spends, until
from tests.ledger.trade import a_credit_back
from tests.ledger.window import Window, window_at

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


def taken_back(desk: Desk, larkspur: Larkspur, order: str, credits: int) -> ClawBack:
    """A refund of the one line of an order."""
    new = desk.clock.new_id()
    return ClawBack(new, larkspur.id, 1, "online", order, 1, credits * CREDIT, "refunded")


async def lots_of(window: Window, larkspur: Larkspur, period: str) -> list[dict[str, Any]]:
    """The lots of a month, after seeing that they add up to the wallet."""
    statement = await window.ask(ShowStatement(period=period), larkspur.id)
    lots = await window.pages(ListStatementLots(period=period), larkspur.id, "lots")
    for at in ("opening", "closing"):
        balance = Decimal(statement[at]["balance"])
        assert sum((Decimal(lot[at]) for lot in lots), Decimal()) == balance
    return lots


async def test_A18_T23_lots_add_up_to_the_wallet_while_a_debt_stands_and_when_it_is_repaid(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await in_november(desk, 100 * CREDIT)
    order: str = await desk.connection.fetchval("SELECT order_id FROM lot")
    await spends(desk, larkspur, 100)
    await desk.decide(taken_back(desk, larkspur, order, 100))
    until(desk, datetime(2027, 2, 3, tzinfo=UTC))
    await desk.decide(a_grant(larkspur.id, 300 * CREDIT, id=desk.clock.new_id()))
    until(desk, datetime(2027, 4, 3, tzinfo=UTC))
    await desk.decide(look(desk, larkspur))

    periods = ("2026-11", "2026-12", "2027-01", "2027-02", "2027-03", "2027-04")
    async with window_at(database, desk) as window:
        lots = {period: await lots_of(window, larkspur, period) for period in periods}

    closings = {period: [lot["closing"] for lot in lots[period]] for period in periods}
    assert [closings[period] for period in periods[:3]] == [["-100"]] * 3
    assert [closings[period] for period in periods[3:]] == [["-100", "300"]] * 3
    assert (await database.reconciled()).differences == ()


async def test_A18_a_spent_lot_is_looked_at_again_only_when_it_changed(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await in_november(desk, 100 * CREDIT)
    line = a_debit(larkspur.id, larkspur.ben, 100 * CREDIT, id=desk.clock.new_id())
    await desk.decide(line)
    until(desk, NEW_YEAR)
    await desk.decide(look(desk, larkspur))
    stated = await desk.connection.fetch("SELECT stated FROM lot")
    back = a_credit_back(larkspur.id, 7 * CREDIT, line=line.command, id=desk.clock.new_id())

    await desk.decide(back)
    again = await desk.connection.fetch("SELECT stated FROM lot")
    until(desk, datetime(2027, 2, 1, tzinfo=UTC))
    await desk.decide(look(desk, larkspur))

    assert [row["stated"] for row in (*stated, *again)] == [True, False]
    rows = await desk.connection.fetch("SELECT period FROM lot_closing ORDER BY period")
    assert [row["period"] for row in rows] == ["2026-11", "2027-01"]
    async with window_at(database, desk) as window:
        assert [lot["closing"] for lot in await lots_of(window, larkspur, "2027-01")] == ["7"]
        assert await lots_of(window, larkspur, "2026-12") == []


async def test_A18_T12_what_a_person_used_is_told_over_all_his_counts(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await in_november(desk)
    lines = []
    for spent in (5, 7, 9):
        new = desk.clock.new_id()
        line = a_debit(larkspur.id, larkspur.dan, spent * CREDIT, id=new)
        lines.append(line)
        restart = a_restart(larkspur.id, larkspur.dan, by=larkspur.ana)
        await desk.decide(line, restart)
    last = lines[0].command
    back = a_credit_back(larkspur.id, 2 * CREDIT, line=last, id=desk.clock.new_id())
    await desk.decide(back)

    async with window_at(database, desk) as window:
        november = ListStatementPeople(period="2026-11")
        now = await window.pages(november, larkspur.id, "people")
        until(desk, NEW_YEAR)
        await desk.decide(look(desk, larkspur))
        closed = await window.pages(november, larkspur.id, "people")

    assert [line["used"] for line in now if line["account_id"] == str(larkspur.dan)] == ["19"]
    assert closed == now
    summed = await desk.connection.fetchval(
        "SELECT captured FROM ended_counts WHERE person = $1", larkspur.dan
    )
    assert summed == 19 * CREDIT
    assert (await database.reconciled()).differences == ()


async def test_A18_what_was_there_before_is_filled_in_and_again_is_harmless(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await in_november(desk, 100 * CREDIT, 100 * CREDIT)
    await spends(desk, larkspur, 110)
    await desk.decide(a_restart(larkspur.id, larkspur.ben, by=larkspur.ana))
    until(desk, NEW_YEAR)
    await desk.decide(look(desk, larkspur))
    [fill] = MIGRATIONS.glob("0016_*.sql")

    async with database.as_owner() as owner:
        before = await owner.fetch("SELECT number, stated, spendable FROM lot ORDER BY number")
        await owner.execute("TRUNCATE ended_counts")
        await owner.execute("UPDATE lot SET stated = FALSE, spendable = TRUE")
        for _ in range(2):
            await owner.execute(fill.read_text(encoding="utf-8"))
            after = await owner.fetch("SELECT number, stated, spendable FROM lot ORDER BY number")
            assert [tuple(row) for row in after] == [tuple(row) for row in before]

    assert [tuple(row)[1:] for row in before] == [(True, False), (False, True)]
    assert (await database.reconciled()).differences == ()
