"""A month as a statement shows it: the difference of two closings, or of now and the last one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.credit_ledger.rules.book import BEGINNING
from services.credit_ledger.rules.closing import PeriodEnded, first_month, open_month
from services.credit_ledger.store import stating, stating_lines
from services.credit_ledger.store.stating import Closing, Standing, Totals
from services.credit_ledger.store.stating_lines import LotMonth, PersonMonth
from shared.postgres.pool import Connection, Pool

FIRST: Final = "0000-01"


@dataclass(frozen=True)
class Month:
    """One month of one wallet, closed or still open."""

    wallet: int
    named: PeriodEnded
    closed: bool
    opening: Totals
    closing: Totals


@asynccontextmanager
async def snapshot(pool: Pool) -> AsyncIterator[Connection]:
    """Read several tables as they were at one moment."""
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield connection


async def find_month(
    connection: Connection, wallet: int, period: str, now: datetime
) -> Month | None:
    """Find a month that closed, or the one that is open; none before the first booking."""
    closings = await stating.closings_until(connection, wallet, period, 2)
    opening = closings[1].totals if len(closings) > 1 else Totals()
    if closings and closings[0].period == period:
        return closed(wallet, closings[0], opening)
    standing = await stating.standing_of(connection, wallet)
    month = still_open(wallet, standing, closings[0].totals if closings else Totals(), now)
    return month if month.named.period == period else None


async def list_months(
    connection: Connection, wallet: int, after: str | None, limit: int, now: datetime
) -> list[Month]:
    """List months after one of them, oldest first; the open one is the last of all."""
    # The month before the page stands first: it closed with what the page opens with.
    closings = await stating.closings_from(connection, wallet, after or FIRST, limit + 1)
    opening = Totals()
    shown: list[Month] = []
    for closing in closings:
        if closing.period != after:
            shown.append(closed(wallet, closing, opening))
        opening = closing.totals
    if len(closings) <= limit:
        standing = await stating.standing_of(connection, wallet)
        last = still_open(wallet, standing, opening, now)
        shown += [last] if after is None or last.named.period > after else []
    return shown[:limit]


async def lots_of(connection: Connection, month: Month, after: int, limit: int) -> list[LotMonth]:
    """List the lots of a month by number."""
    if month.closed:
        period = month.named.period
        return await stating_lines.lots_closed(connection, month.wallet, period, after, limit)
    return await stating_lines.lots_open(connection, month.wallet, after, limit)


async def people_of(
    connection: Connection, month: Month, after: UUID | None, limit: int
) -> list[PersonMonth]:
    """List the people of a month by id."""
    if month.closed:
        period = month.named.period
        return await stating_lines.people_closed(connection, month.wallet, period, after, limit)
    return await stating_lines.people_open(connection, month.wallet, after, limit)


def closed(wallet: int, closing: Closing, opening: Totals) -> Month:
    """Show a month that closed."""
    named = PeriodEnded(closing.period, closing.zone, closing.starts, closing.ends)
    return Month(wallet, named, closed=True, opening=opening, closing=closing.totals)


def still_open(wallet: int, standing: Standing, opening: Totals, now: datetime) -> Month:
    """Show the month that is open; of a wallet without any booking that of `now`."""
    if standing.totals.seq == 0 or standing.period_ends == BEGINNING:
        named = first_month(standing.zone, now)
    else:
        named = open_month(standing.zone, standing.closed_until, standing.period_ends)
    return Month(wallet, named, closed=False, opening=opening, closing=standing.totals)
