"""What stands beside the books and few acts ask for: jobs with a cap, and more by and by."""

from collections.abc import Sequence
from uuid import UUID

from services.credit_ledger.rules.records import Job
from shared.postgres.pool import Connection

# OFFSET keeps the lines of a job the first to be looked for, whatever the tables held at first.
USES_OF_JOBS = """
SELECT
    job.name, NULL::bigint AS cap, coalesce(holds.held, 0)::bigint AS held,
    (coalesce(holds.captured, 0) + coalesce(lines.captured, 0))::bigint AS captured
FROM unnest($2::text []) AS job (name)
CROSS JOIN LATERAL (
    SELECT sum(held) AS held, sum(spent.amount) AS captured
    FROM hold
    CROSS JOIN LATERAL (
        SELECT sum(amount) AS amount FROM unnest(spent_amounts) AS spent (amount)
    ) AS spent
    WHERE hold.wallet = $1 AND hold.job = job.name
) AS holds
CROSS JOIN LATERAL (
    SELECT sum(CASE WHEN journal.src = 8 THEN -amount ELSE amount END) AS captured
    FROM (SELECT command FROM work WHERE wallet = $1 AND work.job = job.name OFFSET 0) AS done
    INNER JOIN journal ON journal.wallet = $1 AND journal.command = done.command
    WHERE journal.dst = 4 OR journal.src = 8
) AS lines
"""

# The same from the table of usage up to $3, and from the few rows of the journal behind it.
USES_OF_JOBS_TOLD = """
SELECT
    job.name, NULL::bigint AS cap, coalesce(holds.held, 0)::bigint AS held,
    (coalesce(told.captured, 0) + coalesce(behind.captured, 0))::bigint AS captured
FROM unnest($2::text []) AS job (name)
CROSS JOIN LATERAL (
    SELECT sum(held) AS held
    FROM hold
    WHERE hold.wallet = $1 AND hold.job = job.name AND hold.state = 1
) AS holds
CROSS JOIN LATERAL (
    SELECT sum(CASE kind WHEN 1 THEN amount WHEN 3 THEN -amount END) AS captured
    FROM usage
    WHERE usage.wallet = $1 AND usage.job = job.name AND usage.seq <= $3
) AS told
CROSS JOIN LATERAL (
    SELECT sum(CASE WHEN journal.src = 8 THEN -amount ELSE amount END) AS captured
    FROM journal
    LEFT JOIN work ON work.wallet = journal.wallet AND work.command = journal.command
    LEFT JOIN hold ON hold.wallet = journal.wallet AND hold.id = journal.hold
    WHERE
        journal.wallet = $1 AND journal.seq > $3
        AND (journal.dst = 4 AND journal.src <> 10 OR journal.src = 8)
        AND coalesce(work.job, hold.job) = job.name
) AS behind
"""
# As far as usage may be behind for its table to be asked: some hundredths of a second to read.
BEHIND_MAX = 10_000


async def jobs_named(connection: Connection, wallet: int, names: Sequence[str]) -> dict[str, Job]:
    """Find the jobs of a wallet that have a cap."""
    rows = await connection.fetch(
        "SELECT name, cap, held, captured FROM job WHERE wallet = $1 AND name = ANY($2::text [])",
        wallet,
        names,
    )
    return {row["name"]: Job(*row) for row in rows}


async def uses_of_jobs(connection: Connection, wallet: int, names: Sequence[str]) -> dict[str, Job]:
    """Sum what jobs without a cap took so far, by holds and usage lines, less what came back.

    A job may have a long history, and its wallet is locked meanwhile: usage has it by job. While
    that is written anew the journal is asked, one line after the other.
    """
    told, behind = await _progress(connection, wallet)
    if behind > BEHIND_MAX:
        rows = await connection.fetch(USES_OF_JOBS, wallet, names)
    else:
        rows = await connection.fetch(USES_OF_JOBS_TOLD, wallet, names, told)
    return {row["name"]: Job(*row) for row in rows}


async def _progress(connection: Connection, wallet: int) -> tuple[int, int]:
    """Tell up to which of a wallet's rows usage is written, and how many are not."""
    row = await connection.fetchrow(
        """
        SELECT coalesce(progress.seq, 0) AS told, wallet.seq - coalesce(progress.seq, 0) AS behind
        FROM wallet
        LEFT JOIN usage_progress AS progress ON progress.wallet = wallet.id
        WHERE wallet.id = $1
        """,
        wallet,
    )
    assert row is not None
    return row["told"], row["behind"]


async def open_holds_of(connection: Connection, wallet: int) -> tuple[UUID, ...]:
    """List the open holds of a wallet, which may be an own one of few holds (A10)."""
    rows = await connection.fetch("SELECT id FROM hold WHERE wallet = $1 AND state = 1", wallet)
    return tuple(row["id"] for row in rows)
