"""Rows that a decision leaves beside the books: one statement for each kind, when there are any."""

from collections.abc import Sequence

from msgspec.structs import astuple

from services.credit_ledger.rules.audited import Audited
from services.credit_ledger.rules.closing import PeriodEnded
from services.credit_ledger.rules.records import (
    CountEnded,
    CountMoved,
    CoveredCapture,
    Job,
    RateAdded,
    Record,
    Renamed,
    RoleBegan,
    RoleEnded,
)
from services.credit_ledger.rules.requests import RequestDecided, RequestMade
from services.credit_ledger.store import purchase_records, requests
from services.credit_ledger.store.auditing import ADD
from services.credit_ledger.store.closings import CLOSE_PERIOD
from shared.postgres.pool import Connection

# For each kind of record its statement; $1 is the wallet, the rest are the record's fields.
STATEMENTS: dict[type[Record], str] = {
    CountEnded: """
        INSERT INTO quota_count (
            wallet, person, count, mode, quota, captured, held, ended_at, seq_to
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    """,
    CountMoved: """
        UPDATE quota_count SET captured = captured + $4, held = held + $5
        WHERE wallet = $1 AND person = $2 AND count = $3
    """,
    RoleBegan: """
        WITH ended AS (
            UPDATE role_interval SET until = greatest(since, $4)
            WHERE wallet = $1 AND person = $2 AND until IS NULL AND since <> $4
        )
        INSERT INTO role_interval (wallet, person, role, since) VALUES ($1, $2, $3, $4)
        ON CONFLICT (wallet, person, since) DO UPDATE SET role = excluded.role, until = NULL
    """,
    RoleEnded: """
        UPDATE role_interval SET until = greatest(since, $3::timestamptz)
        WHERE wallet = $1 AND person = $2 AND until IS NULL
    """,
    RateAdded: """
        INSERT INTO rate (
            wallet, number, node_class, unit, price, effective_from, set_by, set_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    """,
    Renamed: """
        WITH past AS (
            INSERT INTO wallet_name_past (owner, wallet)
            SELECT owner, wallet FROM wallet_name WHERE owner = $2 AND wallet <> $3
            ON CONFLICT DO NOTHING
        ), left_behind AS (
            DELETE FROM parked_command AS parked
            USING wallet_name AS name
            WHERE
                name.owner = $2 AND name.wallet <> $3 AND parked.wallet = name.wallet
                AND parked.owner = $2
            RETURNING parked.command, parked.hold, parked.body, parked.reply_to, parked.until
        ), followed AS (
            INSERT INTO parked_command (wallet, command, hold, body, reply_to, until, owner)
            SELECT $3, *, $2 FROM left_behind
            ON CONFLICT DO NOTHING
        )
        INSERT INTO wallet_name (owner, wallet) SELECT $2, $3 WHERE $1::bigint IS NOT NULL
        ON CONFLICT (owner) DO UPDATE SET wallet = excluded.wallet
    """,
    CoveredCapture: """
        INSERT INTO covered_capture (wallet, number, command, hold, booked_at)
        SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4
        FROM covered_capture
        WHERE wallet = $1
    """,
    RequestMade: requests.MAKE,
    RequestDecided: requests.DECIDE,
    PeriodEnded: CLOSE_PERIOD,
    Audited: ADD,
    **purchase_records.STATEMENTS,
}
SAVE_JOBS = """
INSERT INTO job (wallet, name, cap, held, captured)
SELECT * FROM unnest($1::bigint [], $2::text [], $3::bigint [], $4::bigint [], $5::bigint [])
ON CONFLICT (wallet, name) DO UPDATE SET
    cap = excluded.cap, held = excluded.held, captured = excluded.captured
"""


async def save(
    connection: Connection,
    records: Sequence[tuple[int, Record]],
    jobs: Sequence[tuple[int, Job]],
) -> None:
    """Write records in the order they were left, and the jobs' new state."""
    for wallet, record in records:
        await connection.execute(STATEMENTS[type(record)], wallet, *astuple(record))
    if jobs:
        rows = [(wallet, *astuple(job)) for wallet, job in jobs]
        await connection.execute(SAVE_JOBS, *(list(column) for column in zip(*rows, strict=True)))
