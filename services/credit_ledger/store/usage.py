"""Reads the table of usage: sums by up to three columns, and single charges, both by keyset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeAlias
from uuid import UUID

import asyncpg
from msgspec.json import decode

from services.credit_ledger.rules.terms import Terms
from shared.postgres.pool import Connection

# Each report is planned for the values it is asked with: a generic plan would serve all filters.
# It gives up while somebody still waits for it.
REPORTING = """
SET LOCAL plan_cache_mode = force_custom_plan;
SET LOCAL statement_timeout = '8s';
SET LOCAL work_mem = '32MB';
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off
"""
# Before any row, as a place to go on from.
FIRST = -(2**63)
# The row of the journal, and the capture that moved nothing, at which a report's first page ended.
Bound: TypeAlias = tuple[int | None, int | None]
UNITS = ("ghz_hour", "core_hour", "gpu_hour", "frame")
# A column to group by is named by $10..$12, the tag of each that is a tag by $13..$15: parameters,
# to keep this one statement. The planner folds each CASE to the column it comes to, and the first
# of the ORDER where nobody asks who comes to most, so that pages follow an index and stop at their
# limit. IS TRUE keeps numbers, which bound next to nothing, from the indexes: PostgreSQL 18 would
# skip through those by every moment booked.
SUMS = """
SELECT
    who, first, second, third,
    coalesce(sum(amount) FILTER (WHERE kind = 1), 0) AS charged,
    coalesce(sum(amount) FILTER (WHERE kind = 2), 0) AS absorbed,
    coalesce(sum(amount) FILTER (WHERE kind = 3), 0) AS credited_back,
    count(*) FILTER (WHERE opens AND kind < 3) AS lines,
    sum(quantity) FILTER (WHERE unit = 'ghz_hour') AS ghz_hours,
    sum(quantity) FILTER (WHERE unit = 'core_hour') AS core_hours,
    sum(quantity) FILTER (WHERE unit = 'gpu_hour') AS gpu_hours,
    sum(quantity) FILTER (WHERE unit = 'frame') AS frames
FROM (
    SELECT
        amount, kind, opens, quantity, unit,
        CASE $10::text WHEN 'user' THEN person ELSE '00000000-0000-0000-0000-000000000000' END
            AS who,
        CASE $10::text
            WHEN 'job' THEN job
            WHEN 'project' THEN project WHEN 'product' THEN product WHEN 'node' THEN node
            WHEN 'node_class' THEN node_class WHEN 'unit' THEN unit
            WHEN 'day' THEN (booked_at AT TIME ZONE $16)::date::text
            WHEN 'tag' THEN coalesce(tags ->> $13::text, '') ELSE ''
        END AS first,
        CASE $11::text
            WHEN 'job' THEN job WHEN 'user' THEN person::text
            WHEN 'project' THEN project WHEN 'product' THEN product WHEN 'node' THEN node
            WHEN 'node_class' THEN node_class WHEN 'unit' THEN unit
            WHEN 'day' THEN (booked_at AT TIME ZONE $16)::date::text
            WHEN 'tag' THEN coalesce(tags ->> $14::text, '') ELSE ''
        END AS second,
        CASE $12::text
            WHEN 'job' THEN job WHEN 'user' THEN person::text
            WHEN 'project' THEN project WHEN 'product' THEN product WHEN 'node' THEN node
            WHEN 'node_class' THEN node_class WHEN 'unit' THEN unit
            WHEN 'day' THEN (booked_at AT TIME ZONE $16)::date::text
            WHEN 'tag' THEN coalesce(tags ->> $15::text, '') ELSE ''
        END AS third
    FROM usage
    WHERE
        wallet = $1 AND booked_at >= $2 AND booked_at < $3 AND (seq BETWEEN $26 AND $4) IS TRUE
        AND ($5::uuid IS NULL OR person = $5) AND ($6::text IS NULL OR job = $6)
        AND ($7::text IS NULL OR project = $7) AND ($8::text IS NULL OR product = $8)
        AND ($9::text IS NULL OR node = $9)
        AND ($17::text IS NULL OR node_class = $17) AND ($18::text IS NULL OR unit = $18)
        AND ($19::text IS NULL OR tags @> jsonb_build_object($19::text, $20::text))
) AS keyed
WHERE
    $21::uuid IS NULL OR (
        who >= $21 AND first >= $22::text
        AND (who, first, second, third) > ($21, $22, $23::text, $24::text)
    )
GROUP BY who, first, second, third
ORDER BY
    CASE WHEN $27::boolean
        THEN coalesce(sum(CASE kind WHEN 1 THEN -amount WHEN 3 THEN amount END), 0) END,
    who, first, second, third
LIMIT $25
"""
LINES = """
SELECT
    seq, kind, amount, booked_at, occurred_at, person, job, project, product, node, node_class,
    frame_first, frame_last, tags, unit, quantity, rate, hold, command
FROM usage
WHERE
    wallet = $1 AND booked_at < $3 AND (seq BETWEEN $9 AND $4) IS TRUE
    AND (booked_at, seq) > (
        coalesce((SELECT booked_at FROM usage WHERE wallet = $1 AND seq = $5), $2), $5::bigint
    )
    AND ($6::uuid IS NULL OR person = $6) AND ($7::text IS NULL OR job = $7)
ORDER BY booked_at, seq
LIMIT $8
"""


class OverloadedError(Exception):
    """The report would take longer than anybody waits: it sums too much, or too many are asked."""


class Keys(NamedTuple):
    """A group, or the place of the last page's end: whose, and the values of up to three columns.

    Whoever is asked for first stands in `who`, because persons are sorted by an index of ids.
    """

    who: UUID
    first: str
    second: str
    third: str


class Sums(NamedTuple):
    """What one group came to, in microcredits and millionths of units."""

    keys: Keys
    charged: int
    absorbed: int
    credited_back: int
    lines: int
    quantity_by_unit: dict[str, int]


class Reach(NamedTuple):
    """How far the table of usage reaches for a wallet, and how far its journal does.

    All that was booked before `until` is in it, and all that is booked if it is `whole`. Of what
    was charged before it was told, it has as many as are `covered`, numbered below zero.
    """

    seq: int
    covered: int
    until: datetime
    whole: bool
    zone: str


@dataclass(frozen=True)
class Asked:
    """What a report is about: a wallet, a time from `since` until before `until`, and filters."""

    wallet: int
    since: datetime
    until: datetime
    person: UUID | None = None
    job: str | None = None
    project: str | None = None
    product: str | None = None
    node: str | None = None
    node_class: str | None = None
    unit: str | None = None
    tag: tuple[str, str] | None = None
    most_first: bool = False


class UsageLine(NamedTuple):
    """One charge with all its columns; an absent name is the empty text."""

    seq: int
    kind: int
    amount: int
    booked_at: datetime
    occurred_at: datetime | None
    person: UUID
    job: str
    project: str
    product: str
    node: str
    node_class: str
    frame_first: int | None
    frame_last: int | None
    tags: dict[str, str] | None
    unit: str
    quantity: int | None
    rate: int | None
    hold: UUID | None
    command: UUID


async def reach_of(connection: Connection, wallet: int, bound: Bound = (None, None)) -> Reach:
    """Tell how far a wallet's usage is known, or was when a page before ended at `bound`."""
    row = await connection.fetchrow(
        """
        SELECT
            known.seq, known.covered, wallet.terms,
            known.seq >= wallet.seq AND next.booked_at IS NULL AS whole,
            least(
                CASE
                    WHEN known.seq >= wallet.seq THEN wallet.booked_at
                    ELSE coalesce(journal.booked_at, '1970-01-01T00:00:00Z')
                END,
                next.booked_at
            ) AS until
        FROM wallet
        LEFT JOIN usage_progress AS progress ON progress.wallet = wallet.id
        CROSS JOIN LATERAL (
            SELECT
                least(coalesce(progress.seq, 0), $2::bigint) AS seq,
                least(coalesce(progress.covered, 0), $3::bigint) AS covered
        ) AS known
        LEFT JOIN journal ON journal.wallet = wallet.id AND journal.seq = known.seq
        LEFT JOIN covered_capture AS next
            ON next.wallet = wallet.id AND next.number = known.covered + 1
        WHERE wallet.id = $1
        """,
        wallet,
        *bound,
    )
    assert row is not None
    zone = decode(row["terms"], type=Terms).zone
    return Reach(row["seq"], row["covered"], row["until"], row["whole"], zone)


async def sums_of(
    connection: Connection,
    asked: Asked,
    columns: Sequence[str],
    reach: Reach,
    after: Keys | None,
    limit: int,
) -> list[Sums]:
    """Sum by up to three columns, a page in the order asked for, up to `reach`.

    A tag is named `tag:` and its name. Runs after `plan_reports`; raises OverloadedError.
    """
    rows = await _report(connection, SUMS, *arguments_of(asked, columns, reach, after, limit))
    return [sums_read(row) for row in rows]


async def lines_of(
    connection: Connection, asked: Asked, reach: Reach, after: int, limit: int
) -> list[UsageLine]:
    """List single charges in the order of booking, from behind the row numbered `after`.

    Of what is not whole only that before which nothing can come any more, so that who goes on from
    the last of them misses none. Runs in the caller's transaction, after `plan_reports`. Raises
    OverloadedError.
    """
    until = asked.until if reach.whole else min(asked.until, reach.until)
    rows = await _report(
        connection,
        LINES,
        *(asked.wallet, asked.since, until, reach.seq, after or FIRST),
        *(asked.person, asked.job, limit, -reach.covered),
    )
    return [UsageLine(*row) for row in rows]


def arguments_of(
    asked: Asked, columns: Sequence[str], reach: Reach, after: Keys | None, limit: int
) -> tuple[object, ...]:
    """Put a question into the order of the statement's parameters."""
    named = [*columns, *[None] * (3 - len(columns))]
    kinds = ["tag" if name and name.startswith("tag:") else name for name in named]
    tags = [name.removeprefix("tag:") if name else None for name in named]
    return (
        asked.wallet, asked.since, asked.until, reach.seq, asked.person, asked.job, asked.project,
        asked.product, asked.node, *kinds, *tags, reach.zone, asked.node_class, asked.unit,
        *(asked.tag or (None, None)), *(after or (None, None, None, None)), limit, -reach.covered,
        asked.most_first,
    )  # fmt: skip


async def plan_reports(connection: Connection) -> None:
    """Plan and bound what follows in this transaction as reports are."""
    await connection.execute(REPORTING)


async def _report(
    connection: Connection, statement: str, *arguments: object
) -> "list[asyncpg.Record]":
    try:
        return await connection.fetch(statement, *arguments)
    except asyncpg.QueryCanceledError as error:
        message = "too much to sum: ask for less time"
        raise OverloadedError(message) from error


def sums_read(row: "asyncpg.Record") -> Sums:
    """Read a row of sums."""
    who, first, second, third, charged, absorbed, credited_back, lines, *quantities = row
    measured: dict[str, int] = {
        unit: int(quantity)
        for unit, quantity in zip(UNITS, quantities, strict=True)
        if isinstance(quantity, Decimal)
    }
    keys = Keys(who, first, second, third)
    return Sums(keys, int(charged), int(absorbed), int(credited_back), lines, measured)
