"""A checkout as it is kept: who uses a product on which machine, by which right, until when."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from shared.contracts.checkouts import CheckoutClosed, CheckoutOpened
from shared.contracts.entitlements import Source


@dataclass(frozen=True)
class Checkout:
    """An open checkout.

    `organization_id` is whose seat it takes, none for a license of the account's own. The seat is
    assigned while there is an `assignment_id`; a floating one, or one whose assignment ended before
    the lease did, counts by itself (T31).
    """

    id: UUID
    organization_id: UUID | None
    account_id: UUID
    product: str
    machine: str
    source: Source
    assignment_id: UUID | None
    opened_at: datetime
    lease_until: datetime
    borrowed: bool = False

    def is_held(self, now: datetime) -> bool:
        """Whether its lease lasts; one that lapsed waits for the sweep alone."""
        return self.lease_until > now

    def counts_by_itself(self) -> bool:
        """Whether it takes a seat of the organization to which nobody is assigned."""
        return self.organization_id is not None and self.assignment_id is None

    def ends(self) -> str:
        """When its lease ends, as it is written on the wire."""
        ends = self.lease_until.astimezone(UTC).isoformat(timespec="microseconds")
        return ends.replace("+00:00", "Z")


def opened(checkout: Checkout) -> CheckoutOpened:
    """Say that a product is in use, and until when."""
    return CheckoutOpened(
        checkout_id=checkout.id,
        organization_id=checkout.organization_id,
        account_id=checkout.account_id,
        product=checkout.product,
        machine=checkout.machine,
        source=checkout.source,
        lease_until=checkout.lease_until,
        borrowed=checkout.borrowed,
    )


def closed(checkout: Checkout, *, swept: bool, now: datetime) -> CheckoutClosed:
    """Say that a product is in use no more; `swept` when nobody brought it back."""
    return CheckoutClosed(
        checkout_id=checkout.id,
        organization_id=checkout.organization_id,
        account_id=checkout.account_id,
        product=checkout.product,
        swept=swept,
        closed_at=max(now, checkout.opened_at),
    )
