"""Months of random business in zones whose clocks change: every statement against its journal."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import pytest

from services.credit_ledger.rules.acts import Act, Expire, Lapse
from services.credit_ledger.rules.purchase_acts import ClawBack, Direction
from shared.clock import id_at
from shared.contracts.credit_reports import (
    ListStatementLots,
    ListStatementPeople,
    ListStatements,
    ShowStatement,
)
from shared.contracts.credit_terms import SetPoolTerms
from tests.ledger.acts import CREDIT, a_capture, a_debit, a_grant, a_void, an_authorize, asked
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, desk_at
from tests.ledger.months import in_november
from tests.ledger.trade import a_credit_back, an_adjustment
from tests.ledger.window import Window, window_at
from tests.model.ground import StillClock

ZONES = ("UTC", "Europe/Sofia", "America/St_Johns", "Pacific/Kiritimati", "Australia/Lord_Howe")
STEPS = 60
# How a journal row changes each figure of a statement: by its source, and by its destination.
FIGURES = """
SELECT
    coalesce(sum(amount) FILTER (WHERE src = 1), 0) AS granted,
    coalesce(sum(amount) FILTER (WHERE src = 8), 0) AS credited_back,
    coalesce(sum(amount) FILTER (WHERE dst = 4 AND src <> 10), 0) AS captured,
    coalesce(sum(CASE 5 WHEN dst THEN amount WHEN src THEN -amount END), 0) AS expired,
    coalesce(sum(amount) FILTER (WHERE dst = 6), 0) AS clawed_back,
    coalesce(sum(CASE 11 WHEN dst THEN amount WHEN src THEN -amount END), 0) AS adjusted,
    coalesce(sum(CASE 7 WHEN src THEN amount WHEN dst THEN -amount END), 0) AS debt,
    coalesce(sum(amount) FILTER (WHERE src = 10), 0) AS absorbed,
    min(booked_at) AS first,
    max(booked_at) AS last
FROM journal
WHERE wallet = $1 AND seq BETWEEN $2 AND $3
"""
IN = ("granted", "credited_back", "debt")
OUT = ("captured", "expired", "clawed_back", "adjusted")


@pytest.mark.parametrize("seed", range(5))
async def test_A18_A21_statements_add_up_to_the_journal_whatever_was_booked(
    database: LedgerDatabase, seed: int
) -> None:
    await kept(database, seed, steps=STEPS)


@pytest.mark.verify
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(100, 130))
async def test_A18_A21_statements_add_up_for_years(database: LedgerDatabase, seed: int) -> None:
    await kept(database, seed, steps=STEPS * 8)


async def kept(database: LedgerDatabase, seed: int, *, steps: int) -> None:
    random = Random(seed)
    clock = StillClock()
    async with desk_at(database, clock) as one, desk_at(database, clock) as other:
        larkspur = await in_november(one)
        farm = Farm(larkspur, [one, other], clock, random)
        async with window_at(database, one) as window:
            first = await farm.works(window, steps)
            months = await window.pages(ListStatements(), larkspur.id, "statements")
            wallet = await wallet_of(database, larkspur.id)
            for month in months:
                await agrees_with_its_journal(database, wallet, month)
                await agrees_with_its_lines(window, larkspur, month)
    assert len(months) > 1
    assert months[0]["opening"]["balance"] == "0"
    assert all(one["closing"] == later["opening"] for one, later in pairwise(months))
    assert all(one["ends"] == later["starts"] for one, later in pairwise(months))
    assert first == months[: len(first)], "a closed month changed"
    assert (await database.reconciled()).differences == ()


@dataclass
class Farm:
    """Does business at random on two desks whose clock jumps by days."""

    larkspur: Larkspur
    desks: list[Desk]
    clock: StillClock
    random: Random
    lines: list[UUID] = field(default_factory=list)
    holds: list[UUID] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)

    async def works(self, window: Window, steps: int) -> list[dict[str, Any]]:
        """Work on; gives the months that were closed halfway."""
        halfway: list[dict[str, Any]] = []
        for step in range(steps):
            if step == steps // 2:
                months = await window.pages(ListStatements(), self.larkspur.id, "statements")
                halfway = months[:-1]
            self.clock.moment += timedelta(hours=self.random.choice((0, 1, 30, 90)))
            desk = self.random.choice(self.desks)
            await desk.decide(*[self.act() for _ in range(self.random.randrange(1, 6))])
        return halfway

    def act(self) -> Act:
        """Something that a farm, a store or an operator asks for; some of it is refused."""
        draw = self.random.randrange(12)
        if draw < 5:
            return self.uses(draw)
        if draw < 8:
            return self.trades(draw)
        return self.settles(draw)

    def uses(self, draw: int) -> Act:
        owner, new = self.larkspur.id, id_at(self.clock.moment)
        person = self.random.choice((self.larkspur.ana, self.larkspur.ben, self.larkspur.dan))
        if draw < 2:
            self.lines.append(new)
            return a_debit(owner, person, self.amount(), id=new)
        self.holds.append(new)
        return an_authorize(owner, person, self.amount(), id=new, lease_seconds=86_400)

    def trades(self, draw: int) -> Act:
        owner, new = self.larkspur.id, id_at(self.clock.moment)
        match draw:
            case 5:
                expires_at = self.clock.moment + timedelta(days=self.random.randrange(1, 80))
                self.orders.append(str(new))
                amount = 3 * self.amount()
                return a_grant(owner, amount, expires_at=expires_at, id=new, order_id=str(new))
            case 6 if self.orders:
                order = self.random.choice(self.orders)
                return ClawBack(new, owner, 1, "online", order, 1, self.amount(), "refunded")
            case _:
                direction: Direction = self.random.choice(("add", "remove"))
                return an_adjustment(owner, self.random.randrange(1, 5), direction, id=new)

    def settles(self, draw: int) -> Act:
        owner, new = self.larkspur.id, id_at(self.clock.moment)
        if draw == 8 and self.lines:
            line = self.random.choice(self.lines)
            return a_credit_back(owner, self.amount() // 4 + 1, line=line, id=new)
        if draw == 9:
            zone, by = self.random.choice(ZONES), self.larkspur.ana
            return asked(SetPoolTerms(zone=zone), owner, by=by, id=new)
        if not self.holds:
            return Expire(new, owner, 0)
        hold = self.random.choice(self.holds[-6:])
        match self.random.randrange(4):
            case 0:
                return a_void(owner, hold, id=new)
            case 1:
                return Lapse(new, owner, 0, hold)
            case _:
                final = self.random.random() < 0.5
                return a_capture(owner, hold, self.amount() // 3, final=final, id=new)

    def amount(self) -> int:
        return self.random.randrange(1, 40 * CREDIT)


async def wallet_of(database: LedgerDatabase, owner_id: UUID) -> int:
    async with database.as_owner() as owner:
        wallet: int = await owner.fetchval(
            "SELECT wallet FROM wallet_name WHERE owner = $1", owner_id
        )
        return wallet


async def agrees_with_its_journal(
    database: LedgerDatabase, wallet: int, month: dict[str, Any]
) -> None:
    async with database.as_owner() as owner:
        row = await owner.fetchrow(FIGURES, wallet, month["seq_from"], month["seq_to"])
    assert row is not None
    *figures, first, last = row.values()
    amounts = {name: Decimal(text) for name, text in month["totals"].items()}
    assert amounts == dict(zip(row.keys(), [figure / CREDIT for figure in figures], strict=False))
    opening, closing = (Decimal(month[name]["balance"]) for name in ("opening", "closing"))
    moved = sum(amounts[name] for name in IN) - sum(amounts[name] for name in OUT)
    # What is owed is no balance: raising a debt adds to what is there and to what is owed alike.
    assert opening + moved - amounts["debt"] == closing
    assert first is None or at(month["starts"]) <= first <= last < at(month["ends"])


async def agrees_with_its_lines(window: Window, larkspur: Larkspur, month: dict[str, Any]) -> None:
    period = month["period"]
    lots = await window.pages(ListStatementLots(period=period, limit=7), larkspur.id, "lots")
    people = await window.pages(ListStatementPeople(period=period), larkspur.id, "people")
    shown = await window.ask(ShowStatement(period=period), larkspur.id)
    for name in ("granted", "credited_back", "captured", "expired", "clawed_back", "adjusted"):
        assert total(lots, name) == Decimal(month["totals"][name])
    assert total(lots, "opening") == Decimal(month["opening"]["balance"])
    assert total(lots, "closing") == Decimal(month["closing"]["balance"])
    for lot in lots:
        assert_adds_up(lot)
    assert total(lots, "owes") == Decimal(month["closing"]["debt"])
    used = Decimal(month["totals"]["captured"]) - Decimal(month["totals"]["credited_back"])
    assert total(people, "used") == used
    for values in shown["values"]:
        bought = [lot["values"] for lot in lots if lot["currency"] == values["currency"]]
        for name in ("deferred", "earned", "expired", "clawed_back"):
            assert total(bought, name) == Decimal(values[name])


def assert_adds_up(lot: dict[str, Any]) -> None:
    """What a lot opened with, what came in and what went out give its closing, line by line."""
    moved = {name: Decimal(lot[name]) for name in ("opening", *IN, *OUT, "closing", "left", "owes")}
    came_in = moved["opening"] + moved["granted"] + moved["credited_back"]
    assert came_in - sum(moved[name] for name in OUT) == moved["closing"]
    assert moved["left"] - moved["owes"] == moved["closing"]


def total(lines: list[dict[str, Any]], name: str) -> Decimal:
    return sum((Decimal(line[name]) for line in lines), Decimal(0))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
