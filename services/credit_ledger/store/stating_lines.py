"""Lines of statements: what happened to each lot, and what each person used, in one month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from shared.postgres.pool import Connection


class LotState(NamedTuple):
    """A lot's accounts at one time, counted from its beginning, in microcredits."""

    granted: int
    remaining: int
    captured: int
    expired: int
    clawed_back: int
    credited_back: int
    adjusted: int
    owed: int


@dataclass(frozen=True)
class LotMonth:
    """What stood in one lot when a month ended, and when it began."""

    closing: LotState
    opening: LotState
    number: int
    category: int
    store: str
    order_id: str
    line_no: int
    currency: str | None
    unit_price: str | None
    expires_at: datetime | None


@dataclass(frozen=True)
class PersonMonth:
    """What one person used in a month, less what was credited back, in microcredits."""

    person: UUID
    role: str
    used: int


async def lots_closed(
    connection: Connection, wallet: int, period: str, after: int, limit: int
) -> list[LotMonth]:
    """List the lots of a closed month by number; what a lot was worth never changes either."""
    rows = await connection.fetch(
        """
        SELECT
            this.lot, category, store, order_id, line_no, currency, unit_price, this.expires_at,
            this.granted, this.free + this.held + this.dormant, this.captured, this.expired,
            this.clawed_back, this.credited_back, this.adjusted, this.owed,
            last.granted, last.free + last.held + last.dormant, last.captured, last.expired,
            last.clawed_back, last.credited_back, last.adjusted, last.owed
        FROM lot_closing AS this
        INNER JOIN lot ON lot.wallet = this.wallet AND lot.number = this.lot
        LEFT JOIN LATERAL (
            SELECT * FROM lot_closing AS earlier
            WHERE
                earlier.wallet = this.wallet AND earlier.lot = this.lot
                AND earlier.period < this.period
            ORDER BY earlier.period DESC
            LIMIT 1
        ) AS last ON TRUE
        WHERE this.wallet = $1 AND this.period = $2 AND this.lot > $3
        ORDER BY this.lot
        LIMIT $4
        """,
        wallet,
        period,
        after,
        limit,
    )
    return _lots(rows)


async def lots_open(connection: Connection, wallet: int, after: int, limit: int) -> list[LotMonth]:
    """List the lots of the month that is open: those with credits, and those that changed.

    Those that owe something, or paid what others owe, are listed always: so the lots add up (T23).
    """
    rows = await connection.fetch(
        """
        SELECT
            number, category, store, order_id, line_no, currency, unit_price, this.expires_at,
            this.granted, this.free + this.held + this.dormant, this.captured, this.expired,
            this.clawed_back, this.credited_back, this.adjusted, this.owed,
            last.granted, last.free + last.held + last.dormant, last.captured, last.expired,
            last.clawed_back, last.credited_back, last.adjusted, last.owed
        FROM lot AS this
        LEFT JOIN LATERAL (
            SELECT * FROM lot_closing AS earlier
            WHERE earlier.wallet = this.wallet AND earlier.lot = this.number
            ORDER BY earlier.period DESC
            LIMIT 1
        ) AS last ON TRUE
        WHERE
            this.wallet = $1 AND number > $2
            AND (this.open OR NOT this.stated OR this.owed <> 0) AND (
                this.open OR this.owed <> 0 OR last.wallet IS NULL OR (
                    last.granted, last.free, last.held, last.dormant, last.captured, last.expired,
                    last.clawed_back, last.credited_back, last.adjusted, last.owed
                ) <> (
                    this.granted, this.free, this.held, this.dormant, this.captured, this.expired,
                    this.clawed_back, this.credited_back, this.adjusted, this.owed
                )
            )
        ORDER BY number
        LIMIT $3
        """,
        wallet,
        after,
        limit,
    )
    return _lots(rows)


async def people_closed(
    connection: Connection, wallet: int, period: str, after: UUID | None, limit: int
) -> list[PersonMonth]:
    """List by id who used anything in a closed month, and whose wallet it was (T15)."""
    rows = await connection.fetch(
        """
        SELECT person, role, this.captured - coalesce(last.captured, 0)
        FROM person_closing AS this
        LEFT JOIN LATERAL (
            SELECT captured FROM person_closing AS earlier
            WHERE
                earlier.wallet = this.wallet AND earlier.person = this.person
                AND earlier.period < this.period
            ORDER BY earlier.period DESC
            LIMIT 1
        ) AS last ON TRUE
        WHERE wallet = $1 AND period = $2 AND ($3::uuid IS NULL OR person > $3)
        ORDER BY person
        LIMIT $4
        """,
        wallet,
        period,
        after,
        limit,
    )
    return [PersonMonth(*row) for row in rows]


async def people_open(
    connection: Connection, wallet: int, after: UUID | None, limit: int
) -> list[PersonMonth]:
    """List by id who used anything since the last closing, and whose wallet it is (T15)."""
    rows = await connection.fetch(
        """
        SELECT this.person, role, counted.captured - coalesce(last.captured, 0)
        FROM access AS this
        LEFT JOIN ended_counts AS ended
            ON ended.wallet = this.wallet AND ended.person = this.person
        CROSS JOIN LATERAL (
            SELECT this.captured + coalesce(ended.captured, 0) AS captured
        ) AS counted
        LEFT JOIN LATERAL (
            SELECT captured FROM person_closing AS earlier
            WHERE earlier.wallet = this.wallet AND earlier.person = this.person
            ORDER BY earlier.period DESC
            LIMIT 1
        ) AS last ON TRUE
        WHERE
            this.wallet = $1 AND ($2::uuid IS NULL OR this.person > $2) AND (
                counted.captured <> coalesce(last.captured, 0)
                OR role IN ('OWNER', 'ADMINISTRATOR')
            )
        ORDER BY this.person
        LIMIT $3
        """,
        wallet,
        after,
        limit,
    )
    return [PersonMonth(*row) for row in rows]


def _lots(rows: Sequence[asyncpg.Record]) -> list[LotMonth]:
    return [LotMonth(LotState(*row[8:16]), _opening(row[16:]), *row[:8]) for row in rows]


def _opening(state: Sequence[int | None]) -> LotState:
    """A lot that came within the month had nothing before it."""
    return LotState(*[amount or 0 for amount in state])
