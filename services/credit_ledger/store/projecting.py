"""Fills the table of usage from journal, work and holds: bounded, resumable, never in the way.

Each wallet has a mark of its own, moved in the transaction that adds its rows. Within one wallet
that is safe without looking at other transactions: its rows become visible in the order of their
numbers, for its lock is held until they are committed. Batches only say where to look; their ids
may become visible out of order, so that one may be overlooked until everything is looked at.

Captures that moved nothing have numbers of their own, and rows below zero: what was measured is
told, and the credits that were charged before are not told again (T29). Up to where either is read
is looked up in one statement: what is projected is then of one moment. What the new rows come to
is added to the sums by quarter of an hour in the same transaction.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shared.postgres.pool import Connection

# Rows of the journal and captures that are read in one transaction, so that none lasts.
ROWS_MAX = 5_000
WALLETS_MAX = 1_000
# How many batches behind the last are looked at again: more than can be under way at once.
LOOK_BACK_BATCHES = 200
# Any number that nobody else locks.
PROJECTOR_LOCK = 0xC0FFE5
# Plans made while the tables were small must not turn into scans of all work and all holds.
PLANNER = """
SET LOCAL enable_seqscan = off;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SET LOCAL jit = off
"""
UNREAD = """
SELECT
    wallet.id, coalesce(progress.seq, 0), wallet.seq, coalesce(progress.covered, 0),
    coalesce(newest.number, 0)
FROM unnest($1::bigint []) AS recent (id)
INNER JOIN wallet ON wallet.id = recent.id
LEFT JOIN usage_progress AS progress ON progress.wallet = wallet.id
LEFT JOIN LATERAL (
    SELECT max(number) AS number FROM covered_capture WHERE covered_capture.wallet = wallet.id
) AS newest ON TRUE
WHERE wallet.seq > coalesce(progress.seq, 0) OR newest.number > coalesce(progress.covered, 0)
LIMIT $2
"""
# $1 wallets, $2 up to which row of the journal, $3 up to which capture that moved nothing.
PROJECT = """
WITH span AS (
    SELECT
        span.wallet, coalesce(progress.seq, 0) AS seq_from, span.seq_to,
        coalesce(progress.covered, 0) AS covered_from, span.covered_to
    FROM unnest($1::bigint [], $2::bigint [], $3::bigint [])
        AS span (wallet, seq_to, covered_to)
    LEFT JOIN usage_progress AS progress ON progress.wallet = span.wallet
), moved AS (
    INSERT INTO usage_progress (wallet, seq, covered)
    SELECT wallet, greatest(seq_from, seq_to), greatest(covered_from, covered_to) FROM span
    ON CONFLICT (wallet) DO UPDATE SET seq = excluded.seq, covered = excluded.covered
), told AS (
    SELECT
        journal.wallet, journal.seq,
        CASE WHEN journal.src = 8 THEN 3 WHEN journal.src = 10 THEN 2 ELSE 1 END AS kind,
        opening.opens, journal.amount, journal.booked_at, journal.person, journal.hold,
        journal.command
    FROM span
    INNER JOIN journal
        ON journal.wallet = span.wallet AND journal.seq > span.seq_from
        AND journal.seq <= span.seq_to
    CROSS JOIN LATERAL (
        SELECT journal.part = 0 OR NOT EXISTS (
            SELECT FROM journal AS earlier
            WHERE
                earlier.wallet = journal.wallet AND earlier.command = journal.command
                AND earlier.part < journal.part AND (earlier.dst = 4 OR earlier.src = 8)
        ) AS opens
    ) AS opening
    WHERE journal.dst = 4 OR journal.src = 8
    UNION ALL
    SELECT
        covered.wallet, -covered.number, 1, TRUE, 0, covered.booked_at, NULL, covered.hold,
        covered.command
    FROM span
    INNER JOIN covered_capture AS covered
        ON covered.wallet = span.wallet AND covered.number > span.covered_from
        AND covered.number <= span.covered_to
), added AS (
    INSERT INTO usage (
        wallet, seq, kind, opens, amount, booked_at, occurred_at, person, job, project, product,
        node, node_class, frame_first, frame_last, tags, unit, quantity, rate, hold, command
    )
    SELECT
        told.wallet, told.seq, told.kind, told.opens, told.amount, told.booked_at,
        coalesce(work.occurred_at, (about.work ->> 'occurred_at')::timestamptz),
        coalesce(told.person, hold.person, '00000000-0000-0000-0000-000000000000'),
        coalesce(work.job, hold.job, ''),
        coalesce(work.project, about.work ->> 'project', ''),
        coalesce(work.product, about.work ->> 'product', ''),
        coalesce(work.node, about.work ->> 'node', ''),
        coalesce(work.node_class, about.work ->> 'node_class', ''),
        coalesce(work.frame_first, (about.work ->> 'frame_first')::bigint),
        coalesce(work.frame_last, (about.work ->> 'frame_last')::bigint),
        nullif(
            coalesce((about.work ->> 'tags')::jsonb, '{}') || coalesce(work.tags::jsonb, '{}'), '{}'
        ),
        CASE WHEN told.kind = 3 THEN '' ELSE coalesce(work.unit, '') END,
        CASE WHEN told.opens AND told.kind <> 3 THEN work.quantity END,
        CASE WHEN told.kind <> 3 THEN work.rate END,
        told.hold, told.command
    FROM told
    LEFT JOIN work ON work.wallet = told.wallet AND work.command = told.command
    LEFT JOIN hold ON hold.wallet = told.wallet AND hold.id = told.hold
    CROSS JOIN LATERAL (SELECT hold.work::jsonb AS work) AS about
    RETURNING wallet, kind, opens, amount, booked_at, person, unit, quantity
)
INSERT INTO usage_sum (
    wallet, person, quarter, charged, absorbed, credited_back, lines, ghz_hours, core_hours,
    gpu_hours, frames
)
SELECT
    added.wallet, whose.person,
    date_bin('15 minutes', added.booked_at, '2000-01-01T00:00:00Z') AS quarter,
    coalesce(sum(amount) FILTER (WHERE kind = 1), 0),
    coalesce(sum(amount) FILTER (WHERE kind = 2), 0),
    coalesce(sum(amount) FILTER (WHERE kind = 3), 0),
    count(*) FILTER (WHERE opens AND kind < 3),
    sum(quantity) FILTER (WHERE unit = 'ghz_hour'),
    sum(quantity) FILTER (WHERE unit = 'core_hour'),
    sum(quantity) FILTER (WHERE unit = 'gpu_hour'),
    sum(quantity) FILTER (WHERE unit = 'frame')
FROM added
CROSS JOIN LATERAL (
    VALUES (added.person), ('ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
) AS whose (person)
GROUP BY added.wallet, whose.person, quarter
ON CONFLICT (wallet, person, quarter) DO UPDATE SET
    charged = usage_sum.charged + excluded.charged,
    absorbed = usage_sum.absorbed + excluded.absorbed,
    credited_back = usage_sum.credited_back + excluded.credited_back,
    lines = usage_sum.lines + excluded.lines,
    ghz_hours = coalesce(
        usage_sum.ghz_hours + excluded.ghz_hours, usage_sum.ghz_hours, excluded.ghz_hours
    ),
    core_hours = coalesce(
        usage_sum.core_hours + excluded.core_hours, usage_sum.core_hours, excluded.core_hours
    ),
    gpu_hours = coalesce(
        usage_sum.gpu_hours + excluded.gpu_hours, usage_sum.gpu_hours, excluded.gpu_hours
    ),
    frames = coalesce(
        usage_sum.frames + excluded.frames, usage_sum.frames, excluded.frames
    )
"""


class Span(NamedTuple):
    """A wallet, up to which row it stands in the table of usage, and its journal's last.

    Beside it the same of its captures that moved nothing.
    """

    wallet: int
    done: int
    last: int
    covered_done: int = 0
    covered_last: int = 0

    @property
    def rows(self) -> int:
        """How many rows wait."""
        return self.last - self.done + self.covered_last - self.covered_done


async def last_batch(connection: Connection) -> int:
    """Tell the number of the batch that was numbered last."""
    last: int = await connection.fetchval("SELECT coalesce(max(id), 0) FROM batch")
    return last


async def unread_since(connection: Connection, batch: int) -> list[Span]:
    """Find wallets of the batches since this one, and of some before it, that have new rows."""
    wallets = await connection.fetchval(
        """
        SELECT array_agg(DISTINCT recent.wallet)
        FROM batch
        CROSS JOIN LATERAL unnest(batch.wallets) AS recent (wallet)
        WHERE batch.id > $1
        """,
        batch - LOOK_BACK_BATCHES,
    )
    rows = await connection.fetch(UNREAD, wallets or [], WALLETS_MAX)
    return [Span(*row) for row in rows]


async def unread(connection: Connection) -> list[Span]:
    """Look at every wallet for new rows."""
    rows = await connection.fetch(
        """
        SELECT
            wallet.id, coalesce(progress.seq, 0), wallet.seq, coalesce(progress.covered, 0),
            coalesce(newest.number, 0)
        FROM wallet
        LEFT JOIN usage_progress AS progress ON progress.wallet = wallet.id
        LEFT JOIN LATERAL (
            SELECT max(number) AS number
            FROM covered_capture
            WHERE covered_capture.wallet = wallet.id
        ) AS newest ON TRUE
        WHERE
            wallet.seq > coalesce(progress.seq, 0)
            OR newest.number > coalesce(progress.covered, 0)
        LIMIT $1
        """,
        WALLETS_MAX,
    )
    return [Span(*row) for row in rows]


def is_cut(spans: Sequence[Span]) -> bool:
    """Tell whether more waits than these spans and one portion of each."""
    return len(spans) == WALLETS_MAX or any(span.rows > ROWS_MAX for span in spans)


def portions(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Cut what is to be read into transactions; a long journal waits for its next turn."""
    portion: list[Span] = []
    room = ROWS_MAX
    for span in map(_first_of, spans):
        if span.rows > room:
            yield portion
            portion, room = [], ROWS_MAX
        portion.append(span)
        room -= span.rows
    if portion:
        yield portion


async def project(connection: Connection, portion: Sequence[Span]) -> bool:
    """Add the rows of these spans and move the marks, in one transaction; again is harmless.

    False when another projector is at work: two would only wait for each other.
    """
    async with connection.transaction():
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", PROJECTOR_LOCK):
            return False
        await connection.execute(PLANNER)
        await connection.execute(
            PROJECT,
            [span.wallet for span in portion],
            [span.last for span in portion],
            [span.covered_last for span in portion],
        )
    return True


def _first_of(span: Span) -> Span:
    """Take as much of a span as fits into one transaction, its journal first."""
    last = min(span.last, span.done + ROWS_MAX)
    room = ROWS_MAX - (last - span.done)
    return span._replace(last=last, covered_last=min(span.covered_last, span.covered_done + room))
