"""Checks of closed months: each against the rows of the journal it sums, and against its lots."""

MONTHS = """
SELECT format(
    'Wallet %s: the statement of %s counts %s %s, but its rows of the journal come to %s.',
    coalesce(wallet.uid::text, month.wallet::text), month.period, said.value,
    (ARRAY[
        'granted', 'free', 'held', 'captured', 'expired', 'clawed back', 'debt', 'credited back',
        'dormant', 'absorbed', 'adjusted'
    ])[said.account],
    coalesce(booked.value, 0)
)
FROM statement AS month
LEFT JOIN LATERAL (
    SELECT * FROM statement AS earlier
    WHERE earlier.wallet = month.wallet AND earlier.period < month.period
    ORDER BY earlier.period DESC
    LIMIT 1
) AS before ON TRUE
CROSS JOIN LATERAL (
    VALUES
    (1, month.granted - coalesce(before.granted, 0)), (2, month.free - coalesce(before.free, 0)),
    (3, month.held - coalesce(before.held, 0)), (4, month.captured - coalesce(before.captured, 0)),
    (5, month.expired - coalesce(before.expired, 0)),
    (6, month.clawed_back - coalesce(before.clawed_back, 0)),
    (7, month.debt - coalesce(before.debt, 0)),
    (8, month.credited_back - coalesce(before.credited_back, 0)),
    (9, month.dormant - coalesce(before.dormant, 0)),
    (10, month.absorbed - coalesce(before.absorbed, 0)),
    (11, month.adjusted - coalesce(before.adjusted, 0))
) AS said (account, value)
LEFT JOIN LATERAL (
    SELECT side.account, sum(side.moved) AS value
    FROM (
        SELECT src, dst, sum(amount) AS amount
        FROM journal
        WHERE
            journal.wallet = month.wallet AND seq > coalesce(before.seq_to, 0)
            AND seq <= month.seq_to
        GROUP BY src, dst
    ) AS flow
    CROSS JOIN LATERAL (
        -- These accounts are counted by what came out of them. What the vendor absorbed is
        -- consumed as well, but never was in the pool.
        VALUES
        (src, CASE WHEN src IN (1, 7, 8, 10) THEN amount ELSE -amount END),
        (CASE WHEN src <> 10 THEN dst END, CASE WHEN dst = 7 THEN -amount ELSE amount END)
    ) AS side (account, moved)
    GROUP BY side.account
) AS booked ON booked.account = said.account
LEFT JOIN wallet ON wallet.id = month.wallet
WHERE said.value <> coalesce(booked.value, 0)
ORDER BY month.wallet, month.period, said.account
LIMIT $1
"""

# A first month may start by another zone than it was booked in: only later starts are held.
SPANS = """
WITH month AS (
    SELECT
        wallet, period, starts, ends, seq_to,
        lag(ends) OVER months AS ended, lag(seq_to, 1, 0::bigint) OVER months AS seq_from,
        lead(period) OVER months IS NULL AS last
    FROM statement
    WINDOW months AS (PARTITION BY wallet ORDER BY period)
)
SELECT format(
    'Wallet %s: the month %s goes from %s until before %s and its rows from %s to %s; the month'
    ' before it ended at %s, and the wallet is closed until %s.',
    coalesce(wallet.uid::text, month.wallet::text), period, starts, ends, first.booked_at,
    final.booked_at, ended, wallet.closed_until
)
FROM month
LEFT JOIN wallet ON wallet.id = month.wallet
LEFT JOIN journal AS first ON first.wallet = month.wallet AND first.seq = seq_from + 1
LEFT JOIN journal AS final ON final.wallet = month.wallet AND final.seq = seq_to
WHERE
    starts <> ended OR seq_to < seq_from
    OR seq_to > seq_from AND (final.booked_at IS NULL OR final.booked_at >= ends)
    OR seq_to > seq_from AND first.booked_at < ended
    OR last AND (wallet.closed_until <> ends OR wallet.period_ends <= ends)
ORDER BY month.wallet, period
LIMIT $1
"""

LOTS_OF_MONTHS = """
WITH kept AS (
    SELECT
        wallet, period, sum(free) AS free, sum(held) AS held, sum(dormant) AS dormant
    FROM lot_closing
    GROUP BY wallet, period
)
SELECT format(
    'Wallet %s: the lots of %s have %s free, %s held and %s dormant, but its statement %s, %s, %s.',
    coalesce(wallet.uid::text, month.wallet::text), period, coalesce(kept.free, 0),
    coalesce(kept.held, 0), coalesce(kept.dormant, 0), month.free, month.held, month.dormant
)
FROM statement AS month
LEFT JOIN kept USING (wallet, period)
LEFT JOIN wallet ON wallet.id = month.wallet
WHERE
    (month.free, month.held, month.dormant)
    <> (coalesce(kept.free, 0), coalesce(kept.held, 0), coalesce(kept.dormant, 0))
ORDER BY month.wallet, period
LIMIT $1
"""

MONTHLY = (MONTHS, SPANS, LOTS_OF_MONTHS)
