"""Store orders: which command grants each line, and which wallet its credits go to, for good."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.credit_ledger.rules.records import IntervalRole
from services.credit_ledger.store.naming import open_wallet
from shared.postgres.pool import Connection


class OrderLine(NamedTuple):
    """An order line with the command that grants it and the wallet it goes to.

    `withheld` credits were bought by a Member and wait for an operator (T18).
    """

    line_no: int
    command: UUID
    content: int
    wallet: int
    withheld: bool


class RoleThen(NamedTuple):
    """What a person was in an organization at some time, and the organization's pool."""

    wallet: int
    role: IntervalRole


async def lines_of(connection: Connection, store: str, order_id: str) -> dict[int, OrderLine]:
    """Find the lines of an order whose destination is decided, by number."""
    rows = await connection.fetch(
        """
        SELECT line_no, command, content, wallet, withheld
        FROM order_line
        WHERE store = $1 AND order_id = $2 AND wallet IS NOT NULL
        """,
        store,
        order_id,
    )
    return {row["line_no"]: OrderLine(*row) for row in rows}


async def map_line(connection: Connection, store: str, order_id: str, line: OrderLine) -> OrderLine:
    """Decide a line's command and destination, or find what was decided before."""
    row = await connection.fetchrow(
        """
        INSERT INTO order_line (store, order_id, line_no, command, content, wallet, withheld)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (store, order_id, line_no) DO UPDATE SET
            wallet = coalesce(order_line.wallet, excluded.wallet),
            withheld = order_line.withheld OR (order_line.wallet IS NULL AND excluded.withheld)
        RETURNING line_no, command, content, wallet, withheld
        """,
        store,
        order_id,
        *line,
    )
    assert row is not None
    return OrderLine(*row)


async def placed_for(
    connection: Connection, store: str, order_id: str, account: UUID
) -> int | None:
    """Find the wallet that an account placed its order for, if it did so with us (A14).

    Whoever claimed the order's id before its buyer gets nothing of what the buyer pays.
    """
    wallet: int | None = await connection.fetchval(
        """
        SELECT wallet FROM placed_order
        WHERE store = $1 AND order_id = $2 AND account = $3
        """,
        store,
        order_id,
        account,
    )
    return wallet


async def roles_then(connection: Connection, person: UUID, moment: datetime) -> list[RoleThen]:
    """Tell what a person was at a time (T17); a role lasts until just before it ended."""
    rows = await connection.fetch(
        """
        SELECT wallet, role
        FROM role_interval
        WHERE person = $1 AND since <= $2 AND (until IS NULL OR until > $2)
        ORDER BY since DESC
        """,
        person,
        moment,
    )
    return [RoleThen(*row) for row in rows]


async def own_wallet_of(connection: Connection, account: UUID, uid: UUID) -> int:
    """Find an account's own wallet, be it a pool by now (A11); opens one where there is none.

    Whoever administers the pool of another's making has a wallet of his own all the same (T16).
    """
    wallet: int | None = await connection.fetchval(
        """
        SELECT id FROM wallet WHERE owner = $1
        UNION ALL
        SELECT wallet FROM wallet_name WHERE owner = $1
        LIMIT 1
        """,
        account,
    )
    return await open_wallet(connection, account, uid) if wallet is None else wallet


async def uids_of(connection: Connection, wallets: set[int]) -> dict[int, UUID]:
    """Find the names of wallets that no transfer moves (conventions 4)."""
    rows = await connection.fetch(
        "SELECT id, uid FROM wallet WHERE id = ANY($1::bigint [])", list(wallets)
    )
    return {row["id"]: row["uid"] for row in rows}
