"""Whose an organization is, and which licenses are its own (R2, R27, R35, A13)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.licensing.rules.licenses import License
from services.licensing.rules.operators import OPERATORS
from shared.contracts.message import Refused, refuse
from shared.contracts.purchases import LicenseKind
from shared.contracts.refusals import RefusalCode


@dataclass(frozen=True)
class Organization:
    """An organization and its Administrator, as membership told us."""

    id: UUID
    administrator_id: UUID


def administer(
    organization: Organization | None, asked_by: UUID | None, *, is_own_account: bool = False
) -> Organization | Refused:
    """Let the Administrator through, and nobody else (R2).

    Whoever names his own account is told that it is no organization (R4).
    """
    if organization is None and is_own_account:
        return refuse(RefusalCode.NOT_AN_ORGANIZATION)
    if organization is None:
        return refuse(RefusalCode.UNKNOWN_ORGANIZATION)
    if asked_by != organization.administrator_id:
        return refuse(RefusalCode.NOT_ADMINISTRATOR)
    return organization


def personal_kinds(
    owned: Iterable[License], organization: Organization, *, product: str, now: datetime
) -> frozenset[LicenseKind]:
    """Which kinds of license of a product a person has that are not the organization's (R43).

    Those of an organization of his own are his as far as others are concerned (A13).
    """
    return frozenset(
        license.kind
        for license in owned
        if license.product == product
        and license.is_live(now)
        and license.organization_id != organization.id
    )


def may_list(
    owner: UUID, organization: Organization | None, asked_by: UUID | None
) -> Refused | None:
    """An organization's seats are shown to its Administrator, an account's to its owner (R1)."""
    if organization is not None and asked_by != organization.administrator_id:
        return refuse(RefusalCode.NOT_ADMINISTRATOR)
    if organization is None and asked_by != owner:
        return refuse(RefusalCode.UNKNOWN_ACCOUNT)
    return None


def may_read_trail(
    owner: UUID, organization: Organization | None, *, actor: str, asked_by: UUID | None
) -> Refused | None:
    """Operators may, an organization's Administrator, and an account about itself."""
    if actor in OPERATORS or asked_by == owner:
        return None
    if organization is None:
        return refuse(RefusalCode.UNKNOWN_ORGANIZATION)
    if asked_by != organization.administrator_id:
        return refuse(RefusalCode.NOT_ADMINISTRATOR)
    return None
