"""Months close before the first batch past their end decides anything, and never change (A18)."""

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
import pytest

from services.credit_ledger.rules.acts import Expire
from services.credit_ledger.store import closings
from shared.contracts.catalogue import FACT_BY_TYPE, fact_type
from shared.contracts.credit_notices import PeriodClosed
from tests.ledger.acts import CREDIT, a_grant, an_authorize
from tests.ledger.desk import Desk, LedgerDatabase, desk_at
from tests.ledger.months import in_november, look, spends, until
from tests.ledger.seen import uid_of

CLOSED = """
SELECT period, statement.starts, statement.ends, statement.captured, statement.held, seq_to
FROM statement INNER JOIN wallet_name ON wallet_name.wallet = statement.wallet
WHERE owner = $1
ORDER BY period
"""


class Closed(NamedTuple):
    period: str
    starts: datetime
    ends: datetime
    captured: int
    held: int
    seq_to: int


async def test_A18_what_is_booked_past_the_end_stands_in_the_next_month(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await in_november(desk)
    await spends(desk, larkspur, 5)
    await desk.decide(an_authorize(larkspur.id, larkspur.ben, 3 * CREDIT, id=desk.clock.new_id()))

    until(desk, datetime(2026, 12, 1, tzinfo=UTC))
    await spends(desk, larkspur, 7)

    [november] = await closed(database, larkspur.id)
    assert (november.period, november.starts, november.ends) == (
        "2026-11",
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
    )
    assert (november.captured, november.held) == (5 * CREDIT, 3 * CREDIT)
    assert await booked(database, larkspur.id, november.seq_to) == november.captured


async def test_A18_lots_that_run_out_at_the_end_of_a_month_expire_in_the_next(
    database: LedgerDatabase, desk: Desk
) -> None:
    ends = datetime(2026, 12, 1, tzinfo=UTC)
    larkspur = await in_november(desk)
    await desk.decide(a_grant(larkspur.id, 40 * CREDIT, expires_at=ends))

    until(desk, ends)
    await desk.decide(look(desk, larkspur))

    lots = await lot_closings(database)
    assert [(lot["free"], lot["expired"]) for lot in lots] == [
        (500 * CREDIT, 0),
        (40 * CREDIT, 0),
    ]


async def test_A18_the_sweep_finds_idle_wallets_and_each_month_closes_once(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await in_november(desk)
    before = await closings.due_periods(desk.connection, desk.clock.now())
    until(desk, datetime(2027, 2, 3, tzinfo=UTC))

    due = await closings.due_periods(desk.connection, desk.clock.now())
    await desk.decide(*(Expire(desk.clock.new_id(), owner, 0) for owner in due))
    async with desk_at(database, desk.clock) as other:
        await other.decide(look(desk, larkspur))

    assert before == []
    assert await uid_of(desk, larkspur.id) in due
    assert await closings.due_periods(desk.connection, desk.clock.now()) == []
    periods = [month.period for month in await closed(database, larkspur.id)]
    assert periods == ["2026-11", "2026-12", "2027-01"]
    assert await lines_of_facts(database) == 3


async def test_A18_a_clock_behind_books_nothing_into_a_closed_month(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await in_november(desk)
    until(desk, datetime(2026, 12, 1, tzinfo=UTC))
    await spends(desk, larkspur, 1)
    desk.advance(-3_600)

    await spends(desk, larkspur, 2)

    [november] = await closed(database, larkspur.id)
    async with database.as_owner() as owner:
        later = await owner.fetchval(
            "SELECT min(booked_at) FROM journal WHERE seq > $1", november.seq_to
        )
    assert later >= november.ends
    assert november.captured == 0


async def test_A18_T15_people_close_with_what_they_used_and_the_administrator_always(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await in_november(desk)
    await spends(desk, larkspur, 5)
    until(desk, datetime(2027, 1, 1, tzinfo=UTC))
    await desk.decide(look(desk, larkspur))

    async with database.as_owner() as owner:
        rows = await owner.fetch(
            "SELECT period, person, role, captured FROM person_closing ORDER BY period, captured"
        )

    assert [tuple(row) for row in rows] == [
        ("2026-11", larkspur.ana, "ADMINISTRATOR", 0),
        ("2026-11", larkspur.ben, "MEMBER", 5 * CREDIT),
        ("2026-12", larkspur.ana, "ADMINISTRATOR", 0),
    ]


@pytest.mark.parametrize("table", ["statement", "lot_closing", "person_closing"])
async def test_A18_the_service_may_not_change_what_is_closed(desk: Desk, table: str) -> None:
    for change in (f"DELETE FROM {table}", f"UPDATE {table} SET wallet = 1"):  # noqa: S608  # ours
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await desk.connection.execute(change)


async def closed(database: LedgerDatabase, owner_id: UUID) -> list[Closed]:
    async with database.as_owner() as owner:
        return [Closed(*row) for row in await owner.fetch(CLOSED, owner_id)]


async def booked(database: LedgerDatabase, owner_id: UUID, seq_to: int) -> int:
    """What the journal says was captured up to a row of it."""
    async with database.as_owner() as owner:
        amount: int = await owner.fetchval(
            """
            SELECT sum(amount)::bigint
            FROM journal INNER JOIN wallet_name USING (wallet)
            WHERE owner = $1 AND seq <= $2 AND dst = 4
            """,
            owner_id,
            seq_to,
        )
        return amount


async def lot_closings(database: LedgerDatabase) -> list[asyncpg.Record]:
    async with database.as_owner() as owner:
        return list(await owner.fetch("SELECT * FROM lot_closing ORDER BY lot"))


async def lines_of_facts(database: LedgerDatabase) -> int:
    """How many months the facts say were closed, each of them a valid one."""
    async with database.as_owner() as owner:
        bodies = await owner.fetch(
            "SELECT body FROM fact WHERE routing_key = $1", PeriodClosed.ROUTING_KEY
        )
    facts = [FACT_BY_TYPE[fact_type(PeriodClosed)].model_validate_json(row[0]) for row in bodies]
    return sum(len(fact.data.lines) for fact in facts)
