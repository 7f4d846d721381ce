"""How an organization is set up without a commercial license (R8-R11)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.membership.rules.standing import Account, Standing
from shared.contracts.message import Refused, refuse
from shared.contracts.organizations import (
    OrganizationActivated,
    RequestSetup,
    SetupRejected,
    SetupRequested,
    SetupState,
)
from shared.contracts.refusals import RefusalCode


@dataclass(frozen=True)
class SetupRequest:
    """A request that an operator decides; `organization_id` is what it will be called."""

    id: UUID
    organization_id: UUID
    account_id: UUID
    state: SetupState
    requested_at: datetime
    name: str | None = None

    def told(self) -> SetupRequested:
        """Say that it waits."""
        return SetupRequested(
            request_id=self.id,
            organization_id=self.organization_id,
            account_id=self.account_id,
            requested_at=self.requested_at,
        )


def appointed(request: RequestSetup) -> UUID | Refused:
    """A set-up needs an appointed account and its customer number (R8)."""
    if request.account_id is None or not (request.customer_number or "").strip():
        return refuse(RefusalCode.INVALID_SETUP_REQUEST)
    return request.account_id


def request(
    *, asked_by: Standing | None, administrator: Standing, customer_number: str
) -> Account | Refused:
    """Whoever shows the number of a company account may ask for its organization (R8, R11)."""
    if asked_by is None or not asked_by.is_registered:
        return refuse(RefusalCode.UNKNOWN_ACCOUNT)
    # Whoever tries ids out does not learn either which of them are accounts.
    if administrator.account is None or not administrator.is_registered:
        return refuse(RefusalCode.CUSTOMER_NUMBER_MISMATCH)
    if administrator.account.customer_number != customer_number.strip():
        return refuse(RefusalCode.CUSTOMER_NUMBER_MISMATCH)
    if asked_by.owns is not None or administrator.owns is not None:
        return refuse(RefusalCode.ACCOUNT_ALREADY_HAS_ORGANIZATION)
    return administrator.account


def confirm(
    found: SetupRequest | None, administrator: Standing | None, *, now: datetime
) -> OrganizationActivated | Refused:
    """By an operator's word the appointed account is the Administrator (R10), of one only (R5)."""
    waiting = decide(found)
    if isinstance(waiting, Refused):
        return waiting
    assert administrator is not None
    if not administrator.is_registered:
        return refuse(RefusalCode.UNKNOWN_ACCOUNT)
    if administrator.owns is not None:
        return refuse(RefusalCode.ACCOUNT_ALREADY_HAS_ORGANIZATION)
    return OrganizationActivated(
        organization_id=waiting.organization_id,
        administrator_id=waiting.account_id,
        activated_at=now,
        origin="CONFIRMED",
    )


def decide(found: SetupRequest | None) -> SetupRequest | Refused:
    """A request is decided once (R10)."""
    if found is None:
        return refuse(RefusalCode.UNKNOWN_REQUEST, message="no set-up request has this id")
    if found.state != "PENDING_CONFIRMATION":
        return refuse(
            RefusalCode.REQUEST_DECIDED, message="the request was confirmed or rejected already"
        )
    return found


def reject(waiting: SetupRequest, *, now: datetime) -> SetupRejected:
    """By an operator's word nothing comes of it (R10)."""
    return SetupRejected(
        request_id=waiting.id,
        organization_id=waiting.organization_id,
        account_id=waiting.account_id,
        rejected_at=now,
    )
