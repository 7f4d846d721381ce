"""Who holds a seat, for whoever lists them: by product, among some, or page by page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.licensing.rules.licenses import ends_at, live_seats
from services.licensing.store.licenses import organizational_licenses
from shared.contracts.holders import ListHolders
from shared.postgres.pool import Connection

# $1 organization, $2 product, $3 behind or before whom, $4 how many.
FORTH = """
SELECT account_id
FROM assignment
WHERE
    organization_id = $1 AND product = $2 AND state = 'ACTIVE'
    AND ($3::uuid IS NULL OR account_id > $3)
ORDER BY account_id
LIMIT $4
"""
BACK = """
SELECT account_id
FROM assignment
WHERE organization_id = $1 AND product = $2 AND state = 'ACTIVE' AND account_id < $3
ORDER BY account_id DESC
LIMIT $4
"""


@dataclass(frozen=True)
class SeatsCounted:
    """The seats of a product and how many of them are taken, whoever holds them."""

    live: int
    assigned: int
    in_use: int
    until: datetime | None

    @property
    def free(self) -> int:
        """How many seats nobody has; never below none, though seats may run out first."""
        return max(0, self.live - self.assigned - self.in_use)


@dataclass(frozen=True)
class HoldersPage:
    """Holders by account, the number of the first of them, and how many there are in all."""

    account_ids: tuple[UUID, ...]
    first: int
    total: int

    @property
    def last(self) -> int:
        return self.first + len(self.account_ids) - 1


async def seats_counted(
    connection: Connection, organization_id: UUID, product: str, *, now: datetime
) -> SeatsCounted:
    """The seats as they are counted beside the assignments: nobody is read for it."""
    bought = await organizational_licenses(connection, organization_id, product)
    row = await connection.fetchrow(
        "SELECT assigned, in_use FROM product_seats WHERE organization_id = $1 AND product = $2",
        organization_id,
        product,
    )
    assigned, in_use = (row["assigned"], row["in_use"]) if row else (0, 0)
    return SeatsCounted(live_seats(bought, now), assigned, in_use, ends_at(bought, now))


async def holders_among(
    connection: Connection, organization_id: UUID, accounts: Collection[UUID] | None
) -> dict[str, tuple[UUID, ...]]:
    """Who of these, or of everybody, holds a seat, by product."""
    rows = await connection.fetch(
        """
        SELECT product, array_agg(account_id ORDER BY assigned_at, id) AS holders
        FROM assignment
        WHERE
            organization_id = $1 AND state = 'ACTIVE'
            AND ($2::uuid [] IS NULL OR account_id = ANY($2))
        GROUP BY product
        """,
        organization_id,
        accounts,
    )
    return {row["product"]: tuple(row["holders"]) for row in rows}


async def holders_page(
    connection: Connection, organization_id: UUID, asked: ListHolders
) -> HoldersPage:
    """The page that was asked for; one behind the end is empty."""
    statement = FORTH if asked.before is None else BACK
    place = asked.after if asked.before is None else asked.before
    rows = await connection.fetch(statement, organization_id, asked.product, place, asked.limit)
    found = tuple(sorted(row["account_id"] for row in rows))
    counts = await connection.fetchrow(
        """
        SELECT count(*) FILTER (WHERE account_id <= $3) AS first, count(*) AS total
        FROM assignment
        WHERE organization_id = $1 AND product = $2 AND state = 'ACTIVE'
        """,
        organization_id,
        asked.product,
        found[0] if found else None,
    )
    assert counts is not None
    return HoldersPage(found, counts["first"], counts["total"])
