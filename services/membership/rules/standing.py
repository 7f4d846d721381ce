"""What decides over an account: who it is, what it owns, where it is and what it holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from shared.contracts.people import JoinedRole
from shared.contracts.purchases import LicenseKind

OrganizationState = Literal["ACTIVE", "LAPSED"]
OrganizationOrigin = Literal["LICENSE", "CONFIRMED"]


@dataclass(frozen=True)
class Account:
    """An account; one that is only invited has no name yet (T32). A forgotten one is none."""

    id: UUID
    email: str
    name: str | None
    customer_number: str

    @property
    def is_registered(self) -> bool:
        """Whether its owner has registered or linked his invitation."""
        return self.name is not None


@dataclass(frozen=True)
class Organization:
    """An organization and its one Administrator.

    `origin` says whether it lives by its licenses (R3) or by an operator's word (R10).
    """

    id: UUID
    administrator_id: UUID
    state: OrganizationState
    origin: OrganizationOrigin = "LICENSE"


@dataclass(frozen=True)
class Membership:
    """Being a Member or Guest, now."""

    organization_id: UUID
    account_id: UUID
    role: JoinedRole
    added_at: datetime


@dataclass(frozen=True)
class HeldLicense:
    """A license as licensing told us: an organization's, or else its owner's own (A13)."""

    kind: LicenseKind
    expires_at: datetime | None
    expired: bool
    organization_id: UUID | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether it counts: neither reported as expired nor past its date."""
        return not self.expired and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True)
class Standing:
    """What decides over an account: who it is, what it owns, where it is and what it holds.

    What it holds are licenses of its own and those of the organization it administers (A13).
    """

    account_id: UUID
    account: Account | None
    owns: Organization | None
    joined: Membership | None
    licenses: tuple[HeldLicense, ...]

    @classmethod
    def of_nobody(cls, account_id: UUID) -> Self:
        """Somebody of whom nothing is known yet: an address without an account."""
        return cls(account_id, account=None, owns=None, joined=None, licenses=())

    @property
    def is_registered(self) -> bool:
        """Whether there is an account, and more than an invitation to one."""
        return self.account is not None and self.account.is_registered

    @property
    def is_member(self) -> bool:
        """Whether the account is a Member somewhere, now."""
        return self.joined is not None and self.joined.role == "MEMBER"

    def holds(self, *kinds: LicenseKind, now: datetime) -> bool:
        """Whether the account holds a live license of one of these kinds."""
        return any(license.kind in kinds and license.is_live(now) for license in self.licenses)

    def owns_personally(self, *, now: datetime) -> bool:
        """Whether the account holds a purchase of its own, that is no organization's (A3)."""
        return any(
            license.kind in {"COMMERCIAL", "EDU"} and license.is_live(now)
            for license in self.licenses
            if license.organization_id is None
        )
