"""What the ledger shows: wallets, access, verdicts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec.json import decode

from services.credit_ledger.rules.terms import Terms
from shared.postgres.pool import Connection


@dataclass(frozen=True)
class WalletShown:
    """A wallet's totals in microcredits."""

    id: int
    uid: UUID
    kind: str
    owner: UUID
    free: int
    held: int
    captured: int
    expired: int
    granted: int
    debt: int
    dormant: int
    clawed_back: int
    credited_back: int
    adjusted: int


@dataclass(frozen=True)
class LotShown:
    """An open lot in microcredits."""

    number: int
    granted: int
    free: int
    held: int
    expires_at: datetime | None
    order_id: str


async def find_wallet(connection: Connection, owner: UUID) -> WalletShown | None:
    """Find the wallet an owner names, or the one of that uuid (conventions 4)."""
    row = await connection.fetchrow(
        """
        SELECT
            id, uid, kind, owner, free, held, captured, expired, granted, debt, dormant,
            clawed_back, credited_back, adjusted
        FROM wallet
        WHERE id = coalesce(
            (SELECT wallet FROM wallet_name WHERE wallet_name.owner = $1),
            (SELECT id FROM wallet WHERE uid = $1)
        )
        """,
        owner,
    )
    return WalletShown(*row) if row else None


async def open_lots_of(connection: Connection, wallet: int, now: datetime) -> list[LotShown]:
    """List lots with credits in the order they are used (T25); what is past its time is not shown.

    Expiry is booked by the next batch or sweep; until then the view must not promise it.
    """
    rows = await connection.fetch(
        """
        SELECT number, granted, free, held, expires_at, order_id
        FROM lot
        WHERE wallet = $1 AND open AND (expires_at IS NULL OR expires_at > $2)
        ORDER BY expires_at NULLS LAST, category, granted_at, number
        """,
        wallet,
        now,
    )
    return [LotShown(*row) for row in rows]


async def quotas_of(connection: Connection, wallet: int) -> int:
    """Sum the quotas of a wallet, which may be more than any wallet could have (R52, T13)."""
    quotas = await connection.fetchval("SELECT sum(quota) FROM access WHERE wallet = $1", wallet)
    return int(quotas or 0)


async def terms_of(connection: Connection, wallet: int) -> Terms:
    """Find the terms of a wallet; what nobody set is as it is by default."""
    terms = await connection.fetchval("SELECT terms FROM wallet WHERE id = $1", wallet)
    return decode(str(terms), type=Terms)


async def find_verdict(connection: Connection, wallet: int, command: UUID) -> str | None:
    """Tell what a command came to: accepted, or the code of its first refusal."""
    found: str | None = await connection.fetchval(
        """
        SELECT 'accepted' FROM journal WHERE wallet = $1 AND command = $2
        UNION ALL
        SELECT coalesce(result -> 'binding' ->> 0, 'accepted')
        FROM verdict WHERE wallet = $1 AND command = $2
        LIMIT 1
        """,
        wallet,
        command,
    )
    return found
