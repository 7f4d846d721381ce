"""Orders of licenses that were placed with us, for whoever waits for them (A14)."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.message import CommandData, Contract, Moment
from shared.contracts.purchases import OrderId, Store


class PlaceInOrders(Contract):
    """Where a page of placed orders ends, and the next begins."""

    placed_at: Moment
    store: Store
    order_id: OrderId
    account_id: UUID


class ListLicenseOrders(CommandData):
    """List the orders of licenses that were placed with us, oldest first (A14).

    Those for the organization `owner`, or with commercial lines for it (A13), are shown to its
    Administrator, what an account ordered for itself to that account, and either to operators, who
    may ask without an owner for all. `paid` keeps those that are, or are not yet. Answers
    `LicenseOrderList`; refused `unknown_organization, not_administrator`.
    """

    TYPE: ClassVar[str] = "coffer.licensing.list_license_orders.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "licensing.list_license_orders"

    paid: bool | None = None
    after: PlaceInOrders | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class PlacedLicenseOrder(PlaceInOrders):
    """An order that was placed, and whether it was paid since.

    `organization_id` is whose it is, or whose its commercial lines are (A13); else it is its
    buyer's own.
    """

    organization_id: UUID | None = None
    paid: bool


class LicenseOrderList(Contract):
    """The answer to `ListLicenseOrders`; `after` leads to the next page, absent on the last."""

    orders: tuple[PlacedLicenseOrder, ...]
    after: PlaceInOrders | None = None
