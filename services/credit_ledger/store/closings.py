"""Months as they closed: written once, under the wallet's lock, and read from then on.

The statement below runs before the batch's own changes are saved: the tables still have what was
there when the month ended. It looks at lots with credits and those that changed since they were
stated, and always at those that owe something or paid what others owe: only with them do the lots
of a month add up to the wallet (T23).
"""

from datetime import datetime
from uuid import UUID

from shared.postgres.pool import Connection

DUE_MAX = 200

# $1 wallet, $2 period, $3 zone, $4 starts, $5 ends.
CLOSE_PERIOD = """
WITH totals AS (
    INSERT INTO statement (
        wallet, period, zone, starts, ends, seq_to, granted, free, held, dormant, captured,
        expired, clawed_back, credited_back, adjusted, debt, absorbed
    )
    SELECT
        id, $2, $3, $4, $5, seq, granted, free, held, dormant, captured, expired, clawed_back,
        credited_back, adjusted, debt, absorbed
    FROM wallet
    WHERE id = $1
), lots AS (
    INSERT INTO lot_closing (
        wallet, period, lot, expires_at, granted, free, held, dormant, captured, expired,
        clawed_back, credited_back, adjusted, owed
    )
    SELECT
        lot.wallet, $2, number, lot.expires_at, lot.granted, lot.free, lot.held, lot.dormant,
        lot.captured, lot.expired, lot.clawed_back, lot.credited_back, lot.adjusted, lot.owed
    FROM lot
    LEFT JOIN LATERAL (
        SELECT * FROM lot_closing AS closing
        WHERE closing.wallet = lot.wallet AND closing.lot = lot.number
        ORDER BY closing.period DESC
        LIMIT 1
    ) AS last ON TRUE
    WHERE
        lot.wallet = $1 AND (lot.open OR NOT lot.stated OR lot.owed <> 0) AND (
            lot.open OR lot.owed <> 0 OR last.wallet IS NULL OR (
                last.granted, last.free, last.held, last.dormant, last.captured, last.expired,
                last.clawed_back, last.credited_back, last.adjusted, last.owed
            ) <> (
                lot.granted, lot.free, lot.held, lot.dormant, lot.captured, lot.expired,
                lot.clawed_back, lot.credited_back, lot.adjusted, lot.owed
            )
        )
), spent AS (
    UPDATE lot SET stated = TRUE
    WHERE wallet = $1 AND NOT open AND NOT stated
)
INSERT INTO person_closing (wallet, period, person, role, captured)
SELECT $1, $2, access.person, access.role, counted.captured
FROM access
LEFT JOIN ended_counts AS ended
    ON ended.wallet = access.wallet AND ended.person = access.person
CROSS JOIN LATERAL (
    SELECT access.captured + coalesce(ended.captured, 0) AS captured
) AS counted
LEFT JOIN LATERAL (
    SELECT closing.captured FROM person_closing AS closing
    WHERE closing.wallet = access.wallet AND closing.person = access.person
    ORDER BY closing.period DESC
    LIMIT 1
) AS last ON TRUE
WHERE
    access.wallet = $1 AND (
        counted.captured <> coalesce(last.captured, 0)
        OR access.role IN ('OWNER', 'ADMINISTRATOR')
    )
"""


async def due_periods(connection: Connection, now: datetime) -> list[UUID]:
    """Find wallets, by their uuids, whose month is over and that no batch has touched since."""
    rows = await connection.fetch(
        """
        SELECT uid FROM wallet
        WHERE period_ends > '1970-01-01T00:00:00Z' AND period_ends <= $1
        ORDER BY period_ends
        LIMIT $2
        """,
        now,
        DUE_MAX,
    )
    return [row["uid"] for row in rows]
