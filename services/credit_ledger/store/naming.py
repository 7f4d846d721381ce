"""Wallets by name: the organization or account a command calls its owner."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from shared.postgres.pool import Connection


async def wallets_named(connection: Connection, owners: Sequence[UUID]) -> dict[UUID, int]:
    """Find the wallets of owners; those nobody knows are absent."""
    rows = await connection.fetch(
        "SELECT owner, wallet FROM wallet_name WHERE owner = ANY($1::uuid[])", owners
    )
    return {row["owner"]: row["wallet"] for row in rows}


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
