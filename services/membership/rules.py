"""Who may be what in an organization: pure functions over frozen data (R1-R16, A2, A3, A13)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.membership import (
    MemberAdded,
    MemberRemoved,
    OrganizationActivated,
    OrganizationLapsed,
)
from shared.contracts.message import Refused, refuse
from shared.contracts.purchases import LicenseKind
from shared.contracts.refusals import RefusalCode

OrganizationState = Literal["ACTIVE", "LAPSED"]
JoinedRole = Literal["MEMBER", "GUEST"]
ADMINISTRATOR = "ADMINISTRATOR"


@dataclass(frozen=True)
class Account:
    """A registered account."""

    id: UUID
    email: str
    name: str
    customer_number: str


@dataclass(frozen=True)
class Organization:
    """An organization and its one Administrator."""

    id: UUID
    administrator_id: UUID
    state: OrganizationState


@dataclass(frozen=True)
class Membership:
    """Being a Member or Guest, now."""

    organization_id: UUID
    account_id: UUID
    role: JoinedRole
    added_at: datetime


@dataclass(frozen=True)
class HeldLicense:
    """A license of an account, as licensing told us."""

    kind: LicenseKind
    expires_at: datetime | None
    expired: bool

    def is_live(self, now: datetime) -> bool:
        """Whether it counts: neither reported as expired nor past its date."""
        return not self.expired and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True)
class Standing:
    """What decides over an account: who it is, what it owns, where it is and what it holds."""

    account_id: UUID
    account: Account | None
    owns: Organization | None
    joined: Membership | None
    licenses: tuple[HeldLicense, ...]

    def holds(self, *kinds: LicenseKind, now: datetime) -> bool:
        """Whether the account holds a live license of one of these kinds."""
        return any(license.kind in kinds and license.is_live(now) for license in self.licenses)


def fold(email: str) -> str:
    """One e-mail is one account, however it is capitalised (A16)."""
    return email.casefold()


def register(
    *, email: str, same_id: Account | None, same_email: Account | None
) -> Account | Refused | None:
    """Register an account: the one that is there already, a refusal, or nothing in the way."""
    if same_id is not None and fold(same_id.email) == fold(email):
        return same_id
    if same_id is not None:
        return refuse(RefusalCode.IDEMPOTENCY_KEY_REUSED)
    if same_email is not None:
        return refuse(RefusalCode.EMAIL_TAKEN)
    return None


def organization_due(
    standing: Standing, *, new_id: UUID, now: datetime
) -> OrganizationActivated | None:
    """Whoever holds an active commercial license is an organization (R3) and its Administrator.

    A Member's license makes none (A13): it waits until he leaves. A renewal wakes a lapsed one.
    """
    if standing.account is None or not standing.holds("COMMERCIAL", now=now):
        return None
    if standing.owns is None and _is_member(standing.joined):
        return None
    if standing.owns is not None and standing.owns.state == "ACTIVE":
        return None
    return OrganizationActivated(
        organization_id=standing.owns.id if standing.owns else new_id,
        administrator_id=standing.account_id,
        activated_at=now,
    )


def lapse(standing: Standing, *, now: datetime) -> OrganizationLapsed | None:
    """Without an active commercial license an organization lapses; nobody leaves (T9)."""
    if standing.owns is None or standing.owns.state == "LAPSED":
        return None
    if standing.holds("COMMERCIAL", now=now):
        return None
    return OrganizationLapsed(
        organization_id=standing.owns.id,
        administrator_id=standing.account_id,
        lapsed_at=now,
    )


def administer(organization: Organization | None, asked_by: UUID | None) -> Organization | Refused:
    """Let the Administrator through, and nobody else (R2)."""
    if organization is None:
        return refuse(RefusalCode.UNKNOWN_ORGANIZATION)
    if asked_by != organization.administrator_id:
        return refuse(RefusalCode.NOT_ADMINISTRATOR)
    return organization


def add_member(
    organization: Organization, target: Standing, *, role: str, now: datetime
) -> MemberAdded | Refused:
    """Add an account as Member or Guest (R15); what a Guest owns never stands in his way (R40)."""
    if role == ADMINISTRATOR:
        return refuse(RefusalCode.ADMINISTRATOR_EXISTS)
    if role not in {"MEMBER", "GUEST"}:
        return refuse(RefusalCode.UNKNOWN_ROLE)
    if target.account is None:
        return refuse(RefusalCode.UNKNOWN_ACCOUNT)
    if target.account_id == organization.administrator_id:
        return refuse(RefusalCode.ALREADY_IN_ORGANIZATION)
    if target.joined is not None and target.joined.organization_id == organization.id:
        return refuse(RefusalCode.ALREADY_IN_ORGANIZATION)
    if target.joined is not None:
        return refuse(RefusalCode.ALREADY_IN_ANOTHER_ORGANIZATION)
    if role == "MEMBER" and target.holds("COMMERCIAL", "EDU", now=now):
        return refuse(RefusalCode.MEMBER_HAS_PERSONAL_ENTITLEMENTS)
    return MemberAdded(
        organization_id=organization.id,
        account_id=target.account_id,
        role="MEMBER" if role == "MEMBER" else "GUEST",
        added_at=now,
    )


def remove_member(
    organization: Organization, target: Standing, *, now: datetime
) -> MemberRemoved | Refused:
    """Remove a Member or Guest (R16); never the Administrator, for one there must be (R7)."""
    if target.account_id == organization.administrator_id:
        return refuse(RefusalCode.CANNOT_REMOVE_ADMINISTRATOR)
    if target.joined is None or target.joined.organization_id != organization.id:
        return refuse(RefusalCode.NOT_IN_ORGANIZATION)
    return MemberRemoved(
        organization_id=organization.id,
        account_id=target.account_id,
        removed_at=max(now, target.joined.added_at),
    )


def show_account(account: Account | None, asked_by: UUID | None) -> Account | Refused:
    """An account is shown to its owner and looks unknown to everybody else (R9)."""
    if account is None or asked_by != account.id:
        return refuse(RefusalCode.UNKNOWN_ACCOUNT)
    return account


def _is_member(joined: Membership | None) -> bool:
    return joined is not None and joined.role == "MEMBER"
