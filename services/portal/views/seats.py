"""Seats of an organization by product: used, free, floating, ending; who holds them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.portal.views.desk import Desk
from services.portal.views.places import BEGINNING, Place
from shared.contracts.checkouts import Checkout, CheckoutList, ListCheckouts
from shared.contracts.holders import HolderList, ListHolders
from shared.contracts.licensing import (
    LicenseList,
    ListLicenses,
    ProductSeats,
)

PAGE = 50


@dataclass(frozen=True)
class Seats:
    """The seats of one product."""

    product: str
    total: int
    free: int
    holders: tuple[UUID, ...]
    in_use: int
    floating: str
    expires_at: datetime | None

    @property
    def assigned(self) -> int:
        """How many somebody was given; those that float beside them are `in_use`."""
        return max(0, self.used - self.in_use)

    @property
    def used(self) -> int:
        return self.total - self.free

    @property
    def is_over(self) -> bool:
        """Whether the last license of it ended and nothing is left."""
        return self.total == 0


async def seats_of(desk: Desk, *among: UUID) -> tuple[Seats, ...]:
    """All products that the organization has or had seats of; `holders` are those among some."""
    listed = await desk.show(ListLicenses(among=among), LicenseList)
    return tuple(read_seats(product) for product in listed.products)


async def holders_page(desk: Desk, product: str, place: Place) -> HolderList:
    """Who holds the seats of a product, one page of them; before the first page is the first."""
    question = ListHolders(product=product, after=place.after, before=place.before, limit=PAGE)
    listed = await desk.show(question, HolderList)
    if place.before is not None and len(listed.account_ids) < PAGE:
        return await holders_page(desk, product, BEGINNING)
    return listed


def read_seats(product: ProductSeats) -> Seats:
    return Seats(
        product=product.product,
        total=product.seats,
        free=product.free,
        holders=product.account_ids,
        in_use=product.in_use,
        floating=product.floating,
        expires_at=product.expires_at,
    )


async def open_checkouts(desk: Desk, product: str) -> tuple[Checkout, ...]:
    """Who uses a product right now, the first page of them."""
    listed = await desk.show(ListCheckouts(product=product, limit=100), CheckoutList)
    return listed.checkouts
