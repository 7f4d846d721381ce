"""The check of reports: what the table of usage tells, against the journal as far as it follows it.

Kinds: 1 charged, 2 absorbed by the vendor, 3 credited back; 4 stands for what was charged before it
was told, of which no row of the journal tells.
"""

USAGE_TOTALS = """
WITH booked AS (
    SELECT
        journal.wallet,
        CASE WHEN src = 8 THEN 3 WHEN src = 10 THEN 2 ELSE 1 END AS what,
        count(*) AS rows,
        sum(amount) AS amount
    FROM journal
    INNER JOIN usage_progress AS progress
        ON progress.wallet = journal.wallet AND journal.seq <= progress.seq
    WHERE dst = 4 OR src = 8
    GROUP BY 1, 2
    UNION ALL
    SELECT covered.wallet, 4, count(*), 0
    FROM covered_capture AS covered
    INNER JOIN usage_progress AS progress
        ON progress.wallet = covered.wallet AND covered.number <= progress.covered
    GROUP BY 1
), told AS (
    SELECT
        wallet, CASE WHEN seq < 0 THEN 4 ELSE kind END AS what, count(*) AS rows,
        sum(amount) AS amount
    FROM usage
    GROUP BY 1, 2
)
SELECT format(
    'Wallet %s: its reports tell of %s %s in %s rows, but its journal of %s in %s.',
    coalesce(named.uid::text, wallet::text),
    coalesce(told.amount, 0),
    (ARRAY['charged', 'absorbed', 'credited back', 'charged before'])[what],
    coalesce(told.rows, 0), coalesce(booked.amount, 0), coalesce(booked.rows, 0)
)
FROM told
FULL JOIN booked USING (wallet, what)
LEFT JOIN wallet AS named ON named.id = wallet
WHERE (told.rows, told.amount) IS DISTINCT FROM (booked.rows, booked.amount)
ORDER BY wallet, what
LIMIT $1
"""

USAGE = (USAGE_TOTALS,)
