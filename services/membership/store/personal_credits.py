"""Our copy of who has credits of his own to spend, as the ledger told us."""

from uuid import UUID

from shared.contracts.snapshots import KnownPersonalCredits
from shared.postgres.pool import Connection


async def has_credits_of_his_own(connection: Connection, account_id: UUID) -> bool:
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT 1 FROM personal_credits WHERE account_id = $1 AND active)",
        account_id,
    )
    return found


async def save_personal_credits(
    connection: Connection, account_id: UUID, *, wallet: UUID, active: bool
) -> None:
    await connection.execute(
        """
        INSERT INTO personal_credits (account_id, wallet, active)
        VALUES ($1, $2, $3)
        ON CONFLICT (account_id)
        DO UPDATE SET wallet = excluded.wallet, active = excluded.active
        """,
        account_id,
        wallet,
        active,
    )


async def replace_personal_credits(connection: Connection, known: KnownPersonalCredits) -> None:
    """An own wallet is its account's for life; of one that is none nothing is known (A11)."""
    if known.account_id is None:
        await connection.execute("DELETE FROM personal_credits WHERE wallet = $1", known.subject)
        return
    await save_personal_credits(
        connection, known.account_id, wallet=known.subject, active=known.active
    )


async def wallets_between(
    connection: Connection, after: UUID | None, until: UUID | None
) -> set[UUID]:
    """The wallets we know something of, of a span without its beginning."""
    rows = await connection.fetch(
        """
        SELECT wallet
        FROM personal_credits
        WHERE ($1::uuid IS NULL OR wallet > $1) AND ($2::uuid IS NULL OR wallet <= $2)
            AND wallet IS NOT NULL
        """,
        after,
        until,
    )
    return {row["wallet"] for row in rows}


async def forget_what_no_wallet_holds(connection: Connection) -> None:
    """What was heard before wallets were noted, and no wallet was found to hold since."""
    await connection.execute("DELETE FROM personal_credits WHERE wallet IS NULL")


async def forget_personal_credits(connection: Connection, account_id: UUID) -> None:
    """An Administrator's own wallet is his organization's pool (A11), and stays behind with it."""
    await connection.execute("DELETE FROM personal_credits WHERE account_id = $1", account_id)
