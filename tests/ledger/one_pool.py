"""The one-pool rule as a look at the tables: who could draw, or did, on two wallets at once."""

import asyncpg

BOTH_OPEN = """
SELECT format('%s draws on %s and on his own', access.person, pool.owner)
FROM access
INNER JOIN wallet AS pool ON pool.id = access.wallet
INNER JOIN wallet_name AS name ON name.owner = access.person
INNER JOIN wallet AS own ON own.id = name.wallet
LEFT JOIN access AS his ON his.wallet = own.id AND his.person = access.person
WHERE
    access.role IN ('MEMBER', 'GUEST') AND access.mode <> 'disabled'
    AND (access.role = 'GUEST' OR own.kind = 'ACCOUNT')
    AND (
        own.closed_by IS DISTINCT FROM pool.owner OR own.free > 0
        OR his.role = 'OWNER' AND his.mode <> 'disabled'
    )
"""
MEMBERS_OWN_OPEN = """
SELECT format('%s is a Member, and his own wallet is open', access.person)
FROM access
INNER JOIN wallet_name AS name ON name.owner = access.person
INNER JOIN wallet AS own ON own.id = name.wallet
WHERE access.role = 'MEMBER' AND own.kind = 'ACCOUNT' AND own.closed_by IS NULL
"""
HOLDS_OF_ONE_EPOCH = """
SELECT format('%s has holds of epoch %s on %s wallets', person, epoch, count(DISTINCT wallet))
FROM hold
GROUP BY person, epoch
HAVING count(DISTINCT wallet) > 1
"""


async def broken_one_pool_rules(connection: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    """I7: for one person and epoch at most one wallet has holds, and never are two open."""
    found = []
    for check in (BOTH_OPEN, MEMBERS_OWN_OPEN, HOLDS_OF_ONE_EPOCH):
        found += [row[0] for row in await connection.fetch(check)]
    return found
