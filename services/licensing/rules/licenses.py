"""What was bought: one license for one order line, alive until event or clock ends it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.purchases import LicenseKind, LicenseLine, OrderPaid

LicenseState = Literal["ACTIVE", "EXPIRED"]
ACTIVE: LicenseState = "ACTIVE"


@dataclass(frozen=True)
class Belongs:
    """Whose a license is: an organization's, else its buyer's; `withheld` from a Member (R29)."""

    organization_id: UUID | None = None
    withheld: bool = False


HIS_OWN = Belongs()


@dataclass(frozen=True)
class License:
    """A license; one order line, or one granted application, is one license.

    Without `organization_id` it is the account's own. `withheld` is one that a Member paid for.
    """

    id: UUID
    store: str
    order_id: str
    line_no: int
    account_id: UUID
    product: str
    kind: LicenseKind
    seats: int
    state: LicenseState
    activated_at: datetime
    expires_at: datetime | None
    organization_id: UUID | None = None
    placed_at: datetime | None = None
    withheld: bool = False

    def is_live(self, now: datetime) -> bool:
        """Whether its seats count: event and clock agree that it has not run out."""
        return self.state == ACTIVE and (self.expires_at is None or self.expires_at > now)


def license_of(
    order: OrderPaid, line: LicenseLine, belongs: Belongs, *, id: UUID, now: datetime
) -> License:
    """Make the license of an order line; one that arrives past its date never counts."""
    has_run_out = line.expires_at is not None and line.expires_at <= now
    return License(
        id=id,
        store=order.store,
        order_id=order.order_id,
        line_no=line.line_no,
        account_id=order.account_id,
        product=line.product,
        kind=line.license_kind,
        seats=line.seats,
        state="EXPIRED" if has_run_out else ACTIVE,
        activated_at=now,
        expires_at=line.expires_at,
        organization_id=belongs.organization_id,
        placed_at=order.placed_at,
        withheld=belongs.withheld,
    )


def says_the_same(kept: License, told: License) -> bool:
    """Whether a repeated order line tells what the first did (T21)."""
    return _terms(kept) == _terms(told)


def founding_license(bought: Iterable[License], now: datetime) -> License | None:
    """The license that made an organization: the first commercial one that is live (R3, A13)."""
    live = [license for license in bought if license.is_live(now)]
    return min(live, key=lambda license: (license.activated_at, license.id), default=None)


def ends_at(licenses: Iterable[License], now: datetime) -> datetime | None:
    """When the last of these licenses ends; None when one has no end, or none is live."""
    ends = [license.expires_at for license in licenses if license.is_live(now)]
    return latest_end(ends) if ends else None


def latest_end(ends: Iterable[datetime | None]) -> datetime | None:
    """The latest of some ends, None when one of them never comes."""
    known = []
    for end in ends:
        if end is None:
            return None
        known.append(end)
    return max(known)


def live_seats(licenses: Iterable[License], now: datetime) -> int:
    """How many seats these licenses give now."""
    return sum(license.seats for license in licenses if license.is_live(now))


def _terms(license: License) -> tuple[object, ...]:
    return (
        license.account_id,
        license.product,
        license.kind,
        license.seats,
        license.expires_at,
    )
