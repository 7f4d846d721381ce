"""What Dan has of a product, for rules of checkouts; valid by default."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.licensing.rules import checkouts as rules
from services.licensing.rules.checkouts import Floor, Rights
from services.licensing.rules.entitlement import Holding, SeatHeld
from services.licensing.rules.leases import Checkout
from services.licensing.rules.licenses import License
from services.licensing.rules.standing import RoleHeld
from shared.contracts.checkouts import OpenCheckout
from shared.contracts.entitlements import Source
from shared.contracts.message import Refused
from shared.contracts.people import Role
from shared.contracts.purchases import LicenseKind
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LARKSPUR = an_id()
DAN = an_id()
SEAT = an_id()


def a_license(kind: LicenseKind, *, seats: int = 1, ends: datetime | None = None) -> License:
    return License(
        id=an_id(),
        store="online",
        order_id=an_id().hex,
        line_no=1,
        account_id=DAN,
        product=LUMEN,
        kind=kind,
        seats=seats,
        state="ACTIVE",
        activated_at=NOW,
        expires_at=ends,
    )


def of_dan(*licenses: License, role: Role | None = "GUEST", seat: UUID | None = None) -> Holding:
    roles = (RoleHeld(LARKSPUR, role, NOW),) if role else ()
    assigned = (SeatHeld(LARKSPUR, None),) if seat else ()
    return Holding(DAN, LUMEN, registered=True, roles=roles, licenses=licenses, assigned=assigned)


def a_floor(
    *, live: int = 3, taken: int = 0, seat: UUID | None = None, may_float: bool = False
) -> Floor:
    return Floor(LARKSPUR, live, taken, until=None, assignment_id=seat, may_float=may_float)


def a_checkout(
    source: Source, *, machine: str = "desk", seat: UUID | None = None, minute: int = 0
) -> Checkout:
    return Checkout(
        id=an_id(),
        organization_id=LARKSPUR if source in ("ORGANIZATION", "FLOATING") else None,
        account_id=DAN,
        product=LUMEN,
        machine=machine,
        source=source,
        assignment_id=seat,
        opened_at=NOW + minute * MINUTE,
        lease_until=NOW + 10 * MINUTE,
    )


def opened(rights: Rights, *, machine: str = "desk") -> Checkout | Refused:
    asked = OpenCheckout(product=LUMEN, machine=machine, lease_seconds=600)
    return rules.open(asked, rights, id=an_id(), now=NOW)


def taken(rights: Rights, *, machine: str = "desk") -> Source:
    checkout = opened(rights, machine=machine)
    assert isinstance(checkout, Checkout)
    return checkout.source


def refused(decision: object) -> RefusalCode:
    assert isinstance(decision, Refused)
    return decision.code
