"""Who may use a product now, by which right and until when (R27, R35, R46, T32, T33)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.licensing.rules.licenses import License, latest_end
from services.licensing.rules.standing import RoleHeld
from shared.contracts.entitlements import Entitlement, EntitlementChanged, Source

PERSONAL: dict[str, Source] = {"COMMERCIAL": "PERSONAL", "EDU": "EDU"}
TRIED: dict[str, Source] = {"TRIAL": "TRIAL", "BETA": "BETA"}
ORDER: tuple[Source, ...] = ("ORGANIZATION", "FLOATING", "PERSONAL", "EDU", "TRIAL", "BETA")


@dataclass(frozen=True)
class SeatHeld:
    """A seat with a live license, by assignment or by an open floating checkout."""

    organization_id: UUID
    until: datetime | None


@dataclass(frozen=True)
class Holding:
    """All that may entitle an account to one product: roles it has now, what it owns and holds."""

    account_id: UUID
    product: str
    registered: bool
    roles: tuple[RoleHeld, ...] = ()
    licenses: tuple[License, ...] = ()
    assigned: tuple[SeatHeld, ...] = ()
    floating: tuple[SeatHeld, ...] = ()

    def is_member(self) -> bool:
        """Whether he is a Member somewhere."""
        return any(one.role == "MEMBER" for one in self.roles)

    def is_suspended(self) -> bool:
        """Whether trials wait: a seat of the product is assigned to a Guest (R46, T33)."""
        guest_of = {one.organization_id for one in self.roles if one.role == "GUEST"}
        return any(seat.organization_id in guest_of for seat in self.assigned)

    def works_for(self) -> frozenset[UUID]:
        """Whose seats count: a Member's only those of the organization he is a Member of (R27)."""
        member_of = {one.organization_id for one in self.roles if one.role == "MEMBER"}
        return frozenset(member_of or {one.organization_id for one in self.roles})


def entitlement(holding: Holding, *, now: datetime) -> Entitlement:
    """Say who may use a product and why; a Guest's rights stand side by side (R35)."""
    rights = dict(_rights(holding, now)) if holding.registered else {}
    return Entitlement(
        account_id=holding.account_id,
        product=holding.product,
        entitled=bool(rights),
        sources=tuple(source for source in ORDER if source in rights),
        until=latest_end(rights.values()) if rights else None,
    )


def is_usable(license: License, holding: Holding, *, now: datetime) -> bool:
    """Whether a license of somebody's own counts: a Member's waits, a suspended trial too."""
    if not license.is_live(now):
        return False
    return not (holding.is_suspended() if license.kind in TRIED else holding.is_member())


def changed(entitlement: Entitlement, *, now: datetime) -> EntitlementChanged:
    """Say what an account may use now."""
    return EntitlementChanged(
        account_id=entitlement.account_id,
        product=entitlement.product,
        sources=entitlement.sources,
        until=entitlement.until,
        changed_at=now,
    )


def _rights(holding: Holding, now: datetime) -> Iterable[tuple[Source, datetime | None]]:
    found: dict[Source, list[datetime | None]] = {}
    seats: dict[Source, tuple[SeatHeld, ...]] = {
        "ORGANIZATION": holding.assigned,
        "FLOATING": holding.floating,
    }
    for source, held in seats.items():
        if ends := [one.until for one in held if one.organization_id in holding.works_for()]:
            found[source] = ends
    for license in holding.licenses:
        if is_usable(license, holding, now=now):
            found.setdefault(_source(license), []).append(license.expires_at)
    return ((source, latest_end(ends)) for source, ends in found.items())


def _source(license: License) -> Source:
    return (PERSONAL | TRIED)[license.kind]
