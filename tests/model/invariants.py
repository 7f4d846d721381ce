"""The laws of the ledger as one question to the database: each row that comes back breaks one."""

from collections.abc import Sequence
from typing import TypeAlias
from uuid import UUID

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

# What the laws look at: the wallets of a story, and what their journal says of lots and holds.
GIVEN = """
WITH mine AS MATERIALIZED (
    SELECT * FROM wallet WHERE owner = ANY($1)
), rows AS MATERIALIZED (
    SELECT * FROM journal WHERE wallet = ANY(SELECT id FROM mine)
), lots AS MATERIALIZED (
    SELECT * FROM lot WHERE wallet = ANY(SELECT id FROM mine)
), holds AS MATERIALIZED (
    SELECT * FROM hold WHERE wallet = ANY(SELECT id FROM mine)
), people AS MATERIALIZED (
    SELECT * FROM access WHERE wallet = ANY(SELECT id FROM mine)
), counted AS (
    SELECT wallet, captured, held FROM people
    UNION ALL
    SELECT wallet, captured, held FROM quota_count WHERE wallet = ANY(SELECT id FROM mine)
), own AS (
    SELECT wallet_name.owner AS person, mine.*
    FROM mine
    INNER JOIN wallet_name ON wallet_name.wallet = mine.id
), moved AS (
    SELECT wallet, lot, account, sum(amount)::bigint AS amount
    FROM (
        SELECT wallet, lot, dst AS account, amount FROM rows
        UNION ALL
        SELECT wallet, lot, src, -amount FROM rows
    ) AS sides
    GROUP BY wallet, lot, account
), kept AS (
    SELECT wallet, number, account, amount
    FROM lots
    CROSS JOIN LATERAL (
        VALUES (1, -granted), (2, free), (3, held), (4, captured), (5, expired), (6, clawed_back),
        (7, -owed), (8, -credited_back), (9, dormant), (11, adjusted)
    ) AS accounts (account, amount)
), of_holds AS (
    SELECT
        wallet, hold,
        sum(amount) FILTER (WHERE dst = 3) AS authorized,
        coalesce(sum(amount) FILTER (WHERE src = 3 AND dst = 4), 0) AS captured,
        coalesce(sum(amount) FILTER (WHERE src = 3 AND dst <> 4), 0) AS released
    FROM rows
    WHERE hold IS NOT NULL
    GROUP BY wallet, hold
)
"""
# I1: every row of the journal moves an amount between two ledger accounts of one wallet.
JOURNAL = """
SELECT 'I1 a row moves nothing or nowhere' AS law, wallet, seq::text AS what
FROM rows
WHERE src = dst OR amount <= 0 OR src NOT BETWEEN 1 AND 11 OR dst NOT BETWEEN 1 AND 11
UNION ALL
SELECT 'I1 a row names no lot of its wallet', rows.wallet, rows.seq::text
FROM rows
LEFT JOIN lots ON lots.wallet = rows.wallet AND lots.number = rows.lot
WHERE lots.number IS NULL AND rows.src <> 10
UNION ALL
SELECT 'I1 the rows are not dense', mine.id, mine.seq::text
FROM mine
LEFT JOIN rows ON rows.wallet = mine.id
GROUP BY mine.id, mine.seq
HAVING count(rows.seq) <> mine.seq OR coalesce(max(rows.seq), 0) <> mine.seq
UNION ALL
SELECT 'I3 the last balance is not what is free', mine.id, mine.free::text
FROM mine
INNER JOIN rows ON rows.wallet = mine.id AND rows.seq = mine.seq
WHERE rows.balance <> mine.free
"""
# I2, I3, I8, I12: lots add up to their wallet, and both to the journal.
LOTS = """
SELECT 'I2 a lot differs from its rows', kept.wallet, kept.number || ':' || kept.account
FROM kept
LEFT JOIN moved
    ON moved.wallet = kept.wallet AND moved.lot = kept.number AND moved.account = kept.account
WHERE kept.amount <> coalesce(moved.amount, 0)
UNION ALL
SELECT 'I2 a wallet differs from its lots', mine.id, totals.account::text
FROM mine
CROSS JOIN LATERAL (
    VALUES (1, -granted), (2, free), (3, held), (4, captured), (5, expired), (6, clawed_back),
    (7, -debt), (8, -credited_back), (9, dormant), (11, adjusted)
) AS totals (account, amount)
LEFT JOIN kept ON kept.wallet = mine.id AND kept.account = totals.account
GROUP BY mine.id, totals.account, totals.amount
HAVING totals.amount <> coalesce(sum(kept.amount), 0)
UNION ALL
SELECT 'I3 something is free beside debt, or in a closed wallet', id, free::text
FROM mine
WHERE free > 0 AND (debt > 0 OR closed_by IS NOT NULL)
UNION ALL
SELECT 'I12 a wallet does not conserve', id, owner::text
FROM mine
WHERE
    granted + debt + credited_back
    <> free + dormant + held + captured + expired + clawed_back + adjusted
UNION ALL
SELECT 'I12 a lot does not conserve', wallet, number::text
FROM lots
WHERE
    granted + owed + credited_back
    <> free + dormant + held + captured + expired + clawed_back + adjusted
UNION ALL
SELECT 'I12 what the vendor bears differs from its rows', mine.id, mine.absorbed::text
FROM mine
LEFT JOIN rows ON rows.wallet = mine.id AND rows.src = 10
GROUP BY mine.id, mine.absorbed
HAVING mine.absorbed <> coalesce(sum(rows.amount), 0)
UNION ALL
SELECT 'I8 an order line made two lots', min(wallet), order_id || ':' || line_no
FROM lots
WHERE store = 'online'
GROUP BY order_id, line_no
HAVING count(*) > 1
"""
# I9, I10: each hold ends once, and is charged what it was authorized for at most.
HOLDS = """
SELECT 'I9 a hold differs from its rows', holds.wallet, holds.id::text
FROM holds
LEFT JOIN of_holds ON of_holds.wallet = holds.wallet AND of_holds.hold = holds.id
WHERE
    (of_holds.authorized, of_holds.captured, of_holds.authorized - of_holds.captured - released)
    IS DISTINCT FROM (holds.authorized::numeric, holds.captured::numeric, holds.held::numeric)
UNION ALL
SELECT 'I9 a hold that ended keeps something', wallet, id::text
FROM holds
WHERE state <> 1 AND (held > 0 OR cardinality(lots) > 0)
UNION ALL
SELECT 'I10 a hold was charged more than authorized', wallet, id::text
FROM holds
WHERE captured + held > authorized
UNION ALL
SELECT 'I2 what is held is not what holds hold', mine.id, mine.held::text
FROM mine
LEFT JOIN holds ON holds.wallet = mine.id
GROUP BY mine.id, mine.held
HAVING mine.held <> coalesce(sum(holds.held), 0)
"""
# I4 is asked of the model at each authorization; here, that people's use adds up. I5, I7, I11.
PEOPLE = """
SELECT 'I4 people used what the wallet did not spend', mine.id, mine.owner::text
FROM mine
LEFT JOIN counted ON counted.wallet = mine.id
GROUP BY mine.id, mine.owner, mine.captured, mine.credited_back, mine.held
HAVING
    coalesce(sum(counted.captured), 0) <> mine.captured - mine.credited_back
    OR coalesce(sum(counted.held), 0) <> mine.held
UNION ALL
SELECT 'I5 an organization has not one Administrator', mine.id, mine.owner::text
FROM mine
LEFT JOIN people ON people.wallet = mine.id AND people.role = 'ADMINISTRATOR'
GROUP BY mine.id, mine.owner, mine.kind
HAVING count(people.person) <> CASE mine.kind WHEN 'ORGANIZATION' THEN 1 ELSE 0 END
UNION ALL
SELECT 'I7 holds of one epoch are in two wallets', min(wallet), person || ' ' || epoch
FROM holds
GROUP BY person, epoch
HAVING count(DISTINCT wallet) > 1
UNION ALL
SELECT 'I7 a Guest has access beside credits of his own', own.id, own.person::text
FROM people
INNER JOIN own ON own.person = people.person
WHERE
    people.role = 'GUEST' AND people.mode <> 'disabled'
    AND (own.free > 0 OR own.held > 0 OR own.closed_by IS NULL)
UNION ALL
SELECT 'I7 the own wallet of a Member is open', own.id, own.person::text
FROM people
INNER JOIN own ON own.person = people.person
WHERE people.role = 'MEMBER' AND own.kind = 'ACCOUNT' AND own.closed_by IS NULL
UNION ALL
SELECT 'I11 a Member placed an order of his own', placed_order.wallet, placed_order.order_id
FROM placed_order
INNER JOIN mine ON mine.id = placed_order.wallet
INNER JOIN role_interval ON role_interval.person = placed_order.account
WHERE
    role_interval.role = 'MEMBER' AND mine.kind = 'ACCOUNT'
    -- Within one instant the order may have come first.
    AND placed_order.placed_at > role_interval.since
    AND (role_interval.until IS NULL OR placed_order.placed_at < role_interval.until)
"""
LAWS = f"{GIVEN} {JOURNAL} UNION ALL {LOTS} UNION ALL {HOLDS} UNION ALL {PEOPLE}"


async def broken_laws(connection: Connection, owners: Sequence[UUID]) -> list[str]:
    """Name each law that some of these owners' wallets break, and where."""
    return [
        f"{row['law']}: {row['what']} of wallet {row['wallet']}"
        for row in await connection.fetch(LAWS, owners)
    ]
