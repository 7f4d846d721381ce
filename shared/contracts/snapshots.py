"""Snapshots: what an owner says there is, subject by subject, for copies that are rebuilt."""

from typing import Literal
from uuid import UUID

from shared.contracts.entitlements import Entitlement
from shared.contracts.message import Contract, Moment
from shared.contracts.people import JoinedRole


class KnownMember(Contract):
    """Somebody who is in an organization."""

    account_id: UUID
    role: JoinedRole
    added_at: Moment


class KnownInterval(KnownMember):
    """Somebody who was in an organization, from `added_at` until before `removed_at`."""

    removed_at: Moment


class KnownAdministrator(Contract):
    """Somebody who administers an organization, or did until the next one began."""

    account_id: UUID
    began_at: Moment


class KnownNode(Contract):
    """A node that works for an organization, or did until it was withdrawn (A17)."""

    node: str
    enrolled_at: Moment
    withdrawn_at: Moment | None = None


class KnownOrganization(Contract):
    """An organization as membership knows it at a sequence of its facts.

    `administrators` are all it ever had, in their order: its founder first, the present one last.
    """

    administrator_id: UUID
    state: Literal["ACTIVE", "LAPSED"]
    origin: Literal["LICENSE", "CONFIRMED"] = "LICENSE"
    activated_at: Moment
    administrators: tuple[KnownAdministrator, ...] = ()
    members: tuple[KnownMember, ...] = ()
    former: tuple[KnownInterval, ...] = ()
    nodes: tuple[KnownNode, ...] = ()


class MembershipSubject(Contract):
    """A subject of membership at `sequence`: an organization, or an account that is registered."""

    subject: UUID
    sequence: int
    organization: KnownOrganization | None = None
    registered: bool = False


class MembershipSnapshot(Contract):
    """The answer to `FetchMembershipSnapshot`; `after` leads to the next page, if there is one."""

    subjects: tuple[MembershipSubject, ...]
    after: UUID | None = None


class KnownLicense(Contract):
    """A license as licensing knows it."""

    license_id: UUID
    account_id: UUID
    organization_id: UUID | None = None
    kind: Literal["COMMERCIAL", "EDU", "TRIAL", "BETA"]
    expires_at: Moment | None = None
    expired: bool


class KnownSeat(Contract):
    """A seat that somebody has."""

    account_id: UUID
    product: str


class LicensingSubject(Contract):
    """A subject of licensing at `sequence`: an account with what it holds, or an organization."""

    subject: UUID
    sequence: int
    licenses: tuple[KnownLicense, ...] = ()
    entitlements: tuple[Entitlement, ...] = ()
    seats: tuple[KnownSeat, ...] = ()


class LicensingSnapshot(Contract):
    """The answer to `FetchLicensingSnapshot`; `after` leads to the next page, if there is one."""

    subjects: tuple[LicensingSubject, ...]
    after: UUID | None = None


class KnownPersonalCredits(Contract):
    """The own wallet of an account, at `sequence`, and whether it has credits to spend (R39).

    One that became a pool is no own wallet any more, and has no account (A11).
    """

    subject: UUID
    sequence: int
    account_id: UUID | None = None
    active: bool = False


class PersonalCredits(Contract):
    """The answer to `FetchPersonalCredits`; `after` leads to the next page, if there is one."""

    subjects: tuple[KnownPersonalCredits, ...]
    after: UUID | None = None
