"""Wallets by name: the organization or account a command calls its owner."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from shared.postgres.pool import Connection

# Each is probed by wallet and command, whatever the planner knows: LIMIT keeps the probes whole.
BEGUN_BEFORE = """
WITH meant AS (
    SELECT owner, wallet, true AS before FROM wallet_name_past WHERE owner = ANY($1::uuid [])
    UNION ALL
    SELECT owner, wallet, false FROM wallet_name WHERE owner = ANY($1::uuid [])
), named AS (
    SELECT * FROM unnest($1::uuid [], $2::uuid [], $3::uuid []) AS named (owner, command, began)
)
SELECT named.owner, named.command, wallet.uid, wallet.id
FROM named
INNER JOIN meant ON meant.owner = named.owner AND meant.before
INNER JOIN wallet ON wallet.id = meant.wallet
CROSS JOIN LATERAL (
    SELECT FROM journal
    WHERE journal.wallet = meant.wallet AND journal.command = named.began
    LIMIT 1
) AS began
WHERE NOT EXISTS (
    SELECT FROM meant AS now
    CROSS JOIN LATERAL (
        SELECT FROM journal
        WHERE journal.wallet = now.wallet AND journal.command = named.began
        LIMIT 1
    ) AS here
    WHERE now.owner = named.owner AND NOT now.before
) AND NOT EXISTS (
    SELECT FROM meant AS ever
    CROSS JOIN LATERAL (
        SELECT FROM verdict
        WHERE verdict.wallet = ever.wallet AND verdict.command = named.command
        LIMIT 1
    ) AS refused
    WHERE ever.owner = named.owner
)
"""


async def wallets_named(connection: Connection, owners: Sequence[UUID]) -> dict[UUID, int]:
    """Find the wallets of owners, or by their own uuids; those nobody knows are absent.

    A name may come to mean another wallet (T16), a wallet's uuid never does (conventions 4).
    """
    rows = await connection.fetch(
        """
        SELECT owner, wallet FROM wallet_name WHERE owner = ANY($1::uuid [])
        UNION ALL
        SELECT uid, id FROM wallet WHERE uid = ANY($1::uuid [])
        """,
        owners,
    )
    return {row["owner"]: row["wallet"] for row in rows}


async def names_that_moved(connection: Connection, owners: Sequence[UUID]) -> set[UUID]:
    """Tell which names meant another wallet before (T16)."""
    rows = await connection.fetch(
        "SELECT DISTINCT owner FROM wallet_name_past WHERE owner = ANY($1::uuid [])", owners
    )
    return {row["owner"] for row in rows}


async def wallets_of_beginnings(
    connection: Connection, named: Sequence[tuple[UUID, UUID, UUID]]
) -> dict[tuple[UUID, UUID], tuple[UUID, int]]:
    """Find where holds and usage lines are that began in a wallet their name meant before (T16).

    `named` are owner, command, and what it is about: the id of the authorization or of the line.
    Absent is what is in the wallet that the name means now, or nowhere, and what was refused
    already under that name.
    """
    rows = await connection.fetch(BEGUN_BEFORE, *(list(each) for each in zip(*named, strict=True)))
    return {(row["owner"], row["command"]): (row["uid"], row["id"]) for row in rows}


async def open_wallet(connection: Connection, account: UUID, uid: UUID) -> int:
    """Open an account's own wallet with its owner's access, or find the one it has (A11).

    Another worker may open it, and relabel it, between our look and this: then its name is taken.
    """
    try:
        return await _open_wallet(connection, account, uid)
    except asyncpg.UniqueViolationError:
        return (await wallets_named(connection, [account]))[account]


async def _open_wallet(connection: Connection, account: UUID, uid: UUID) -> int:
    wallet: int | None = await connection.fetchval(
        """
        WITH opened AS (
            INSERT INTO wallet (uid, kind, owner) VALUES ($2, 'ACCOUNT', $1)
            ON CONFLICT (owner) DO NOTHING
            RETURNING id
        ), named AS (
            INSERT INTO wallet_name (owner, wallet) SELECT $1, id FROM opened
        ), owned AS (
            INSERT INTO access (wallet, person, role, mode, captured, held)
            SELECT id, $1, 'OWNER', 'unlimited', 0, 0 FROM opened
        )
        SELECT id FROM opened
        """,
        account,
        uid,
    )
    if wallet is not None:
        return wallet
    return (await wallets_named(connection, [account]))[account]


async def own_wallet(connection: Connection, account: UUID, uid: UUID) -> int:
    """Find the wallet that is an account's own, or open it; its name may mean another (T16)."""
    while True:
        wallet: int | None = await connection.fetchval(
            """
            WITH opened AS (
                INSERT INTO wallet (uid, kind, owner) VALUES ($2, 'ACCOUNT', $1)
                ON CONFLICT (owner) DO NOTHING
                RETURNING id
            ), owned AS (
                INSERT INTO access (wallet, person, role, mode, captured, held)
                SELECT id, $1, 'OWNER', 'unlimited', 0, 0 FROM opened
            )
            SELECT id FROM opened
            UNION ALL
            SELECT id FROM wallet WHERE owner = $1
            LIMIT 1
            """,
            account,
            uid,
        )
        # Another worker may open it after our snapshot; the next one sees it.
        if wallet is not None:
            return wallet


async def name_wallet(connection: Connection, wallet: int, kind: str, owner: UUID) -> None:
    """Relabel a wallet; its old name goes on naming it (A11)."""
    await connection.execute(
        """
        WITH relabelled AS (
            UPDATE wallet SET kind = $2, owner = $3 WHERE id = $1
        )
        INSERT INTO wallet_name (owner, wallet) VALUES ($3, $1) ON CONFLICT DO NOTHING
        """,
        wallet,
        kind,
        owner,
    )
