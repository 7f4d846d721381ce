"""Orders of licenses: who may place one, and whose what was paid becomes (R12, R29, R43, A13)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.licensing.rules.licenses import HIS_OWN, Belongs
from services.licensing.rules.standing import Standing
from shared.contracts.licensing import LicenseOrderPlaced, PlaceLicenseOrder
from shared.contracts.message import Refused, refuse
from shared.contracts.purchases import LicenseKind
from shared.contracts.refusals import RefusalCode

SOLD = frozenset({"COMMERCIAL", "EDU"})


@dataclass(frozen=True)
class OrderPlaced:
    """An order as it was placed with us.

    `organization_id` is the one whose Administrator placed it, `for_organization` that he named it,
    `commercial` that some of it is that one's even so (A13).
    """

    store: str
    order_id: str
    account_id: UUID
    organization_id: UUID | None
    for_organization: bool
    commercial: bool
    content: bytes
    placed_at: datetime


def place(
    order: PlaceLicenseOrder, *, owner: UUID | None, buyer: Standing, content: bytes, now: datetime
) -> OrderPlaced | Refused:
    """Let an Administrator order for his organization, a Guest for himself, a Member not at all.

    The channel makes no difference (R29, R30). What an Administrator buys for himself is his
    organization's all the same where it is commercial (A13).
    """
    if any(line.license_kind not in SOLD for line in order.lines):
        message = "lines.license_kind: trials and betas are applied for, not sold"
        return refuse(RefusalCode.MALFORMED, message=message)
    administers = buyer.current().administers()
    for_organization = owner != buyer.account_id
    if not (for_organization and owner == administers):
        if buyer.current().is_member():
            return refuse(RefusalCode.MEMBERS_MAY_NOT_PURCHASE)
        if for_organization:
            return refuse(RefusalCode.NOT_ADMINISTRATOR)
    return OrderPlaced(
        store=order.store,
        order_id=order.order_id,
        account_id=buyer.account_id,
        organization_id=administers,
        for_organization=for_organization,
        commercial=any(line.license_kind == "COMMERCIAL" for line in order.lines),
        content=content,
        placed_at=now,
    )


def place_again(placed: OrderPlaced, content: bytes) -> OrderPlaced | Refused:
    """The same order placed again stands as it is; another under its name is refused."""
    if placed.content != content:
        return refuse(RefusalCode.IDEMPOTENCY_KEY_REUSED)
    return placed


def told(placed: OrderPlaced) -> LicenseOrderPlaced:
    """Say that an order may be paid, and for whom it was placed."""
    return LicenseOrderPlaced(
        account_id=placed.account_id,
        organization_id=placed.organization_id,
        store=placed.store,
        order_id=placed.order_id,
        placed_at=placed.placed_at,
    )


def belongs_to(
    kind: LicenseKind, *, placed: OrderPlaced | None, placed_at: datetime, buyer: Standing
) -> Belongs:
    """Whose a license is: decided by its placement, else by the buyer's role then (A14, T17).

    What somebody ordered before his own organization arose is that one's, whichever of the two we
    hear of first (A13). A Member's own purchase is withheld: when he was one at a placement we did
    not decide (R29, T18), and when he is one now, for he may not use it (A13).
    """
    if kind not in SOLD:
        return HIS_OWN
    organization = _ordered_for(kind, placed=placed, then=buyer.then(placed_at))
    if organization is None and kind == "COMMERCIAL":
        organization = buyer.founded
    if organization is not None:
        return Belongs(organization_id=organization)
    was_member = placed is None and buyer.then(placed_at).is_member()
    return Belongs(withheld=was_member or buyer.current().is_member())


def _ordered_for(kind: LicenseKind, *, placed: OrderPlaced | None, then: Standing) -> UUID | None:
    if placed is None:
        return then.administers() if kind == "COMMERCIAL" else None
    if kind == "COMMERCIAL" or placed.for_organization:
        return placed.organization_id
    return None
