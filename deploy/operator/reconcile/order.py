"""Checks of order: sequences without a gap, balances row by row, the chain of heads, ids once."""

SEQUENCES = """
WITH booked AS (
    SELECT wallet, count(*) AS rows, min(seq) AS first, max(seq) AS last
    FROM journal
    GROUP BY wallet
)
SELECT format(
    'Wallet %s: its sequence is %s, but its journal has %s rows from number %s to %s.',
    coalesce(wallet.uid::text, booked.wallet::text), wallet.seq, coalesce(rows, 0),
    coalesce(first, 0), coalesce(last, 0)
)
FROM wallet FULL JOIN booked ON booked.wallet = wallet.id
WHERE
    (wallet.seq, wallet.seq) IS DISTINCT FROM (coalesce(rows, 0), coalesce(last, 0))
    OR coalesce(first, 1) <> 1
ORDER BY coalesce(wallet.id, booked.wallet)
LIMIT $1
"""

# All rows of one command carry what was free after its last one.
BALANCES = """
WITH replayed AS (
    SELECT
        wallet, seq, balance, command, part,
        sum(CASE 2 WHEN dst THEN amount WHEN src THEN -amount ELSE 0 END) OVER wallets AS free,
        lead(command) OVER wallets AS next_command,
        lead(part) OVER wallets AS next_part,
        lead(balance) OVER wallets AS next_balance
    FROM journal
    WINDOW wallets AS (PARTITION BY wallet ORDER BY seq)
)
SELECT format(
    'Wallet %s: row %s (part %s of command %s) has the balance %s, but the rows up to it come to'
    ' %s, and part %s of command %s follows.',
    coalesce(wallet.uid::text, replayed.wallet::text), replayed.seq, part, command, balance,
    replayed.free, next_part, next_command
)
FROM replayed LEFT JOIN wallet ON wallet.id = replayed.wallet
WHERE
    balance <> CASE WHEN next_command = command THEN next_balance ELSE replayed.free END
    OR next_part <> CASE WHEN next_command = command THEN part + 1 ELSE 0 END
    OR replayed.seq = 1 AND part <> 0
    OR replayed.free < 0
ORDER BY replayed.wallet, replayed.seq
LIMIT $1
"""

RANGES = """
WITH covered AS (
    SELECT
        batch.id AS batch, its.*,
        lag(its.seq_to, 1, 0::bigint) OVER wallets AS seq_before,
        lead(batch.id) OVER wallets IS NULL AS is_last
    FROM batch CROSS JOIN LATERAL
        unnest(wallets, seqs_from, seqs_to, heads) AS its (wallet, seq_from, seq_to, head)
    WINDOW wallets AS (PARTITION BY its.wallet ORDER BY batch.id)
)
SELECT format(
    'Wallet %s: batch %s covers rows %s to %s after row %s, and the wallet stands at row %s'
    ' with the head %s.',
    wallet.uid, batch, seq_from, seq_to, seq_before, wallet.seq, encode(wallet.head, 'hex')
)
FROM covered FULL JOIN wallet ON wallet.id = covered.wallet
WHERE
    wallet.id IS NULL
    OR batch IS NULL AND (wallet.seq <> 0 OR wallet.head <> '')
    OR seq_from <> seq_before + 1
    OR seq_to < seq_before
    OR is_last AND (seq_to <> wallet.seq OR covered.head <> wallet.head)
ORDER BY wallet.id, batch
LIMIT $1
"""

# A head is SHA-256 over the head before it and the batch's rows, their columns in order and in
# network byte order: numbers of 8 bytes, times as microseconds since 1970, ids of 16 bytes (zeros
# for none), and the last four of 2 bytes. Each is checked against the one stored before it, so no
# order of the work is needed: if every link holds, the chain does.
HEADS = """
WITH linked AS (
    SELECT
        batch.id AS batch, its.*,
        lag(its.head, 1, ''::bytea) OVER (PARTITION BY its.wallet ORDER BY batch.id) AS head_before
    FROM batch CROSS JOIN LATERAL
        unnest(wallets, seqs_from, seqs_to, heads) AS its (wallet, seq_from, seq_to, head)
), hashed AS (
    SELECT
        linked.*,
        CASE WHEN seq_to < seq_from THEN head_before ELSE sha256(head_before || (
            SELECT string_agg(
                int8send(wallet) || int8send(seq) || int8send(amount) || int8send(balance)
                || int8send((extract(EPOCH FROM booked_at) * 1000000)::bigint)
                || int8send(content) || int8send(lot)
                || uuid_send(coalesce(person, '00000000-0000-0000-0000-000000000000'))
                || uuid_send(command)
                || uuid_send(coalesce(hold, '00000000-0000-0000-0000-000000000000'))
                || int2send(part) || int2send(kind) || int2send(src) || int2send(dst),
                '' ORDER BY seq
            )
            FROM journal
            WHERE
                journal.wallet = linked.wallet
                AND journal.seq BETWEEN linked.seq_from AND linked.seq_to
        )) END AS head_booked
    FROM linked
)
SELECT format(
    'Wallet %s: batch %s left the head %s for rows %s to %s, but they give %s.',
    coalesce(wallet.uid::text, hashed.wallet::text), batch, encode(hashed.head, 'hex'), seq_from,
    seq_to, coalesce(encode(head_booked, 'hex'), 'none')
)
FROM hashed LEFT JOIN wallet ON wallet.id = hashed.wallet
WHERE hashed.head IS DISTINCT FROM head_booked
ORDER BY hashed.wallet, batch
LIMIT $1
"""

VERDICTS = """
SELECT format(
    'Wallet %s: command %s is remembered as refused, but the journal has it in row %s.',
    wallet.uid, verdict.command, journal.seq
)
FROM verdict
INNER JOIN journal ON journal.wallet = verdict.wallet AND journal.command = verdict.command
LEFT JOIN wallet ON wallet.id = verdict.wallet
WHERE NOT verdict.accepted
ORDER BY verdict.wallet, journal.seq
LIMIT $1
"""

PARKED = """
SELECT format(
    'Wallet %s: command %s still waits for hold %s, but was decided %s.',
    wallet.uid, parked.command, parked.hold,
    coalesce('at ' || decided_at, 'in row ' || journal.seq)
)
FROM parked_command AS parked
LEFT JOIN wallet ON wallet.id = parked.wallet
LEFT JOIN journal ON journal.wallet = parked.wallet AND journal.command = parked.command
LEFT JOIN verdict ON verdict.wallet = parked.wallet AND verdict.command = parked.command
WHERE journal.seq IS NOT NULL OR verdict.command IS NOT NULL
ORDER BY parked.wallet, parked.command
LIMIT $1
"""

FACTS = """
WITH told AS (
    SELECT subject, count(*) AS facts, min(sequence) AS first, max(sequence) AS last
    FROM fact
    GROUP BY subject
)
SELECT format(
    'Wallet %s: its facts are numbered to %s, but %s are there, from number %s to %s.',
    coalesce(uid, subject), fact_sequence, coalesce(facts, 0), coalesce(first, 0), coalesce(last, 0)
)
FROM wallet FULL JOIN told ON told.subject = wallet.uid
WHERE
    (fact_sequence, fact_sequence) IS DISTINCT FROM (coalesce(facts, 0), coalesce(last, 0))
    OR coalesce(first, 1) <> 1
ORDER BY coalesce(uid, subject)
LIMIT $1
"""

OUTBOX = """
SELECT format(
    'Wallet %s: fact %s waits to be published, but no such fact is there.', outbox.subject,
    outbox.sequence
)
FROM outbox
LEFT JOIN fact ON fact.subject = outbox.subject AND fact.sequence = outbox.sequence
WHERE fact.sequence IS NULL
ORDER BY outbox.id
LIMIT $1
"""

# The long ones first, for they are done side by side.
ORDER = (HEADS, BALANCES, SEQUENCES, RANGES, VERDICTS, PARKED, FACTS, OUTBOX)
