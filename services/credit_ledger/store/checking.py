"""A quick look whenever the engine connects: the books end where their journals do."""

from uuid import UUID

from shared.postgres.pool import Connection

BATCHES_CHECKED = 1_000


async def differing_wallets(connection: Connection) -> list[UUID]:
    """Find wallets of the last batches whose number or balance is not their journal's last."""
    rows = await connection.fetch(
        """
        WITH recent AS (
            SELECT DISTINCT unnest(wallets) AS id
            FROM (SELECT wallets FROM batch ORDER BY id DESC LIMIT $1) AS last
        )
        SELECT wallet.uid
        FROM recent
        INNER JOIN wallet ON wallet.id = recent.id
        LEFT JOIN LATERAL (
            SELECT seq, balance FROM journal
            WHERE journal.wallet = recent.id
            ORDER BY seq DESC
            LIMIT 1
        ) AS last ON true
        WHERE wallet.seq <> coalesce(last.seq, 0) OR wallet.free <> coalesce(last.balance, 0)
        """,
        BATCHES_CHECKED,
    )
    return [row["uid"] for row in rows]
