"""Statements as they are read: what stood at the end of a month, beside what stood before it.

A closed month is read from what was written when it closed, the open one from what is there now;
both beside the last closing before them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import asyncpg
from msgspec.json import decode

from services.credit_ledger.rules.terms import Terms
from shared.postgres.pool import Connection


class Totals(NamedTuple):
    """A wallet's accounts at one time, counted from its beginning, in microcredits."""

    seq: int = 0
    granted: int = 0
    free: int = 0
    held: int = 0
    dormant: int = 0
    captured: int = 0
    expired: int = 0
    clawed_back: int = 0
    credited_back: int = 0
    adjusted: int = 0
    debt: int = 0
    absorbed: int = 0


@dataclass(frozen=True)
class Closing:
    """A month as it closed."""

    totals: Totals
    period: str
    zone: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Standing:
    """A wallet as it stands, and how far its months are closed."""

    closed_until: datetime
    period_ends: datetime
    zone: str
    totals: Totals


async def closings_until(
    connection: Connection, wallet: int, period: str, limit: int
) -> list[Closing]:
    """List the last months that closed up to and with `period`, the latest first."""
    rows = await connection.fetch(
        """
        SELECT
            period, zone, starts, ends, seq_to, granted, free, held, dormant, captured, expired,
            clawed_back, credited_back, adjusted, debt, absorbed
        FROM statement
        WHERE wallet = $1 AND period <= $2
        ORDER BY period DESC
        LIMIT $3
        """,
        wallet,
        period,
        limit,
    )
    return [_closing(row) for row in rows]


async def closings_from(
    connection: Connection, wallet: int, period: str, limit: int
) -> list[Closing]:
    """List the first months that closed from `period` on, the earliest first."""
    rows = await connection.fetch(
        """
        SELECT
            period, zone, starts, ends, seq_to, granted, free, held, dormant, captured, expired,
            clawed_back, credited_back, adjusted, debt, absorbed
        FROM statement
        WHERE wallet = $1 AND period >= $2
        ORDER BY period
        LIMIT $3
        """,
        wallet,
        period,
        limit,
    )
    return [_closing(row) for row in rows]


async def standing_of(connection: Connection, wallet: int) -> Standing:
    """Tell how a wallet stands now."""
    row = await connection.fetchrow(
        """
        SELECT
            closed_until, period_ends, terms, seq, granted, free, held, dormant, captured, expired,
            clawed_back, credited_back, adjusted, debt, absorbed
        FROM wallet
        WHERE id = $1
        """,
        wallet,
    )
    assert row is not None
    closed_until, period_ends, terms, *totals = row
    zone = decode(terms, type=Terms).zone
    return Standing(closed_until, period_ends, zone, Totals(*totals))


def _closing(row: asyncpg.Record) -> Closing:
    return Closing(Totals(*row[4:]), *row[:4])
