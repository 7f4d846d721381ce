"""What was left of a wallet day by day, read off its journal."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from services.credit_ledger.queries.door import find_wallet, queries, unknown
from services.credit_ledger.queries.months import snapshot
from services.credit_ledger.queries.pages import rfc3339
from services.credit_ledger.queries.pools import SharedClock
from services.credit_ledger.store import balances
from services.credit_ledger.store.balances import Mark
from services.credit_ledger.store.stating import standing_of
from shared.contracts.credit_reports import ShowBalances
from shared.contracts.message import Command, Verdict
from shared.contracts.money import format_credits
from shared.messaging.doors import carries
from shared.postgres.pool import Connection, Pool

# What is summed of the journal at most: some hundredths of a second.
ROWS_SUMMED_MAX = 40_000


@queries(filter=carries(ShowBalances))
async def show_balances(command: Command[ShowBalances], pool: Pool, clock: SharedClock) -> Verdict:
    """Show what was free and what was held at the end of each day."""
    async with snapshot(pool) as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        standing = await standing_of(connection, wallet.id)
        days = _days(command.data, standing.zone, clock.now())
        marks = await balances.marks_at(
            connection, wallet.id, standing.totals.seq, [ends for _, ends in days]
        )
        held = await _held(connection, wallet.id, marks, standing.totals.seq, wallet.held)
    points: list[JsonValue] = [
        _point(day, ends, mark, held.get(mark.seq))
        for (day, ends), mark in zip(days, marks, strict=True)
    ]
    return Verdict(id=command.id, result={"points": points, "zone": standing.zone})


def _days(asked: ShowBalances, zone: str, now: datetime) -> list[tuple[date, datetime]]:
    """The days asked for, each with the moment that ends it; the last may not be over."""
    place = ZoneInfo(zone)
    day = asked.since.astimezone(place).date()
    days = []
    while (starts := datetime.combine(day, time(), place)) < min(asked.until, now):
        day += timedelta(days=1)
        days.append((starts.date(), min(datetime.combine(day, time(), place), now)))
    return days


async def _held(
    connection: Connection, wallet: int, marks: list[Mark], last: int, now: int
) -> dict[int, int]:
    """What was held after a row of the journal, by its number: counted back from what is now."""
    numbers = sorted({mark.seq for mark in marks} | {last}, reverse=True)
    near = [number for number in numbers if last - number <= ROWS_SUMMED_MAX]
    spans = [(earlier, later) for later, earlier in pairwise(near)]
    changed = await balances.held_within(connection, wallet, spans)
    held = {last: now}
    for earlier, later in spans:
        held[earlier] = held[later] - changed.get(later, 0)
    return held


def _point(day: date, at: datetime, mark: Mark, held: int | None) -> dict[str, JsonValue]:
    point: dict[str, JsonValue] = {
        "day": day.isoformat(),
        "at": rfc3339(at),
        "free": format_credits(mark.free),
    }
    return point if held is None else {**point, "held": format_credits(held)}
