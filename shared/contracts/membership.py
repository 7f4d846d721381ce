"""Membership's messages: accounts, organizations, roles."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.message import CommandData, Contract, FactData, Moment

Role = Literal["ADMINISTRATOR", "MEMBER", "GUEST"]
Email = Annotated[str, Field(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]


class RegisterAccount(CommandData):
    """Open an account (A16); answers `{account_id, customer_number}`.

    Refused `email_taken` when another account has the address, compared case-folded.
    """

    TYPE: ClassVar[str] = "coffer.membership.register_account.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.register_account"

    account_id: UUID
    email: Email
    name: Annotated[str, Field(min_length=1, max_length=200)]


class AddMember(CommandData):
    """The Administrator adds an account as Member or Guest (R15); `owner` is the organization.

    Refused `not_administrator, unknown_role, administrator_exists, unknown_account,
    already_in_organization, already_in_another_organization`.
    """

    TYPE: ClassVar[str] = "coffer.membership.add_member.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.add_member"

    account_id: UUID
    role: Annotated[str, Field(max_length=40)]


class RemoveMember(CommandData):
    """The Administrator removes a Member or Guest (R16); `owner` is the organization.

    Refused `not_administrator, not_in_organization, cannot_remove_administrator`.
    """

    TYPE: ClassVar[str] = "coffer.membership.remove_member.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.remove_member"

    account_id: UUID


class ShowAccount(CommandData):
    """Show an account: customer number, organization it administers, one it joined (R1, R9)."""

    TYPE: ClassVar[str] = "coffer.membership.show_account.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "membership.show_account"

    account_id: UUID


class ListMembers(CommandData):
    """List the people of the organization `owner`, at most `limit` after the account `after`."""

    TYPE: ClassVar[str] = "coffer.membership.list_members.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "membership.list_members"

    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class AccountOpened(Contract):
    """The answer to `RegisterAccount`: the number by which the vendor knows the account (R9)."""

    account_id: UUID
    customer_number: str


class AccountProfile(Contract):
    """The answer to `ShowAccount`, for the account's own eyes (R1, R9).

    `organization_id` is the one it administers; `joined_organization_id` the one it is in as
    `role`.
    """

    account_id: UUID
    email: str
    name: str
    customer_number: str
    organization_id: UUID | None = None
    joined_organization_id: UUID | None = None
    role: Role | None = None


class Person(Contract):
    """One person of an organization, as its Administrator sees him."""

    account_id: UUID
    email: str
    name: str
    role: Role
    added_at: Moment


class MemberList(Contract):
    """The answer to `ListMembers`; `after` leads to the next page, absent on the last."""

    organization_id: UUID
    members: tuple[Person, ...]
    after: UUID | None = None


class AccountRegistered(FactData):
    """An account exists; the subject is the account. Carries no name or e-mail (A20)."""

    ROUTING_KEY: ClassVar[str] = "membership.account.registered"
    SERVICE: ClassVar[str] = "membership"

    account_id: UUID


class OrganizationActivated(FactData):
    """An organization arose from the first active commercial license (R3); subject: itself."""

    ROUTING_KEY: ClassVar[str] = "membership.organization.activated"
    SERVICE: ClassVar[str] = "membership"

    organization_id: UUID
    administrator_id: UUID
    activated_at: Moment


class OrganizationLapsed(FactData):
    """The last active commercial license ran out (T9); people, pool and history stay.

    The subject is the organization; a renewal says `OrganizationActivated` again.
    """

    ROUTING_KEY: ClassVar[str] = "membership.organization.lapsed"
    SERVICE: ClassVar[str] = "membership"

    organization_id: UUID
    administrator_id: UUID
    lapsed_at: Moment


class MemberAdded(FactData):
    """An account joined the organization (R15); the subject is the organization."""

    ROUTING_KEY: ClassVar[str] = "membership.member.added"
    SERVICE: ClassVar[str] = "membership"

    organization_id: UUID
    account_id: UUID
    role: Literal["MEMBER", "GUEST"]
    added_at: Moment


class MemberRemoved(FactData):
    """An account left the organization (R16); the subject is the organization."""

    ROUTING_KEY: ClassVar[str] = "membership.member.removed"
    SERVICE: ClassVar[str] = "membership"

    organization_id: UUID
    account_id: UUID
    removed_at: Moment


class MembershipWatermark(FactData):
    """Everything membership decided before `at` has been published; outside the sequences."""

    ROUTING_KEY: ClassVar[str] = "membership.copy.watermark"
    SERVICE: ClassVar[str] = "membership"

    at: Moment
