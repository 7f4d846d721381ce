"""Handing an organization over: the offer, its answer, another Administrator (R5, R7, T16)."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.accounts import Reason
from shared.contracts.message import CommandData, Contract, FactData, Moment
from shared.contracts.people import JoinedRole

InvoicesTo = Literal["former", "new"]
TransferState = Literal["REQUESTED", "ACCEPTED", "DECLINED", "CANCELLED", "EXPIRED"]


class AppointAdministrator(CommandData):
    """An operator appoints an Administrator of `owner` whose own is lost (T16), at once.

    `account_id` is eligible as for a transfer; whoever is in no organization is added first, in the
    same commit. The lost one leaves with it, as one who was removed, if he is in another. Answers
    `AdministratorChanged`. Refused `operator_required, unknown_organization, unknown_account,
    transfer_target_ineligible`, and `already_in_another_organization` while `account_id` is in one.
    """

    TYPE: ClassVar[str] = "coffer.membership.appoint_administrator.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.appoint_administrator"

    account_id: UUID
    reason: Reason


class RequestTransfer(CommandData):
    """The Administrator offers the organization `owner` to somebody in it (T16, R5).

    The offer stands for 14 days; until it is accepted he keeps every right. `invoices_to` says who
    gets the invoices afterwards. Answers `TransferRequested`. Refused `not_administrator,
    not_in_organization, transfer_pending, transfer_target_ineligible`, and
    `already_in_another_organization` while the Administrator is in one, for he stays in this (A2).
    """

    TYPE: ClassVar[str] = "coffer.membership.request_transfer.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.request_transfer"

    to_account_id: UUID
    invoices_to: InvoicesTo = "new"


class AcceptTransfer(CommandData):
    """The chosen one accepts: both change roles in one commit (R7, T16).

    The former Administrator becomes a Member, or a Guest if he owns licenses of his own. Answers
    `AdministratorChanged`. Refused `unknown_request, request_decided, transfer_expired,
    transfer_target_ineligible, not_in_organization, already_in_another_organization`.
    """

    TYPE: ClassVar[str] = "coffer.membership.accept_transfer.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.accept_transfer"

    transfer_id: UUID


class DeclineTransfer(CommandData):
    """The chosen one declines (T16); answers `TransferEnded`.

    Refused `unknown_request, request_decided, transfer_expired`.
    """

    TYPE: ClassVar[str] = "coffer.membership.decline_transfer.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.decline_transfer"

    transfer_id: UUID


class CancelTransfer(CommandData):
    """The Administrator takes his offer back (T16); answers `TransferEnded`.

    Refused `not_administrator, unknown_request, request_decided, transfer_expired`.
    """

    TYPE: ClassVar[str] = "coffer.membership.cancel_transfer.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.cancel_transfer"

    transfer_id: UUID


class OpenTransfer(Contract):
    """An offer that waits for its answer until `expires_at`."""

    transfer_id: UUID
    to_account_id: UUID
    invoices_to: InvoicesTo
    requested_at: Moment
    expires_at: Moment


class TransferRequested(FactData):
    """The Administrator offered his place to somebody (T16); the subject is the organization."""

    ROUTING_KEY: ClassVar[str] = "membership.transfer.requested"
    SERVICE: ClassVar[str] = "membership"

    transfer_id: UUID
    organization_id: UUID
    from_account_id: UUID
    to_account_id: UUID
    requested_at: Moment
    expires_at: Moment


class TransferEnded(FactData):
    """An offer ended without a change (T16); the subject is the organization.

    `to_account_id` is who was chosen; facts from before it was told have none.
    """

    ROUTING_KEY: ClassVar[str] = "membership.transfer.ended"
    SERVICE: ClassVar[str] = "membership"

    transfer_id: UUID
    organization_id: UUID
    to_account_id: UUID | None = None
    state: Literal["DECLINED", "CANCELLED", "EXPIRED"]
    ended_at: Moment


class AdministratorChanged(FactData):
    """The organization has another Administrator (T16); the subject is the organization.

    The pool, its lots and its holds stay with the organization. `from_role` is what the former
    Administrator becomes; one who is in another organization as well is removed in the same commit,
    a `MemberRemoved` later. Orders placed before `changed_at` count as the former's (T17).
    """

    ROUTING_KEY: ClassVar[str] = "membership.administrator.changed"
    SERVICE: ClassVar[str] = "membership"

    organization_id: UUID
    from_account_id: UUID
    to_account_id: UUID
    from_role: JoinedRole
    changed_at: Moment
