"""Pages of the orders that were placed with us, each list from an index of its own (A14)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from shared.contracts.license_orders import PlacedLicenseOrder, PlaceInOrders
from shared.postgres.pool import Connection

# A list begins here, for a plan that is to do without a place as well would begin at none.
BEGINNING = (datetime.min.replace(tzinfo=UTC), "", "", UUID(int=0))


@dataclass(frozen=True)
class Page:
    """Which orders are asked for: after a place, those that are paid or not, so many at most."""

    after: PlaceInOrders | None
    paid: bool | None
    limit: int

    def place(self) -> tuple[datetime, str, str, UUID]:
        """Where it begins."""
        if self.after is None:
            return BEGINNING
        return (
            self.after.placed_at,
            self.after.store,
            self.after.order_id,
            self.after.account_id,
        )


async def all_orders(connection: Connection, page: Page) -> tuple[PlacedLicenseOrder, ...]:
    """Whatever was placed, oldest first."""
    rows = await connection.fetch(
        """
        SELECT store, order_id, account_id, placed_at, paid,
            CASE WHEN for_organization OR commercial THEN organization_id END AS organization_id
        FROM order_told
        WHERE (placed_at, store, order_id, account_id) > ($1, $2, $3, $4)
            AND ($5::boolean IS NULL OR paid = $5)
        ORDER BY placed_at, store, order_id, account_id
        LIMIT $6
        """,
        *page.place(),
        page.paid,
        page.limit,
    )
    return tuple(PlacedLicenseOrder(**row) for row in rows)


async def orders_of_account(
    connection: Connection, account_id: UUID, page: Page
) -> tuple[PlacedLicenseOrder, ...]:
    """What an account ordered for itself, though some of it be its organization's (A13)."""
    rows = await connection.fetch(
        """
        SELECT store, order_id, account_id, placed_at, paid,
            CASE WHEN commercial THEN organization_id END AS organization_id
        FROM order_told
        WHERE account_id = $6 AND NOT for_organization
            AND (placed_at, store, order_id) > ($1, $2, $3)
            AND ($4::boolean IS NULL OR paid = $4)
        ORDER BY placed_at, store, order_id
        LIMIT $5
        """,
        *page.place()[:3],
        page.paid,
        page.limit,
        account_id,
    )
    return tuple(PlacedLicenseOrder(**row) for row in rows)


async def orders_of_organization(
    connection: Connection, organization_id: UUID, page: Page
) -> tuple[PlacedLicenseOrder, ...]:
    """What was ordered for an organization, or by its Administrator and brings it seats (A13)."""
    rows = await connection.fetch(
        """
        SELECT store, order_id, account_id, placed_at, paid, organization_id
        FROM order_told
        WHERE organization_id = $7 AND (for_organization OR commercial)
            AND (placed_at, store, order_id, account_id) > ($1, $2, $3, $4)
            AND ($5::boolean IS NULL OR paid = $5)
        ORDER BY placed_at, store, order_id, account_id
        LIMIT $6
        """,
        *page.place(),
        page.paid,
        page.limit,
        organization_id,
    )
    return tuple(PlacedLicenseOrder(**row) for row in rows)
