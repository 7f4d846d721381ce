"""The trail of administrative acts: added to with the batch, read by page, never changed."""

from uuid import UUID

from shared.contracts.audit import AuditEntry, AuditQuery
from shared.postgres.pool import Connection

# $1 is the wallet, the rest are the fields of Audited.
ADD = """
INSERT INTO audit (wallet, id, act, by_account, door, about, before, after, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def trail_of(
    connection: Connection, wallet: int, query: AuditQuery
) -> tuple[AuditEntry, ...]:
    """List the entries of one page, newest first, and one more if another page follows."""
    rows = await connection.fetch(
        """
        SELECT number, id, act, by_account AS by, door, about, before, after, at
        FROM audit
        WHERE
            wallet = $1 AND ($2::bigint IS NULL OR number < $2)
            AND ($4::text IS NULL OR act = $4)
            AND ($5::uuid IS NULL OR about = $5)
            AND ($6::uuid IS NULL OR about = $6 OR by_account = $6)
        ORDER BY number DESC
        LIMIT $3
        """,
        wallet,
        query.before,
        query.limit + 1,
        query.act,
        query.about,
        query.account,
    )
    return tuple(AuditEntry(**row) for row in rows)


async def may_read(connection: Connection, wallet: int, account: UUID) -> bool:
    """Tell whether somebody administers the wallet, or owns it."""
    may: bool = await connection.fetchval(
        """
        SELECT EXISTS (
            SELECT FROM access
            WHERE wallet = $1 AND person = $2 AND role IN ('ADMINISTRATOR', 'OWNER')
        )
        """,
        wallet,
        account,
    )
    return may
