"""Organizations: how they are set up, lapse and end (R3-R11, T9)."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.accounts import CustomerNumber, Reason
from shared.contracts.message import CommandData, Contract, FactData, Moment
from shared.contracts.people import SearchText
from shared.contracts.transfers import OpenTransfer

SetupState = Literal["PENDING_CONFIRMATION", "CONFIRMED", "REJECTED"]
# One line that a table program takes for no formula.
OrganizationName = Annotated[
    str,
    Field(
        min_length=1, max_length=100, pattern=r"^[^\x00-\x20=+@-]{1}([^\x00-\x1f]*[^\x00-\x20])?$"
    ),
]


class RequestSetup(CommandData):
    """Ask for an organization without a commercial license (R8): who is to administer it.

    `account_id` is the appointed account and `customer_number` that account's number; `name` is
    what the organization is to be called. Answers `SetupRequested`; an operator decides. Refused
    `invalid_setup_request` (one of the first two is missing), `customer_number_mismatch` (also
    where no such account is), `unknown_account` (who asks), `account_already_has_organization`
    (R11).
    """

    TYPE: ClassVar[str] = "coffer.membership.request_setup.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.request_setup"

    account_id: UUID | None = None
    customer_number: CustomerNumber | None = None
    name: OrganizationName | None = None


class ConfirmSetup(CommandData):
    """An operator confirms a set-up request (R10): the organization is there.

    Answers `OrganizationActivated`. Refused `operator_required, unknown_request, request_decided,
    account_already_has_organization` (he got one meanwhile).
    """

    TYPE: ClassVar[str] = "coffer.membership.confirm_setup.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.confirm_setup"

    request_id: UUID


class RejectSetup(CommandData):
    """An operator rejects a set-up request and says why (R10); answers `SetupRejected`.

    Refused `operator_required, unknown_request, request_decided`.
    """

    TYPE: ClassVar[str] = "coffer.membership.reject_setup.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.reject_setup"

    request_id: UUID
    reason: Reason


class EndOrganization(CommandData):
    """An operator ends the organization `owner` that was confirmed, not licensed: it lapses.

    Nobody leaves (T9). Answers `OrganizationLapsed`. Refused `operator_required,
    unknown_organization`, `invalid_setup_request` for one that lives by its licenses.
    """

    TYPE: ClassVar[str] = "coffer.membership.end_organization.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.end_organization"

    reason: Reason


class RenameOrganization(CommandData):
    """Say what the organization `owner` is called, as its Administrator; no two need differ.

    Answers `OrganizationRenamed`. Refused `not_administrator, unknown_organization`.
    """

    TYPE: ClassVar[str] = "coffer.membership.rename_organization.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "membership.rename_organization"

    name: OrganizationName


class ListSetupRequests(CommandData):
    """List set-up requests that wait, oldest first, for operators; refused `operator_required`."""

    TYPE: ClassVar[str] = "coffer.membership.list_setup_requests.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "membership.list_setup_requests"

    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class ListOrganizations(CommandData):
    """List organizations in the order of their ids, for the portal and for operators.

    `search` keeps those whose own or Administrator's id or whose customer number it is, and those
    whose name or Administrator's name or e-mail it is a part of, however it is capitalised. Answers
    `OrganizationList`; refused `operator_required`.
    """

    TYPE: ClassVar[str] = "coffer.membership.list_organizations.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "membership.list_organizations"

    search: SearchText | None = None
    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class ShowOrganization(CommandData):
    """Show the organization `owner` to anybody in it (R10): state, Administrator, open transfer.

    Refused `organization_not_confirmed, not_an_organization, unknown_organization,
    not_in_organization`.
    """

    TYPE: ClassVar[str] = "coffer.membership.show_organization.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "membership.show_organization"


class WaitingSetup(Contract):
    """One set-up request, as an operator sees it."""

    request_id: UUID
    organization_id: UUID
    account_id: UUID
    customer_number: str
    requested_at: Moment
    name: str | None = None


class SetupRequestList(Contract):
    """The answer to `ListSetupRequests`; `after` leads to the next page, absent on the last."""

    requests: tuple[WaitingSetup, ...]
    after: UUID | None = None


class ListedOrganization(Contract):
    """One organization, with its Administrator, whose customer number is its own as well."""

    organization_id: UUID
    state: Literal["ACTIVE", "LAPSED"]
    origin: Literal["LICENSE", "CONFIRMED"]
    activated_at: Moment
    customer_number: str
    administrator_id: UUID
    administrator_name: str
    administrator_email: str
    name: str | None = None


class OrganizationList(Contract):
    """The answer to `ListOrganizations`; `after` leads to the next page, absent on the last."""

    organizations: tuple[ListedOrganization, ...]
    after: UUID | None = None


class OrganizationProfile(Contract):
    """The answer to `ShowOrganization`; `invoices_to_account_id` is the Administrator or before.

    `name` is absent until somebody said it: then it goes by who runs it.
    """

    organization_id: UUID
    state: Literal["ACTIVE", "LAPSED"]
    origin: Literal["LICENSE", "CONFIRMED"]
    administrator_id: UUID
    activated_at: Moment
    invoices_to_account_id: UUID
    name: str | None = None
    transfer: OpenTransfer | None = None


class SetupRequested(FactData):
    """Somebody asked for an organization (R8); the subject is the organization to be."""

    ROUTING_KEY: ClassVar[str] = "membership.setup.requested"
    SERVICE: ClassVar[str] = "membership"

    request_id: UUID
    organization_id: UUID
    account_id: UUID
    requested_at: Moment


class SetupRejected(FactData):
    """An operator rejected a set-up request (R10); the subject is what was to be."""

    ROUTING_KEY: ClassVar[str] = "membership.setup.rejected"
    SERVICE: ClassVar[str] = "membership"

    request_id: UUID
    organization_id: UUID
    account_id: UUID
    rejected_at: Moment


class OrganizationActivated(FactData):
    """An organization arose or woke (R3, R10, T9); subject: itself.

    `origin` says whether it lives by its commercial licenses or by an operator's confirmation.
    """

    ROUTING_KEY: ClassVar[str] = "membership.organization.activated"
    SERVICE: ClassVar[str] = "membership"

    organization_id: UUID
    administrator_id: UUID
    activated_at: Moment
    origin: Literal["LICENSE", "CONFIRMED"] = "LICENSE"


class OrganizationRenamed(FactData):
    """An organization is called something else; the name itself is membership's to show.

    The subject is the organization.
    """

    ROUTING_KEY: ClassVar[str] = "membership.organization.renamed"
    SERVICE: ClassVar[str] = "membership"

    organization_id: UUID
    renamed_at: Moment


class OrganizationLapsed(FactData):
    """The last active commercial license ran out (T9); people, pool and history stay.

    The subject is the organization; a renewal says `OrganizationActivated` again.
    """

    ROUTING_KEY: ClassVar[str] = "membership.organization.lapsed"
    SERVICE: ClassVar[str] = "membership"

    organization_id: UUID
    administrator_id: UUID
    lapsed_at: Moment
