"""Accounts: registering, linking an invitation, another e-mail, being forgotten (A16, A20, T32)."""

from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.contracts.message import CommandData, Contract, FactData, Moment
from shared.contracts.people import Email, Role

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
CustomerNumber = Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")]


class RegisterAccount(CommandData):
    """Open an account (A16); answers `AccountOpened`.

    Refused `email_taken` when another account has the address, compared case-folded, or when it is
    invited: then its owner links the invitation instead.
    """

    TYPE: ClassVar[str] = "coffer.membership.register_account.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.register_account"

    account_id: UUID
    email: Email
    name: Name


class LinkInvitation(CommandData):
    """Let an invited address have its account, once the identity provider verified it (T32, A16).

    `email` is the verified address: only the portal may assert it. What was given to the invited
    becomes usable at once; answers `AccountOpened` with the id that the invited has had all along.
    Refused `unknown_account` when nobody invited the address, `email_taken` when it has an account.
    """

    TYPE: ClassVar[str] = "coffer.membership.link_invitation.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.link_invitation"

    email: Email
    name: Name


class ChangeEmail(CommandData):
    """Give the account `on_behalf_of` another verified address (A16); answers `AccountProfile`.

    Refused `unknown_account, email_taken`.
    """

    TYPE: ClassVar[str] = "coffer.membership.change_email.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.change_email"

    email: Email


class ForgetAccount(CommandData):
    """An operator erases a person's name and e-mail everywhere (A20); ids and history stay.

    Whoever administers an organization hands it over first. He leaves the organization that he is
    in. Answers `AccountForgotten`, and the same to whoever asks again. Refused `operator_required,
    unknown_account, cannot_remove_administrator`.
    """

    TYPE: ClassVar[str] = "coffer.membership.forget_account.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.forget_account"

    account_id: UUID
    reason: Reason


class ShowAccount(CommandData):
    """Show an account to its owner: number, organizations, what waits for him (R1, R9, R10)."""

    TYPE: ClassVar[str] = "coffer.membership.show_account.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "membership.show_account"

    account_id: UUID


class FindAccount(CommandData):
    """Tell the portal or an operator whose account a verified e-mail or a customer number is (A16).

    Asked with one of the three; with `account_id`, what else is known of it. Answers
    `AccountFound`; refused `unknown_account`.
    """

    TYPE: ClassVar[str] = "coffer.membership.find_account.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "membership.find_account"

    email: Email | None = None
    customer_number: CustomerNumber | None = None
    account_id: UUID | None = None

    @model_validator(mode="after")
    def _by_one_of_them(self) -> Self:
        given = (self.email, self.customer_number, self.account_id)
        if sum(one is not None for one in given) != 1:
            message = "an account is found by e-mail, customer number or id: one of them"
            raise ValueError(message)
        return self


class FindAccounts(CommandData):
    """Tell the portal who several ids are: as `FindAccount` of each; answers `AccountsFound`.

    Refused `unknown_account` to whoever may not find people.
    """

    TYPE: ClassVar[str] = "coffer.membership.find_accounts.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "membership.find_accounts"

    account_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=500, fail_fast=True)]


class AccountOpened(Contract):
    """An account and the number by which the vendor knows it (R9)."""

    account_id: UUID
    customer_number: str


class AccountFound(Contract):
    """The answer to `FindAccount`; one that is only invited is not `registered` (T32).

    `organization_id` is the one it administers, `joined_organization_id` the one it is in as
    `role`.
    """

    account_id: UUID
    registered: bool
    email: str | None = None
    name: str | None = None
    customer_number: str | None = None
    organization_id: UUID | None = None
    joined_organization_id: UUID | None = None
    role: Role | None = None


class AccountsFound(Contract):
    """The answer to `FindAccounts`, by id; whoever is unknown or forgotten is not in it."""

    accounts: tuple[AccountFound, ...]


class AccountProfile(Contract):
    """The answer to `ShowAccount`, for the account's own eyes (R1, R9).

    `organization_id` is the one it administers, `joined_organization_id` the one it is in as
    `role`; `setup_request_id` waits for an operator, `transfer_id` for the account's own answer.
    """

    account_id: UUID
    email: str
    name: str
    customer_number: str
    organization_id: UUID | None = None
    joined_organization_id: UUID | None = None
    role: Role | None = None
    setup_request_id: UUID | None = None
    transfer_id: UUID | None = None


class AccountRegistered(FactData):
    """An account exists; the subject is the account. Carries no name or e-mail (A20)."""

    ROUTING_KEY: ClassVar[str] = "membership.account.registered"
    SERVICE: ClassVar[str] = "membership"

    account_id: UUID


class AccountForgotten(FactData):
    """A person was erased (A20): whoever keeps his name or e-mail removes it; subject: account."""

    ROUTING_KEY: ClassVar[str] = "membership.account.forgotten"
    SERVICE: ClassVar[str] = "membership"

    account_id: UUID
    forgotten_at: Moment
