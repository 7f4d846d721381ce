"""Checks of totals: what wallets, lots, holds and people have, against sums over the journal.

Ledger accounts by number: 1 issued, 2 free, 3 held, 4 consumed, 5 expired, 6 clawback,
7 receivable, 8 credited back, 9 dormant, 10 absorbed by the vendor, 11 adjustment.
"""

WALLETS = """
WITH flow AS (
    SELECT wallet, src, dst, sum(amount) AS amount FROM journal GROUP BY wallet, src, dst
), booked AS (
    SELECT wallet, account, sum(moved) AS value
    FROM flow CROSS JOIN LATERAL (
        -- What the vendor absorbed is consumed as well, but never was in the pool.
        VALUES (src, -amount), (CASE WHEN src <> 10 THEN dst END, amount)
    ) AS side (account, moved)
    WHERE account IS NOT NULL
    GROUP BY wallet, account
), stored AS (
    SELECT wallet.id AS wallet, wallet.uid, total.*
    FROM wallet CROSS JOIN LATERAL (
        VALUES (1, -granted), (2, free), (3, held), (4, captured), (5, expired), (6, clawed_back),
        (7, -debt), (8, -credited_back), (9, dormant), (10, -absorbed), (11, adjusted)
    ) AS total (account, value)
)
SELECT format(
    'Wallet %s: %s is %s, but its journal says %s.',
    coalesce(stored.uid::text, wallet::text),
    (ARRAY[
        'granted', 'free', 'held', 'captured', 'expired', 'clawed back', 'debt', 'credited back',
        'dormant', 'absorbed', 'adjusted'
    ])[account],
    coalesce(CASE WHEN account IN (1, 7, 8, 10) THEN -stored.value ELSE stored.value END, 0),
    coalesce(CASE WHEN account IN (1, 7, 8, 10) THEN -booked.value ELSE booked.value END, 0)
)
FROM stored FULL JOIN booked USING (wallet, account)
WHERE coalesce(stored.value, 0) <> coalesce(booked.value, 0)
ORDER BY wallet, account
LIMIT $1
"""

CONSERVATION = """
SELECT format(
    'Wallet %s: %s came in, but %s is accounted for.', uid, granted + debt + credited_back,
    free + dormant + held + captured + expired + clawed_back + adjusted
)
FROM wallet
WHERE
    granted + debt + credited_back
    <> free + dormant + held + captured + expired + clawed_back + adjusted
ORDER BY id
LIMIT $1
"""

BELOW_ZERO = """
WITH least AS (
    SELECT id, uid, 'its own totals' AS what, least(free, held, captured, debt, dormant) AS value
    FROM wallet
    UNION ALL
    SELECT wallet.id, uid, 'lot ' || number, least(lot.free, lot.held, lot.dormant)
    FROM lot INNER JOIN wallet ON wallet.id = lot.wallet
    UNION ALL
    SELECT wallet.id, uid, 'person ' || person, least(access.captured, access.held)
    FROM access INNER JOIN wallet ON wallet.id = access.wallet
)
SELECT format('Wallet %s: %s have fallen to %s, below 0.', uid, what, value)
FROM least
WHERE value < 0
ORDER BY id, what
LIMIT $1
"""

LOTS = """
WITH flow AS (
    SELECT wallet, lot, src, dst, sum(amount) AS amount FROM journal GROUP BY wallet, lot, src, dst
), booked AS (
    SELECT wallet, lot, account, sum(moved) AS value
    FROM flow CROSS JOIN LATERAL (
        VALUES (src, -amount), (CASE WHEN src <> 10 THEN dst END, amount)
    ) AS side (account, moved)
    WHERE account <> 10
    GROUP BY wallet, lot, account
), stored AS (
    SELECT wallet, number AS lot, total.*
    FROM lot CROSS JOIN LATERAL (
        VALUES (1, -granted), (2, free), (3, held), (4, captured), (5, expired), (6, clawed_back),
        (7, -owed), (8, -credited_back), (9, dormant), (11, adjusted)
    ) AS total (account, value)
)
SELECT format(
    'Wallet %s: lot %s has %s %s, but its journal says %s.',
    coalesce(its.uid::text, wallet::text), lot, abs(coalesce(stored.value, 0)),
    (ARRAY[
        'granted', 'free', 'held', 'captured', 'expired', 'clawed back', 'owed', 'credited back',
        'dormant', 'absorbed', 'adjusted'
    ])[account],
    abs(coalesce(booked.value, 0))
)
FROM stored FULL JOIN booked USING (wallet, lot, account)
LEFT JOIN wallet AS its ON its.id = wallet
WHERE coalesce(stored.value, 0) <> coalesce(booked.value, 0)
ORDER BY wallet, lot, account
LIMIT $1
"""

# A lot begins with a grant (src 1), or with credits that came back or were added by hand.
GRANTS = """
SELECT format(
    'Wallet %s: lot %s stands for order line %s, but row %s of its journal is %s.',
    wallet.uid, lot.number, concat_ws('/', lot.store, lot.order_id, lot.line_no), lot.number,
    CASE
        WHEN journal.seq IS NULL THEN 'missing'
        WHEN journal.src NOT IN (1, 8, 11) OR journal.lot <> lot.number THEN 'no beginning of it'
        ELSE 'the grant of command ' || journal.command
    END
)
FROM lot
INNER JOIN wallet ON wallet.id = lot.wallet
LEFT JOIN journal ON journal.wallet = lot.wallet AND journal.seq = lot.number
LEFT JOIN order_line
    ON order_line.store = lot.store AND order_line.order_id = lot.order_id
    AND order_line.line_no = lot.line_no
WHERE
    journal.seq IS NULL OR journal.src NOT IN (1, 8, 11) OR journal.lot <> lot.number
    OR journal.command <> order_line.command
ORDER BY lot.wallet, lot.number
LIMIT $1
"""

HOLDS = """
WITH booked AS (
    SELECT
        wallet, hold, person,
        coalesce(sum(amount) FILTER (WHERE dst = 3), 0) AS authorized,
        coalesce(sum(CASE 3 WHEN dst THEN amount WHEN src THEN -amount END), 0) AS held,
        coalesce(sum(amount) FILTER (WHERE src = 3 AND dst = 4), 0) AS captured,
        bool_or(kind = 7) AS lapsed,
        bool_or(kind IN (5, 6)) AS returned
    FROM journal
    WHERE hold IS NOT NULL
    GROUP BY wallet, hold, person
), compared AS (
    SELECT
        its.wallet, coalesce(stored.id, booked.hold) AS hold,
        coalesce(stored.authorized, 0) AS authorized, coalesce(stored.held, 0) AS held,
        coalesce(stored.captured, 0) AS captured, coalesce(stored.state, 0) AS state,
        coalesce(booked.authorized, 0) AS authorized_booked,
        coalesce(booked.held, 0) AS held_booked,
        coalesce(booked.captured, 0) AS captured_booked,
        CASE
            WHEN booked.hold IS NULL THEN ARRAY[0]
            WHEN booked.lapsed THEN ARRAY[4]
            WHEN booked.held > 0 THEN ARRAY[1]
            WHEN booked.returned AND booked.captured = 0 THEN ARRAY[3]
            WHEN booked.returned THEN ARRAY[2]
            -- Nothing came back: all was captured, and the end left no row.
            ELSE ARRAY[1, 2, 4]
        END AS states_booked
    FROM hold AS stored
    FULL JOIN booked
        ON booked.wallet = stored.wallet AND booked.hold = stored.id
        AND booked.person = stored.person
    CROSS JOIN LATERAL (SELECT coalesce(stored.wallet, booked.wallet) AS wallet) AS its
)
SELECT format(
    'Wallet %s: hold %s has authorized %s, held %s, captured %s, state %s,'
    ' but its journal says %s, %s, %s, state %s.',
    coalesce(wallet.uid::text, compared.wallet::text), hold, authorized, compared.held,
    compared.captured, state, authorized_booked, held_booked, captured_booked,
    array_to_string(states_booked, ' or ')
)
FROM compared LEFT JOIN wallet ON wallet.id = compared.wallet
WHERE
    (authorized, compared.held, compared.captured)
    <> (authorized_booked, held_booked, captured_booked)
    OR state <> ALL(states_booked) OR state <> 1 AND compared.held <> 0
    OR captured_booked > authorized_booked
ORDER BY compared.wallet, hold
LIMIT $1
"""

DRAWS = """
WITH booked AS (
    SELECT wallet, hold, lot, sum(CASE WHEN dst = 3 THEN amount ELSE -amount END) AS amount
    FROM journal
    WHERE hold IS NOT NULL AND 3 IN (src, dst)
    GROUP BY wallet, hold, lot
    HAVING sum(CASE WHEN dst = 3 THEN amount ELSE -amount END) <> 0
), stored AS (
    SELECT wallet, id AS hold, draw.lot, sum(draw.amount) AS amount
    FROM hold CROSS JOIN LATERAL unnest(lots, amounts) AS draw (lot, amount)
    GROUP BY wallet, id, draw.lot
)
SELECT format(
    'Wallet %s: hold %s keeps %s of lot %s, but its journal says %s.',
    coalesce(its.uid::text, wallet::text), hold, coalesce(stored.amount, 0), lot,
    coalesce(booked.amount, 0)
)
FROM stored FULL JOIN booked USING (wallet, hold, lot)
LEFT JOIN wallet AS its ON its.id = wallet
WHERE coalesce(stored.amount, 0) <> coalesce(booked.amount, 0)
ORDER BY wallet, hold, lot
LIMIT $1
"""

# Counts that ended stand in quota_count; what a person ever took is the sum over all of them.
PEOPLE = """
WITH booked AS (
    SELECT
        wallet, person,
        coalesce(sum(amount) FILTER (WHERE src <> 10 AND dst = 4), 0)
        - coalesce(sum(amount) FILTER (WHERE src = 8), 0) AS captured,
        coalesce(sum(CASE 3 WHEN dst THEN amount WHEN src THEN -amount END), 0) AS held
    FROM journal
    WHERE person IS NOT NULL
    GROUP BY wallet, person
), stored AS (
    SELECT wallet, person, sum(captured) AS captured, sum(held) AS held
    FROM (
        SELECT wallet, person, captured, held FROM access
        UNION ALL
        SELECT wallet, person, captured, held FROM quota_count
    ) AS counted
    GROUP BY wallet, person
)
SELECT format(
    'Wallet %s: person %s has captured %s and holds %s, but the journal says %s and %s.',
    its.uid, person, coalesce(stored.captured, 0), coalesce(stored.held, 0),
    coalesce(booked.captured, 0), coalesce(booked.held, 0)
)
FROM stored FULL JOIN booked USING (wallet, person)
LEFT JOIN wallet AS its ON its.id = wallet
WHERE
    (coalesce(stored.captured, 0), coalesce(stored.held, 0))
    <> (coalesce(booked.captured, 0), coalesce(booked.held, 0))
ORDER BY wallet, person
LIMIT $1
"""

# Closing a month reads what the ended counts add up to, not the counts.
ENDED_COUNTS = """
WITH summed AS (
    SELECT wallet, person, sum(captured) AS captured FROM quota_count GROUP BY wallet, person
)
SELECT format(
    'Wallet %s: the ended counts of person %s are told as %s, but they are %s.',
    its.uid, person, coalesce(told.captured, 0), coalesce(summed.captured, 0)
)
FROM ended_counts AS told FULL JOIN summed USING (wallet, person)
LEFT JOIN wallet AS its ON its.id = wallet
WHERE coalesce(told.captured, 0) <> coalesce(summed.captured, 0)
ORDER BY wallet, person
LIMIT $1
"""

TOTALS = (WALLETS, CONSERVATION, BELOW_ZERO, LOTS, GRANTS, HOLDS, DRAWS, PEOPLE, ENDED_COUNTS)
