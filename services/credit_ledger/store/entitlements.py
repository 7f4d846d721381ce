"""The copy of what people may use: kept as licensing says it, read by the batches that ask."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.contracts.entitlements import Entitlement, EntitlementChanged
from shared.postgres.pool import Connection

ENDS_OF = """
SELECT account, product, until
FROM unnest($1::uuid [], $2::text []) AS wanted (account, product)
INNER JOIN entitlement USING (account, product)
WHERE sources <> '{}'
"""


async def keep(connection: Connection, told: EntitlementChanged) -> None:
    """Write down what an account may use of a product now."""
    await connection.execute(
        """
        INSERT INTO entitlement (account, product, sources, until) VALUES ($1, $2, $3, $4)
        ON CONFLICT (account, product) DO UPDATE SET
            sources = excluded.sources, until = excluded.until
        """,
        told.account_id,
        told.product,
        told.sources,
        told.until,
    )


async def ends_of(
    connection: Connection, uses: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], datetime | None]:
    """Tell until when people may use products; those that may not at all are left out."""
    rows = await connection.fetch(
        ENDS_OF,
        [person for person, _ in uses],
        [product for _, product in uses],
    )
    return {(row["account"], row["product"]): row["until"] for row in rows}


async def accounts_between(
    connection: Connection, after: UUID | None, until: UUID | None
) -> set[UUID]:
    """Whose entitlements we know, of a span without its beginning."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT account
        FROM entitlement
        WHERE ($1::uuid IS NULL OR account > $1) AND ($2::uuid IS NULL OR account <= $2)
        """,
        after,
        until,
    )
    return {UUID(int=row["account"].int) for row in rows}


async def replace(connection: Connection, account: UUID, known: Sequence[Entitlement]) -> None:
    """What an account may use is this, and nothing else."""
    await connection.execute("DELETE FROM entitlement WHERE account = $1", account)
    await connection.executemany(
        "INSERT INTO entitlement (account, product, sources, until) VALUES ($1, $2, $3, $4)",
        [(account, one.product, one.sources, one.until) for one in known],
    )
