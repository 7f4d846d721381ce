"""How an organization gets another Administrator: offer, answer, appointment (R5, R7, T16)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.membership.rules.removals import ends_at
from services.membership.rules.standing import Organization, Standing
from shared.contracts.message import Refused, refuse
from shared.contracts.people import JoinedRole
from shared.contracts.refusals import RefusalCode
from shared.contracts.transfers import (
    AdministratorChanged,
    InvoicesTo,
    TransferEnded,
    TransferRequested,
    TransferState,
)

OFFER_STANDS = timedelta(days=14)
UNKNOWN_OFFER = "no offer has this id, or it is another's to answer"


@dataclass(frozen=True)
class Transfer:
    """An offer of the Administrator's place, and what became of it."""

    id: UUID
    organization_id: UUID
    from_account_id: UUID
    to_account_id: UUID
    invoices_to: InvoicesTo
    state: TransferState
    requested_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Succession:
    """Who would become the Administrator after whom, and what speaks for or against it.

    `former_left_at` is when the former was last a Member or Guest anywhere.
    """

    organization: Organization
    former: Standing
    former_left_at: datetime | None
    successor: Standing
    has_credits_of_his_own: bool


def request(
    succession: Succession, open_offer: Transfer | None, *, new_id: UUID, now: datetime
) -> TransferRequested | Refused:
    """Offer the Administrator's place to somebody who could take it now; one offer at a time."""
    if open_offer is not None and now < open_offer.expires_at:
        return refuse(RefusalCode.TRANSFER_PENDING)
    refused = obstacle(succession)
    if refused is not None:
        return refused
    return TransferRequested(
        transfer_id=new_id,
        organization_id=succession.organization.id,
        from_account_id=succession.former.account_id,
        to_account_id=succession.successor.account_id,
        requested_at=now,
        expires_at=now + OFFER_STANDS,
    )


def answerable(
    transfer: Transfer | None, answered_by: UUID | None, *, now: datetime
) -> Transfer | Refused:
    """Let the chosen one answer an offer that stands; to anybody else it looks unknown."""
    if transfer is None or answered_by != transfer.to_account_id:
        return refuse(RefusalCode.UNKNOWN_REQUEST, message=UNKNOWN_OFFER)
    return standing_offer(transfer, now=now)


def cancellable(
    transfer: Transfer | None,
    organization: Organization | None,
    asked_by: UUID | None,
    *,
    now: datetime,
) -> Transfer | Refused:
    """Let the Administrator take his offer back while it stands."""
    if transfer is None or organization is None:
        return refuse(RefusalCode.UNKNOWN_REQUEST, message=UNKNOWN_OFFER)
    if asked_by != organization.administrator_id:
        return refuse(RefusalCode.NOT_ADMINISTRATOR)
    return standing_offer(transfer, now=now)


def standing_offer(transfer: Transfer, *, now: datetime) -> Transfer | Refused:
    """An offer is answered once, and within its fourteen days."""
    if transfer.state == "EXPIRED":
        return refuse(RefusalCode.TRANSFER_EXPIRED)
    if transfer.state != "REQUESTED":
        return refuse(
            RefusalCode.REQUEST_DECIDED, message="the offer was answered or taken back already"
        )
    if now >= transfer.expires_at:
        return refuse(RefusalCode.TRANSFER_EXPIRED)
    return transfer


def end(
    transfer: Transfer, state: Literal["DECLINED", "CANCELLED", "EXPIRED"], *, now: datetime
) -> TransferEnded:
    return TransferEnded(
        transfer_id=transfer.id,
        organization_id=transfer.organization_id,
        to_account_id=transfer.to_account_id,
        state=state,
        ended_at=now,
    )


def hand_over(succession: Succession, *, now: datetime) -> AdministratorChanged | Refused:
    """Swap the roles (R7): whoever could not take the place when it was offered cannot now.

    The former becomes a Member, or a Guest when he owns licenses that a Member may not (A3).
    """
    refused = obstacle(succession)
    if refused is not None:
        return refused
    return swap(succession, now=now)


def swap(succession: Succession, *, now: datetime) -> AdministratorChanged:
    """Say what both become, once nothing stands in the way."""
    return AdministratorChanged(
        organization_id=succession.organization.id,
        from_account_id=succession.former.account_id,
        to_account_id=succession.successor.account_id,
        from_role=former_role(succession, now=now),
        changed_at=_changes_at(succession, now=now),
    )


def former_role(succession: Succession, *, now: datetime) -> JoinedRole:
    """A Member has no purchases of his own (A3); those of the organization are not his.

    Nor does whoever is in another organization become a Member of this one, not for a moment.
    """
    former = succession.former
    if former.joined is not None or former.owns_personally(now=now):
        return "GUEST"
    return "MEMBER"


def obstacle(succession: Succession) -> Refused | None:
    """What stands in the way of a hand-over (T16).

    The former has to be able to stay as a Member or Guest (A2).
    """
    refused = ineligible(succession)
    if refused is not None:
        return refused
    if succession.former.joined is not None:
        return refuse(
            RefusalCode.ALREADY_IN_ANOTHER_ORGANIZATION,
            message="the Administrator is in another organization as well, and leaves it first",
        )
    return None


def ineligible(succession: Succession) -> Refused | None:
    """What keeps somebody from becoming the Administrator (T16).

    He is in the organization, has an account, and owns no organization (R5). A Guest's own credits
    would become the pool's (R49).
    """
    successor = succession.successor
    joined = successor.joined
    if successor.account_id == succession.organization.administrator_id:
        return _ineligible("this person is the Administrator already")
    if joined is None or joined.organization_id != succession.organization.id:
        return refuse(RefusalCode.NOT_IN_ORGANIZATION)
    if not successor.is_registered:
        return _ineligible("this person has no account yet")
    if successor.owns is not None:
        return _ineligible("this person administers an organization already")
    if joined.role == "GUEST" and succession.has_credits_of_his_own:
        return _ineligible("this Guest has active credits of his own")
    return None


def _ineligible(why: str) -> Refused:
    return refuse(RefusalCode.TRANSFER_TARGET_INELIGIBLE, message=why)


def _changes_at(succession: Succession, *, now: datetime) -> datetime:
    """No interval of either is empty or overlaps another of his, whatever the clock says."""
    joined = succession.successor.joined
    assert joined is not None
    return max(now, ends_at(joined, now=now), succession.former_left_at or now)
