"""Sums of usage by quarter of an hour: kept with the table of usage, read for reports by day or
person, and for the total. What is asked otherwise is summed charge by charge.
"""

from collections.abc import Sequence
from datetime import datetime

from services.credit_ledger.store.usage import Asked, Sums, sums_read
from shared.postgres.pool import Connection

QUARTER_SECONDS = 900
KEPT = ((), ("day",), ("user",))
# $1 wallet, $2 since, $3 until, $4 one person, $5 day, user or nothing, $6 zone, $7 whether the
# most come first, $8 how many. Of thousands of people only those of the page are summed whole.
SUMMED = """
SELECT
    who, first, '' AS second, '' AS third, sum(charged) AS charged, sum(absorbed) AS absorbed,
    sum(credited_back) AS credited_back, sum(lines)::bigint AS lines, sum(ghz_hours) AS ghz_hours,
    sum(core_hours) AS core_hours, sum(gpu_hours) AS gpu_hours, sum(frames) AS frames
FROM (
    SELECT
        charged, absorbed, credited_back, lines, ghz_hours, core_hours, gpu_hours, frames,
        CASE $5::text WHEN 'user' THEN person ELSE '00000000-0000-0000-0000-000000000000' END
            AS who,
        CASE $5::text WHEN 'day' THEN (quarter AT TIME ZONE $6::text)::date::text ELSE '' END
            AS first
    FROM usage_sum
    WHERE
        wallet = $1 AND quarter >= $2 AND quarter < $3
        AND CASE
            WHEN $4::uuid IS NOT NULL THEN person = $4
            WHEN $5::text = 'user' THEN person = ANY(ARRAY(
                SELECT ranked.person
                FROM usage_sum AS ranked
                WHERE
                    ranked.wallet = $1 AND ranked.quarter >= $2 AND ranked.quarter < $3
                    AND ranked.person < 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                GROUP BY ranked.person
                ORDER BY
                    CASE WHEN $7::boolean THEN sum(ranked.credited_back - ranked.charged) END,
                    ranked.person
                LIMIT $8
            ))
            ELSE person = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
        END
) AS keyed
GROUP BY who, first
ORDER BY
    CASE WHEN $7::boolean THEN sum(credited_back) - sum(charged) END,
    who, first
LIMIT $8
"""


def is_kept(asked: Asked, columns: Sequence[str]) -> bool:
    """Tell whether the sums by quarter have what is asked: no other column, no part of one."""
    others = (asked.job, asked.project, asked.product, asked.node, asked.node_class)
    is_plain = all(each is None for each in (*others, asked.unit, asked.tag))
    return is_plain and tuple(columns) in KEPT and all(map(_is_whole, (asked.since, asked.until)))


async def sums_kept(
    connection: Connection, asked: Asked, columns: Sequence[str], zone: str, limit: int
) -> list[Sums]:
    """The first page of a report from the sums, as of the moment of the caller's transaction."""
    rows = await connection.fetch(
        SUMMED,
        asked.wallet,
        asked.since,
        asked.until,
        asked.person,
        columns[0] if columns else "",
        zone,
        asked.most_first,
        limit,
    )
    return [sums_read(row) for row in rows]


def _is_whole(moment: datetime) -> bool:
    return moment.timestamp() % QUARTER_SECONDS == 0
