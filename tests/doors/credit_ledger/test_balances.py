"""What was left of a wallet at the end of each day, as its journal has it."""

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.credit_ledger.queries import balances
from shared.contracts.credit_reports import ShowBalances
from shared.contracts.refusals import RefusalCode
from tests.ledger.acts import CREDIT, a_capture, an_authorize, an_id
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.window import Window, window_at

DAY = 86_400


@pytest.fixture
async def window(database: LedgerDatabase, desk: Desk) -> AsyncIterator[Window]:
    async with window_at(database, desk) as opened:
        yield opened


async def test_each_day_ends_with_what_was_free_and_held_then(desk: Desk, window: Window) -> None:
    larkspur, since = await with_three_days(desk)

    told = await window.ask(ShowBalances(since=since, until=desk.clock.now()), larkspur.id)

    points = [(point["free"], point["held"]) for point in told["points"]]
    assert points == [("0", "0"), ("500", "0"), ("460", "40"), ("470", "0")]
    assert told["zone"] == "UTC"
    days = [point["day"] for point in told["points"]]
    assert days == [(since + timedelta(days=number)).date().isoformat() for number in range(4)]


async def test_what_is_free_last_is_what_the_pool_has_now(desk: Desk, window: Window) -> None:
    larkspur, since = await with_three_days(desk)

    until = desk.clock.now() + timedelta(days=30)
    told = await window.ask(ShowBalances(since=since, until=until), larkspur.id)

    assert told["points"][-1]["free"] == "470"
    assert datetime.fromisoformat(told["points"][-1]["at"]) <= desk.clock.now()


async def test_held_is_left_out_where_too_much_was_booked_since(
    desk: Desk, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    larkspur, since = await with_three_days(desk)
    monkeypatch.setattr(balances, "ROWS_SUMMED_MAX", 2)

    told = await window.ask(ShowBalances(since=since, until=desk.clock.now()), larkspur.id)

    held = [point.get("held") for point in told["points"]]
    assert held == [None, None, "40", "0"]


async def test_a_wallet_that_is_not_there_has_no_balances(desk: Desk, window: Window) -> None:
    now = desk.clock.now()

    verdict = await window.verdict(ShowBalances(since=now - timedelta(1), until=now), an_id())

    assert verdict.refused is not None
    assert verdict.refused.code is RefusalCode.UNKNOWN_ORGANIZATION


async def with_three_days(desk: Desk) -> tuple[Larkspur, datetime]:
    """Bought on the second day; on the third 40 are held, on the fourth 30 of them are charged."""
    midnight = datetime.combine(desk.clock.now().date(), time(12), ZoneInfo("UTC"))
    desk.advance((midnight + timedelta(days=1) - desk.clock.now()).total_seconds())
    larkspur = await an_organization(desk)
    desk.advance(DAY)
    hold = an_authorize(larkspur.id, larkspur.ben, 40 * CREDIT, lease_seconds=DAY)
    await desk.decide(hold)
    desk.advance(DAY - 3600)
    await desk.decide(a_capture(larkspur.id, hold.command, 30 * CREDIT))
    return larkspur, midnight - timedelta(hours=12)
