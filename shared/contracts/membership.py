"""Membership's messages about the people of an organization: joining, roles, leaving."""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.contracts.message import CommandData, Contract, FactData, Moment, Refused
from shared.contracts.people import Email, JoinedRole, Role, SearchText

ADDITIONS_MAX = 500
RoleGiven = Annotated[str, Field(max_length=40)]
AddedReason = Literal["added", "role_changed"]
PersonState = Literal["active", "invited", "removing"]
RemovedReason = Literal["removed", "left", "role_changed", "forgotten"]

PEOPLE_MAX = 500


class AddMember(CommandData):
    """The Administrator adds a person as Member or Guest (R15); `owner` is the organization.

    The person is named by `account_id` or by `email`; an address without an account is invited: in
    at once, able to use what he is given once he links the invitation (T32). Answers `MemberAdded`.
    Refused `not_administrator, unknown_role, administrator_exists, unknown_account,
    already_in_organization, already_in_another_organization, member_has_personal_entitlements`.
    """

    TYPE: ClassVar[str] = "coffer.membership.add_member.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.add_member"

    account_id: UUID | None = None
    email: Email | None = None
    role: RoleGiven

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.account_id is None) == (self.email is None):
            message = "names a person by account_id or by email, one of the two"
            raise ValueError(message)
        return self


class RemoveMember(CommandData):
    """The Administrator removes a Member or Guest (R16, T1); `owner` is the organization.

    From now on he may begin nothing; his seats and his access are taken back within moments, and
    `MemberOffboarded` tells when all is done. `strict` refuses whoever still has a seat. Answers
    `MemberRemoved` with what he still had. Refused `not_administrator, not_in_organization,
    cannot_remove_administrator, still_has_licenses`.
    """

    TYPE: ClassVar[str] = "coffer.membership.remove_member.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.remove_member"

    account_id: UUID
    strict: bool = False


class LeaveOrganization(CommandData):
    """A Member or Guest `on_behalf_of` leaves `owner` by himself (T5); answers `MemberRemoved`.

    Refused `not_in_organization, cannot_remove_administrator`.
    """

    TYPE: ClassVar[str] = "coffer.membership.leave_organization.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.leave_organization"


class ChangeRole(CommandData):
    """The Administrator makes a Member a Guest, or a Guest a Member (T30), in one commit.

    It is a removal and an addition under the same checks: seats and access begin anew. Answers
    `MemberAdded`. Refused as `AddMember` and `RemoveMember` are, and `already_in_organization` for
    the role he has.
    """

    TYPE: ClassVar[str] = "coffer.membership.change_role.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.change_role"

    account_id: UUID
    role: RoleGiven


class ListMembers(CommandData):
    """List the people of the organization `owner`: at most `limit` behind or `before` an account.

    `search` keeps those whose name or e-mail it is a part of, however it is capitalised, `role`
    those who are in, or on their way out, as that; `state` and `accounts` keep no others. They come
    by id or, `by_name`, as lists for people do. `counted` asks how many match, and from where.
    """

    TYPE: ClassVar[str] = "coffer.membership.list_members.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "membership.list_members"

    search: SearchText | None = None
    role: Role | None = None
    state: PersonState | None = None
    accounts: Annotated[tuple[UUID, ...], Field(max_length=PEOPLE_MAX)] | None = None
    by_name: bool = False
    counted: bool = False
    after: UUID | None = None
    before: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=PEOPLE_MAX)] = 100

    @model_validator(mode="after")
    def _goes_one_way(self) -> Self:
        if self.after is not None and self.before is not None:
            message = "goes on after one account or back before one, not both"
            raise ValueError(message)
        return self


class Addition(Contract):
    """Somebody who may be added, by his address."""

    email: Email
    role: RoleGiven


class TryAdditions(CommandData):
    """Tell what `AddMember` would answer now for each of many people, and add nobody (T34).

    Each is looked at by himself, as if the others were not asked for. Answers `AdditionsTried`.
    Refused `not_administrator`.
    """

    TYPE: ClassVar[str] = "coffer.membership.try_additions.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "membership.try_additions"

    additions: Annotated[
        tuple[Addition, ...], Field(min_length=1, max_length=ADDITIONS_MAX, fail_fast=True)
    ]


class AdditionRefused(Contract):
    """Who could not be added, by his place in the question, and why."""

    place: int
    refused: Refused


class AdditionsTried(Contract):
    """The answer to `TryAdditions`: only those who would be refused."""

    refusals: tuple[AdditionRefused, ...]


class Person(Contract):
    """One person of an organization, as its Administrator sees him.

    An invited one has no account yet (T32) and no name; one who is being removed is in no more.
    """

    account_id: UUID
    email: str
    name: str | None = None
    role: Role
    added_at: Moment
    invited: bool = False
    removing: bool = False


class MemberList(Contract):
    """The answer to `ListMembers`; `after` leads to the next page, absent on the last.

    `before` leads back where a list was asked by name or from its end; where it was counted,
    `total` match and `first` is the number of the first one here.
    """

    organization_id: UUID
    members: tuple[Person, ...]
    after: UUID | None = None
    before: UUID | None = None
    first: int | None = None
    total: int | None = None


class MemberAdded(FactData):
    """An account joined the organization (R15); the subject is the organization.

    One who is `invited` has no account yet (T32): `AccountRegistered` will tell when he has.
    """

    ROUTING_KEY: ClassVar[str] = "membership.member.added"
    SERVICE: ClassVar[str] = "membership"

    organization_id: UUID
    account_id: UUID
    role: JoinedRole
    added_at: Moment
    invited: bool = False
    reason: AddedReason = "added"


class MemberRemoved(FactData):
    """An account left the organization (R16); the subject is the organization.

    `products` are the seats it had as far as membership knew.
    """

    ROUTING_KEY: ClassVar[str] = "membership.member.removed"
    SERVICE: ClassVar[str] = "membership"

    organization_id: UUID
    account_id: UUID
    removed_at: Moment
    reason: RemovedReason = "removed"
    products: tuple[str, ...] = ()


class MemberOffboarded(FactData):
    """All that somebody had in the organization is taken back (T1); the subject: organization."""

    ROUTING_KEY: ClassVar[str] = "membership.member.offboarded"
    SERVICE: ClassVar[str] = "membership"

    organization_id: UUID
    account_id: UUID
    removed_at: Moment
    offboarded_at: Moment


class RemovalAwaited(FactData):
    """A removal is not finished: whoever has not said so says again that he is done (T1).

    Outside the sequences; the subject is the organization.
    """

    ROUTING_KEY: ClassVar[str] = "membership.removal.awaited"
    SERVICE: ClassVar[str] = "membership"

    organization_id: UUID
    account_id: UUID
    removed_at: Moment
